"""What of this room can be found."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from foundation.languages import languages
from foundation.search.registry import Document, Kind, declare, texts
from surveys.definition import Definition
from surveys.models import Finding, Questionnaire, Survey


def surveys(codes: Sequence[str] | None) -> Iterator[Document]:
    rows = Survey.objects.public().prefetch_related("questionnaires", "series")
    if codes is not None:
        rows = rows.filter(code__in=codes)
    for survey in rows:
        body = texts(survey, "summary")
        asked = [
            questionnaire.definition
            for questionnaire in survey.questionnaires.all()
            if questionnaire.state != Questionnaire.State.DRAFT
        ]
        figures = [texts(figure, "label", "study") for figure in survey.series.all()]
        for code in languages():
            parts = [
                body[code],
                *_questions(asked[-1:], code),
                *[figure[code] for figure in figures],
            ]
            body[code] = "\n".join(dict.fromkeys(filter(None, parts)))
        yield Document(
            public_id=survey.code,
            title=texts(survey, "title"),
            body=body,
            path=f"/surveys/{survey.code}/",
        )


def _questions(asked: Sequence[Definition], language: str) -> Iterator[str]:
    for definition in asked:
        for question in definition.questions:
            yield question.text.get(language, "")


def findings(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = Finding.objects.filter(is_public=True).select_related(
        "wave__questionnaire__survey"
    )
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    for finding in rows.prefetch_related("actions"):
        survey = texts(finding.wave.questionnaire.survey, "title")
        actions = [texts(row, "action", "reason") for row in finding.actions.all()]
        yield Document(
            public_id=finding.public_id,
            title=texts(finding, "text"),
            body={
                code: "\n".join(
                    filter(None, (survey[code], *(row[code] for row in actions)))
                )
                for code in languages()
            },
            path=f"/surveys/results/{finding.wave.public_id}/",
            year=finding.wave.closes_on.year,
        )


declare(Kind("surveys", "survey", _("Survey"), surveys))
declare(Kind("surveys", "survey-finding", _("Finding of a survey"), findings))
