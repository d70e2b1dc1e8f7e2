"""Answers become counts, once, when they are stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from surveys.answering import shown
from surveys.definition import Definition

BASE, ANSWERED = "base", "answered"
# (question, code); the question “” stands for the whole response.
Mark = tuple[str, str]


def cell_of(splits: list[str], answers: Mapping[str, Any]) -> str:
    """Return the group of a response: `2|KZ-35`, a place left empty if not answered."""
    return "|".join(_plain(answers.get(code)) for code in splits)


def _plain(value: Any) -> str:
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
        if question.kind == "matrix" and not _is_missing(value):
            for row in question.rows:
                name = f"{question.code}.{row.code}"
                yield name, BASE
                code = (value or {}).get(str(row.code))
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
    responses: Iterator[tuple[Mapping[str, Any], set[str]]],
) -> Counter[tuple[str, str, str]]:
    """Count responses by (question, cell, code)."""
    total: Counter[tuple[str, str, str]] = Counter()
    for answers, written in responses:
        cell = cell_of(splits, answers)
        total.update(
            (question, cell, code)
            for question, code in marks(definition, answers, written)
        )
    return total
