"""The variables a questionnaire makes, as statistical programs and codebooks see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys import joined
from surveys.definition import Definition, Question
from surveys.expressions import holds

# What each program takes for a label of a variable, in characters.
LONGEST = 80
WEIGHT = "weight"
WEIGHT_LABELS = {
    "kk": "Жауаптың салмағы",
    "ru": "Вес ответа",
    "en": "Weight of the response",
}
MEASURES = {"scale": "ordinal", "matrix": "ordinal", "number": "scale"}


@dataclass(frozen=True)
class Column:
    """A variable: its name, where its value is, what its codes mean."""

    name: str
    question: Question
    part: str = ""

    def value(self, answers: Mapping[str, Any]) -> Any:
        if self.question.is_derived:
            return _derived(self.question, answers)
        found = answers.get(self.question.code)
        if isinstance(found, dict) and "missing" in found:
            return found["missing"]
        kind = self.question.kind
        if kind == "matrix":
            return None if found is None else found.get(self.part)
        if kind == "multiple":
            return None if found is None else int(int(self.part) in found)
        if kind == "ranking":
            places = {code: place for place, code in enumerate(found or (), start=1)}
            return places.get(int(self.part))
        return found

    def label(self, language: str) -> str:
        """Return what a program shows; a questionnaire with a longer one is not fielded."""
        words = self.question.short.get(language) or self.question.text.get(
            language, ""
        )
        if self.part:
            options = self.question.rows or self.question.choices
            option = next(o for o in options if str(o.code) == self.part)
            words = f"{words}: {option.short.get(language) or option.label.get(language, '')}"
        return words

    def labels(self, language: str) -> dict[int | float, str]:
        if self.question.kind in {"multiple", "derived"}:
            return {0: "0", 1: "1"}
        if self.question.kind == "ranking":
            return {}
        return {
            o.code: o.short.get(language) or o.label.get(language, "")
            for o in self.question.choices
        }

    @property
    def has_codes(self) -> bool:
        """Tell whether the values are numbers: codes of areas and dates are texts."""
        return self.question.kind not in {"area", "body", "date"}

    @property
    def measure(self) -> str:
        return MEASURES.get(self.question.kind, "nominal")

    @property
    def missing(self) -> list[Any]:
        if self.question.kind in {"multiple", "ranking"}:
            return []
        return [o.code for o in self.question.choices if o.missing]


def _derived(question: Question, answers: Mapping[str, Any]) -> int | None:
    if not holds(question.base, answers):
        return None
    return int(holds(joined.any_of(question), answers))


def columns(definition: Definition) -> list[Column]:
    found = []
    for question in definition.items:
        if question.kind == "matrix":
            parts = [str(row.code) for row in question.rows]
        elif question.kind in {"multiple", "ranking"}:
            parts = [str(option.code) for option in question.choices]
        elif question.kind in {"text", "info"}:
            continue
        else:
            parts = [""]
        found += [
            Column(f"{question.code}_{part}" if part else question.code, question, part)
            for part in parts
        ]
    return found
