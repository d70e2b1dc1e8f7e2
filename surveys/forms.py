"""The form of a questionnaire, page by page, without scripts, cookies or a session.

All answers travel with the form: those of other pages in hidden fields. Nothing is
stored before the end, and at the end the server reads everything again.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property

from foundation.languages import Text, pick
from foundation.territory.models import Area, PublicBody
from surveys.answering import (
    MISSING,
    PIPE,
    ROW,
    Places,
    Reading,
    fields_of,
    ordered,
    pages,
    read,
    shown,
)
from surveys.definition import Definition, Option, Question
from surveys.expressions import holds
from surveys.personal import names_somebody

# So few orders that the one a form had says nothing about who filled it in.
ORDERS = 32
OWN_FIELDS = ("page", "seed", "key", "code")


@dataclass(frozen=True)
class Control:
    """One thing to tick, choose or write, as a template draws it."""

    id: str
    name: str
    value: str
    label: Text
    is_on: bool = False
    is_exclusive: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a matrix with its controls, or a choice to rank with its place."""

    id: str
    label: Text
    controls: list[Control]


@dataclass(frozen=True)
class Field:
    """A question as the page shows it."""

    question: Question
    text: Text
    hint: Text
    error: str = ""
    controls: list[Control] = field(default_factory=list)
    missing: list[Control] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    value: str = ""
    described_by: str = ""

    @property
    def id(self) -> str:
        return f"q_{self.question.code}"


def places_for(definition: Definition) -> Places:
    kinds = {question.kind for question in definition.items}
    areas = Area.objects.filter(valid_to__isnull=True)
    return Places(
        areas=set(areas.exclude(kind="country").values_list("iso", flat=True))
        if "area" in kinds
        else (),
        bodies=set(PublicBody.objects.values_list("code", flat=True))
        if "body" in kinds
        else (),
    )


class AnswerForm:
    """Where somebody is in a questionnaire, and what was answered so far."""

    def __init__(self, definition: Definition, posted: QueryDict | None = None) -> None:
        self.definition = definition
        self.posted = posted if posted is not None else QueryDict()
        self.places = places_for(definition)
        self.pages = pages(definition)
        self.seed = _small(self.posted.get("seed"), ORDERS, secrets.randbelow(ORDERS))
        self.key = self.posted.get("key") or secrets.token_hex(16)
        self.code = (self.posted.get("code") or "")[:40]
        self.page = _small(self.posted.get("page"), len(self.pages) + 1, 0)
        self.errors: dict[str, str] = {}
        self.dropped: list[Question] = []

    @cached_property
    def lenient(self) -> Reading:
        """Everything that can be read, whatever page it is on."""
        return read(
            list(self.definition.items),
            self.posted,
            self.places,
            earlier={},
            is_strict=False,
        )

    @property
    def answers(self) -> dict[str, Any]:
        return shown(self.definition, self.lenient.answers)[0]

    @property
    def is_review(self) -> bool:
        return self.page >= len(self.pages)

    def go_on(self) -> None:
        """Check all pages up to this one; stop at the first with an error."""
        answers: Mapping[str, Any] = {}
        for number, page in enumerate(self.pages[: self.page + 1]):
            reading = read(page, self.posted, self.places, earlier=answers)
            if reading.errors:
                self.page, self.errors = number, reading.errors
                return
            answers = reading.answers
        self.page = self._next(self.page + 1, 1, answers)

    def go_back(self) -> None:
        self.page = max(self._next(self.page - 1, -1, self.answers), 0)

    def _next(self, number: int, step: int, answers: Mapping[str, Any]) -> int:
        while 0 <= number < len(self.pages):
            if any(holds(question.base, answers) for question in self.pages[number]):
                return number
            number += step
        return number

    def finish(self) -> tuple[dict[str, Any], dict[str, str]] | None:
        """Return the answers as codes and the texts apart, or show what is wrong.

        What was posted under a condition that does not hold is left out and named.
        """
        self.page = len(self.pages) - 1
        self.go_on()
        if self.errors:
            return None
        self._note_dropped()
        texts = {q.code for q in self.definition.items if q.kind == "text"}
        answers = self.answers
        return (
            {
                name: value
                for name, value in answers.items()
                if name not in texts or isinstance(value, dict)
            },
            {
                name: value
                for name, value in answers.items()
                if name in texts and isinstance(value, str)
            },
        )

    def _note_dropped(self) -> None:
        counted = self.answers
        for question in self.definition.questions:
            if question.code not in counted and self._is_posted(question):
                self.dropped.append(question)

    def _is_posted(self, question: Question) -> bool:
        names = [question.code, MISSING.format(question.code)]
        names += [ROW.format(question.code, o.code) for o in question.rows]
        if question.kind == "ranking":
            names += [ROW.format(question.code, o.code) for o in question.choices]
        return any(self.posted.get(name) for name in names)

    def review(self) -> list[tuple[Text, str]]:
        self._note_dropped()
        answers = self.answers
        return [
            (
                self._words(question.text),
                self.words_of(question, answers[question.code]),
            )
            for question in self.definition.questions
            if question.code in answers
        ]

    @property
    def naming(self) -> list[Question]:
        """Questions whose answer in own words seems to say who somebody is."""
        answers = self.answers
        return [
            question
            for question in self.definition.questions
            if question.kind == "text"
            and isinstance(answers.get(question.code), str)
            and names_somebody(answers[question.code])
        ]

    def words_of(self, question: Question, value: Any) -> str:
        """Write an answer in words, for the review and for piping."""
        if isinstance(value, dict) and "missing" in value:
            return self._label(question.choices, value["missing"])
        if question.kind == "matrix":
            return "; ".join(
                f"{self._label(question.rows, int(row))}: "
                f"{self._label(question.choices, code)}"
                for row, code in value.items()
            )
        if isinstance(value, list):
            return ", ".join(self._label(question.choices, code) for code in value)
        if question.choices and isinstance(value, int) and question.kind != "number":
            return self._label(question.choices, value)
        if question.kind == "area":
            return Area.objects.get(iso=value).name.plain
        if question.kind == "body":
            return PublicBody.objects.get(code=value).name.plain
        return str(value)

    def _label(self, options: tuple[Option, ...], code: Any) -> str:
        return next((o.text.plain for o in options if o.code == code), str(code))

    def _words(self, texts: Mapping[str, str]) -> Text:
        """Return a text with the answers it repeats."""
        text = pick(dict(texts))
        if "{" not in text:
            return text

        def answer(match: Any) -> str:
            question = self.definition.question(match[1])
            value = self.answers.get(match[1])
            if question is None or value is None:
                return "…"
            return self.words_of(question, value)

        return Text(
            PIPE.sub(answer, text.plain), text.language, is_fallback=text.is_fallback
        )

    def hidden(self) -> list[tuple[str, str]]:
        """Return the answers of the other pages as fields of the form."""
        here = {q.code for q in self.pages[self.page]} if not self.is_review else set()
        return [
            pair
            for question in self.definition.questions
            if question.code not in here and question.code in self.lenient.answers
            for pair in fields_of(question, self.lenient.answers[question.code])
        ]

    def fields(self) -> list[Field]:
        answers = self.answers
        return [
            self._field(question)
            for question in self.pages[self.page]
            if holds(question.base, answers)
        ]

    def every_field(self) -> list[list[tuple[Field, str]]]:
        """Return all pages with each question's condition, for those who write it."""
        return [
            [
                (
                    self._field(question),
                    json.dumps(question.base, ensure_ascii=False)
                    if question.base
                    else "",
                )
                for question in page
            ]
            for page in self.pages
        ]

    def _field(self, question: Question) -> Field:
        value = self.lenient.answers.get(question.code)
        if value is None and question.code in self.errors:
            value = None
        options = [
            option
            for option in ordered(question, question.choices, self.seed)
            if not (option.missing and question.kind not in {"single", "scale"})
            or question.kind == "multiple"
        ]
        apart = [o for o in question.choices if o.missing]
        hint = self._words(question.hint)
        error = self.errors.get(question.code, "")
        ids = [f"h_{question.code}"] * bool(hint) + [f"e_{question.code}"] * bool(error)
        return Field(
            question=question,
            text=self._words(question.text),
            hint=hint,
            error=error,
            controls=self._controls(question, options, value),
            missing=[]
            if question.kind in {"single", "scale", "multiple"}
            else [self._missing(question, option, value) for option in apart],
            rows=self._rows(question, value),
            value=self._written(question, value),
            described_by=" ".join(ids),
        )

    def _controls(
        self, question: Question, options: list[Option], value: Any
    ) -> list[Control]:
        if question.kind in {"area", "body"}:
            return _place_controls(question, value)
        if question.kind not in {"single", "scale", "multiple"}:
            return []
        chosen = value if isinstance(value, list) else [value]
        return [
            Control(
                id=f"q_{question.code}_{option.code}",
                name=question.code,
                value=str(option.code),
                label=option.text,
                is_on=option.code in chosen,
                is_exclusive=option.exclusive or bool(option.missing),
            )
            for option in options
        ]

    def _missing(self, question: Question, option: Option, value: Any) -> Control:
        is_on = isinstance(value, dict) and value.get("missing") == option.code
        return Control(
            id=f"q_{question.code}_{option.code}",
            name=MISSING.format(question.code),
            value=str(option.code),
            label=option.text,
            is_on=is_on,
        )

    def _rows(self, question: Question, value: Any) -> list[Row]:
        if question.kind == "matrix":
            given = value or {}
            return [
                Row(
                    id=f"q_{question.code}_{row.code}",
                    label=row.text,
                    controls=[
                        Control(
                            id=f"q_{question.code}_{row.code}_{option.code}",
                            name=ROW.format(question.code, row.code),
                            value=str(option.code),
                            label=option.text,
                            is_on=given.get(str(row.code)) == option.code,
                        )
                        for option in question.choices
                    ],
                )
                for row in ordered(question, question.rows, self.seed)
            ]
        if question.kind != "ranking":
            return []
        given_places = value if isinstance(value, list) else []
        valid = [o for o in question.choices if not o.missing]
        return [
            Row(
                id=ROW.format(f"q_{question.code}", option.code),
                label=option.text,
                controls=[
                    Control(
                        id="",
                        name=ROW.format(question.code, option.code),
                        value=str(place),
                        label=Text(str(place), ""),
                        is_on=given_places[place - 1 : place] == [option.code],
                    )
                    for place in range(1, len(valid) + 1)
                ],
            )
            for option in ordered(question, tuple(valid), self.seed)
        ]

    def _written(self, question: Question, value: Any) -> str:
        if question.kind not in {"number", "date", "text"}:
            return ""
        if value is None or isinstance(value, dict):
            return self.posted.get(question.code) or ""
        return str(value)


def _place_controls(question: Question, value: Any) -> list[Control]:
    rows: list[tuple[str, Text]]
    if question.kind == "area":
        areas = Area.objects.filter(valid_to__isnull=True).exclude(kind="country")
        rows = [(area.iso, area.name) for area in areas]
    else:
        rows = [(body.code, body.name) for body in PublicBody.objects.all()]
    return [
        Control(id="", name=question.code, value=code, label=name, is_on=code == value)
        for code, name in sorted(rows, key=lambda row: row[1].plain)
    ]


def _small(text: str | None, most: int, otherwise: int) -> int:
    """Read a small number that a form carries; anything else is the first one."""
    if text is None:
        return otherwise
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) < most else 0
