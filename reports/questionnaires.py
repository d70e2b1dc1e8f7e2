"""Which questions a reporter is asked, decided here and never by the browser.

A condition names a question of an earlier section, so that one page is known from the
answers before it. What is not shown is not stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from foundation.languages import Text, languages, pick
from foundation.territory.models import Area, PublicBody

KINDS = {"text", "long", "choice", "area", "body"}

# Names that the pages themselves send.
RESERVED = {"draft", "step", "action", "proof", "file"}

# The question by whose answers published figures are grouped, beside the first area.
SUBJECT = "subject"

# What a reporter is asked after the sections of any questionnaire.
PEOPLE, FILES, REVIEW = STEPS_AFTER = ("people", "files", "review")

Answers = dict[str, str]


class SchemaError(ValueError):
    """A questionnaire that cannot be asked; staff read what to mend in their language."""


@dataclass(frozen=True)
class Question:
    id: str
    kind: str
    labels: dict[str, str]
    hints: dict[str, str]
    choices: tuple[tuple[str, dict[str, str]], ...]
    conditions: tuple[tuple[str, frozenset[str]], ...]
    is_required: bool

    @property
    def label(self) -> Text:
        return pick(self.labels)

    @property
    def hint(self) -> Text:
        return pick(self.hints)

    @property
    def values(self) -> frozenset[str]:
        return frozenset(value for value, _texts in self.choices)

    def is_asked(self, answers: Answers) -> bool:
        return all(answers.get(name) in wanted for name, wanted in self.conditions)

    def shown(self, value: str) -> str:
        """Return a choice as it reads in the reader's language."""
        return next((pick(t) for v, t in self.choices if v == value), value)


@dataclass(frozen=True)
class Section:
    id: str
    titles: dict[str, str]
    questions: tuple[Question, ...]

    @property
    def title(self) -> Text:
        return pick(self.titles)

    def asked(self, answers: Answers) -> list[Question]:
        return [question for question in self.questions if question.is_asked(answers)]


@dataclass(frozen=True)
class Form:
    sections: tuple[Section, ...]

    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    def kept(self, answers: Answers) -> Answers:
        """Return the answers to questions that are asked, in their order.

        A question hangs on answers before it, so one pass drops whole branches.
        """
        kept: Answers = {}
        for question in self.questions():
            value = answers.get(question.id, "")
            if value and question.is_asked(kept):
                kept[question.id] = value
        return kept

    def missing(self, answers: Answers) -> list[Question]:
        kept = self.kept(answers)
        return [
            question
            for question in self.questions()
            if question.is_required
            and question.is_asked(kept)
            and not kept.get(question.id)
        ]


def read_schema(schema: Any) -> Form:
    """Return the form a schema describes; raise SchemaError for one that is wrong."""
    try:
        sections = tuple(_section(entry) for entry in schema["sections"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = _("A part of the questionnaire is missing or of another form: %(part)s")
        raise SchemaError(text % {"part": error}) from None
    _check(sections)
    return Form(sections)


def _section(entry: Any) -> Section:
    questions = tuple(_question(question) for question in entry["questions"])
    return Section(str(entry["id"]), dict(entry["title"]), questions)


def _question(entry: Any) -> Question:
    return Question(
        id=str(entry["id"]),
        kind=str(entry["kind"]),
        labels=dict(entry["label"]),
        hints=dict(entry.get("hint", {})),
        choices=tuple(
            (str(choice["value"]), dict(choice["label"]))
            for choice in entry.get("choices", [])
        ),
        conditions=tuple(
            (str(condition["question"]), frozenset(condition["is"]))
            for condition in entry.get("when", [])
        ),
        is_required=bool(entry.get("required", False)),
    )


def _check(sections: tuple[Section, ...]) -> None:
    known: set[str] = set()
    for section in sections:
        for question in section.questions:
            _check_question(question, known)
        ids = [question.id for question in section.questions]
        if len(set(ids)) != len(ids) or known & set(ids):
            text = _("Two questions have the same id; look into the section “%(name)s”")
            raise SchemaError(text % {"name": section.id})
        known |= set(ids)
    if not known:
        raise SchemaError(_("The questionnaire asks nothing"))


def _check_question(question: Question, known: set[str]) -> None:
    said = {"name": question.id}
    if question.kind not in KINDS:
        raise SchemaError(_("The question “%(name)s” is of an unknown kind") % said)
    if question.id in RESERVED or not question.id.isidentifier():
        raise SchemaError(_("The question “%(name)s” needs another id") % said)
    if not any(question.labels.values()):
        raise SchemaError(_("The question “%(name)s” has no text") % said)
    if question.kind == "choice" and not question.choices:
        raise SchemaError(_("The question “%(name)s” offers no answer") % said)
    for name, _wanted in question.conditions:
        if name not in known:
            text = _(
                "The question “%(name)s” hangs on “%(other)s”, which no earlier section"
                " asks"
            )
            raise SchemaError(text % {**said, "other": name})


def written(form: Form) -> dict[str, Any]:
    """Return the schema of a form, always in the same order and without empty parts."""
    return {
        "sections": [
            {
                "id": section.id,
                "title": _written_texts(section.titles),
                "questions": [written_question(row) for row in section.questions],
            }
            for section in form.sections
        ]
    }


def written_question(question: Question) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind,
        "label": _written_texts(question.labels),
        "required": question.is_required,
        "hint": _written_texts(question.hints),
        "choices": [
            {"value": value, "label": _written_texts(texts)}
            for value, texts in question.choices
        ],
        "when": [
            {"question": name, "is": sorted(wanted)}
            for name, wanted in question.conditions
        ],
    }
    return {key: value for key, value in schema.items() if value}


def _written_texts(texts: dict[str, str]) -> dict[str, str]:
    order = [*languages(), *sorted(set(texts) - set(languages()))]
    return {code: texts[code] for code in order if texts.get(code)}


def shown_answer(question: Question, value: str) -> str:
    """Return an answer as it reads: the name of an area, not its code."""
    if question.kind == "area":
        return next((str(a.name) for a in Area.objects.filter(iso=value)), value)
    if question.kind == "body":
        return next((str(b.name) for b in PublicBody.objects.filter(code=value)), value)
    return question.shown(value)
