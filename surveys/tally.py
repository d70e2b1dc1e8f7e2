"""Answers become counts, once, when they are stored."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from surveys import joined
from surveys.answering import shown
from surveys.definition import Definition
from surveys.expressions import holds

BASE, ANSWERED = "base", "answered"
# (question, code); the question “” stands for the whole response.
Mark = tuple[str, str]


def cell_of(splits: list[str], answers: Mapping[str, Any], stratum: str = "") -> str:
    """Return the group of a response: `2|KZ-35`, a place left empty if not answered.

    The stratum of the sample, where it has any, stands at the end.
    """
    parts = [level_of(answers.get(code)) for code in splits]
    return "|".join([*parts, stratum] if stratum else parts)


def level_of(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["missing"])
    return "" if value is None else str(value)


def marks(
    definition: Definition, answers: Mapping[str, Any], written: set[str]
) -> Iterator[Mark]:
    """Give what one response adds a one to."""
    counted, asked = shown(definition, answers)
    yield "", BASE
    for question in definition.questions:
        if question.code not in asked:
            continue
        value = counted.get(question.code)
        if question.kind == "matrix":
            for row in question.rows:
                name = f"{question.code}.{row.code}"
                yield name, BASE
                # Who refuses the whole refuses each row: the base stays who was asked.
                code = (value or {}).get("missing", (value or {}).get(str(row.code)))
                if code is not None:
                    yield name, ANSWERED
                    yield name, str(code)
            continue
        yield question.code, BASE
        if value is None and question.code not in written:
            continue
        yield question.code, ANSWERED
        for code in _codes(question.kind, value):
            yield question.code, code
    yield from _joined_marks(definition, counted, asked)


def _joined_marks(
    definition: Definition, counted: Mapping[str, Any], asked: set[str]
) -> Iterator[Mark]:
    for question in definition.items:
        if not joined.is_joined(question):
            continue
        groups = list(joined.groups(question, counted, asked))
        for group in groups:
            yield joined.NAME.format(question.code), group
        if question.is_derived and holds(question.base, counted):
            yield question.code, BASE
            yield question.code, ANSWERED
            if joined.IN in groups:
                yield question.code, joined.YES


def _is_missing(value: Any) -> bool:
    return isinstance(value, dict) and "missing" in value


def _codes(kind: str, value: Any) -> Iterator[str]:
    if value is None or kind == "date":
        return
    if _is_missing(value):
        yield str(value["missing"])
    elif kind == "multiple":
        yield from map(str, value)
    elif kind == "ranking":
        for place, code in enumerate(value, start=1):
            yield f"{code}@{place}"
    else:
        yield str(value)


def count(
    definition: Definition,
    splits: list[str],
    responses: Iterator[tuple[Mapping[str, Any], set[str], *tuple[str, ...]]],
) -> Counter[tuple[str, str, str]]:
    """Count responses by (question, cell, code); a third part is their stratum."""
    cells: dict[str, Counter[Mark]] = defaultdict(Counter)
    for answers, written, *stratum in responses:
        cell = cell_of(splits, answers, *stratum)
        cells[cell].update(marks(definition, answers, written))
    return Counter(
        {
            (question, cell, code): n
            for cell, counted in cells.items()
            for (question, code), n in counted.items()
        }
    )
