"""The responses of a closed wave as files for statistical programs.

For analysts with an agreement, never for the public: a response is anonymous, but many
answers together can be rare. One column holds one code; labels come from the short labels
of the questionnaire, which are checked for length before it is fielded, so that no program
cuts them. Open texts are not in these files.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas
import pyreadstat

from surveys.definition import Question
from surveys.models import Wave

CHUNK = 5_000
# What each program takes for a label of a variable, in characters.
LONGEST = 80
MEASURES = {"scale": "ordinal", "matrix": "ordinal", "number": "scale"}


class OpenWaveError(Exception):
    """Responses leave the database only when nobody can add to them any more."""


@dataclass(frozen=True)
class Column:
    """A variable: its name, where its value is, what its codes mean."""

    name: str
    question: Question
    part: str = ""

    def value(self, answers: Mapping[str, Any]) -> Any:
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
        words = self.question.short.get(language) or self.question.text[language]
        if self.part:
            options = self.question.rows or self.question.choices
            option = next(o for o in options if str(o.code) == self.part)
            words = f"{words}: {option.short.get(language) or option.label[language]}"
        return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"

    def labels(self, language: str) -> dict[int | float, str]:
        if self.question.kind == "multiple":
            return {0: "0", 1: "1"}
        if self.question.kind == "ranking":
            return {}
        return {
            o.code: o.short.get(language) or o.label[language]
            for o in self.question.choices
        }

    @property
    def missing(self) -> list[Any]:
        if self.question.kind in {"multiple", "ranking"}:
            return []
        return [o.code for o in self.question.choices if o.missing]


def columns(wave: Wave) -> list[Column]:
    found = []
    for question in wave.questionnaire.definition.questions:
        if question.kind == "matrix":
            parts = [str(row.code) for row in question.rows]
        elif question.kind in {"multiple", "ranking"}:
            parts = [str(option.code) for option in question.choices]
        elif question.kind == "text":
            continue
        else:
            parts = [""]
        found += [
            Column(f"{question.code}_{part}" if part else question.code, question, part)
            for part in parts
        ]
    return found


def rows(wave: Wave) -> Iterator[list[Any]]:
    """Give every response by its random id, some thousand in memory at a time."""
    if wave.state != Wave.State.CLOSED:
        raise OpenWaveError
    wanted = columns(wave)
    responses = wave.responses.order_by("id").values_list("answers", flat=True)
    for answers in responses.iterator(chunk_size=CHUNK):
        yield [column.value(answers) for column in wanted]


def write_csv(wave: Wave, path: Path, *, with_bom: bool = False) -> int:
    encoding = "utf-8-sig" if with_bom else "utf-8"
    written = 0
    with path.open("w", encoding=encoding, newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow([column.name for column in columns(wave)])
        for row in rows(wave):
            writer.writerow(row)
            written += 1
    return written


def write_sav(wave: Wave, path: Path, language: str) -> int:
    """Write an SPSS file with labels, missing codes and levels of measurement."""
    wanted = columns(wave)
    table = pandas.DataFrame(list(rows(wave)), columns=[c.name for c in wanted])
    pyreadstat.write_sav(
        table,
        str(path),
        column_labels={c.name: c.label(language) for c in wanted},
        variable_value_labels={
            c.name: c.labels(language)
            for c in wanted
            if c.labels(language) and _codes(c)
        },
        missing_ranges={c.name: c.missing for c in wanted if c.missing and _codes(c)},
        variable_measure={
            c.name: MEASURES.get(c.question.kind, "nominal") for c in wanted
        },
    )
    return len(table)


def write_dta(wave: Wave, path: Path, language: str) -> int:
    """Write a Stata file, labels and all."""
    wanted = columns(wave)
    table = pandas.DataFrame(list(rows(wave)), columns=[c.name for c in wanted])
    pyreadstat.write_dta(
        table,
        str(path),
        column_labels={c.name: c.label(language) for c in wanted},
        variable_value_labels={
            c.name: c.labels(language)
            for c in wanted
            if c.labels(language) and _codes(c)
        },
    )
    return len(table)


def _codes(column: Column) -> bool:
    """Tell whether the values are numbers: codes of areas and dates are texts."""
    return column.question.kind not in {"area", "body", "date"}
