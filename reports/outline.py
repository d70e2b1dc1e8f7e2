"""The questionnaire as staff see it: sections, questions, and when each is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from reports.questionnaires import SUBJECT, Form, Question, Section

KIND_NAMES: dict[str, StrPromise] = {
    "text": gettext_lazy("one line of text"),
    "long": gettext_lazy("a long text"),
    "choice": gettext_lazy("one of several answers"),
    "area": gettext_lazy("a region"),
    "body": gettext_lazy("a public body"),
}


@dataclass(frozen=True)
class Line:
    question: Question
    kind: StrPromise
    asked_if: str
    is_counted: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Part:
    section: Section
    lines: list[Line]
    is_first: bool
    is_last: bool


def outline(form: Form) -> Iterator[Part]:
    order = list(form.questions())
    area = next((q.id for q in order if q.kind == "area"), "")
    for section in form.sections:
        is_first, is_last = section == form.sections[0], section == form.sections[-1]
        lines = [
            Line(
                question=question,
                kind=KIND_NAMES[question.kind],
                asked_if=told(question, order),
                is_counted=question.id in {SUBJECT, area},
                is_first=is_first and question == section.questions[0],
                is_last=is_last and question == section.questions[-1],
            )
            for question in section.questions
        ]
        yield Part(section, lines, is_first, is_last)


def told(question: Question, order: list[Question]) -> str:
    """Tell when a question is asked: “Money?” — “yes”; “How?” — “saw” or “heard”."""
    known = {row.id: row for row in order}
    between = f" {_('or')} "
    quoted = _("“%(text)s”")
    parts = []
    for name, wanted in question.conditions:
        asked = known[name]
        values = [v for v, _texts in asked.choices if v in wanted]
        values += sorted(wanted - set(values))
        answers = between.join(quoted % {"text": asked.shown(v)} for v in values)
        parts.append(f"{quoted % {'text': asked.label.plain}} — {answers}")
    return "; ".join(parts)
