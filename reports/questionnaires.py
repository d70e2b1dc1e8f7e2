"""Which questions a reporter is asked, decided here and never by the browser.

A condition names a question of an earlier section, so that one page is known from the
answers before it. What is not shown is not stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from foundation.languages import Text, pick
from foundation.territory.models import Area, PublicBody

KINDS = {"text", "long", "choice", "area", "body"}

# Names that the pages themselves send.
RESERVED = {"draft", "step", "action", "proof", "file"}

Answers = dict[str, str]


class SchemaError(ValueError):
    """A questionnaire that cannot be asked; the text says what to mend."""


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
        raise SchemaError(f"The questionnaire is incomplete: {error}") from None
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
            raise SchemaError(f"A question's id is used twice in {section.id}")
        known |= set(ids)
    if not known:
        raise SchemaError("The questionnaire asks nothing")


def _check_question(question: Question, known: set[str]) -> None:
    if question.kind not in KINDS:
        raise SchemaError(f"Question {question.id} is of an unknown kind")
    if question.id in RESERVED or not question.id.isidentifier():
        raise SchemaError(f"Question {question.id!r} needs another id")
    if not any(question.labels.values()):
        raise SchemaError(f"Question {question.id} has no text")
    if question.kind == "choice" and not question.choices:
        raise SchemaError(f"Question {question.id} offers no choice")
    for name, _wanted in question.conditions:
        if name not in known:
            raise SchemaError(
                f"Question {question.id} hangs on {name}, which no earlier section asks"
            )


def shown_answer(question: Question, value: str) -> str:
    """Return an answer as it reads: the name of an area, not its code."""
    if question.kind == "area":
        return next((str(a.name) for a in Area.objects.filter(iso=value)), value)
    if question.kind == "body":
        return next((str(b.name) for b in PublicBody.objects.filter(code=value)), value)
    return question.shown(value)
