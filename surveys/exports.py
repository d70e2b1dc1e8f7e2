"""Files of what a page shows: the same cells, the same ones hidden."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from foundation.languages import Text, pick
from surveys.codebook import ddi
from surveys.crossing import CrossTable, Level
from surveys.definition import Question
from surveys.kept import results_of
from surveys.models import Estimate, Release, Wave
from surveys.package import data_package
from surveys.results import Cell, countable, labels

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "sdmx": "application/vnd.sdmx.data+csv; version=1.0.0",
    "ddi": "application/xml",
    "package": "application/zip",
}
COLUMNS = [
    "question",
    "split",
    "level",
    "code",
    "n",
    "base",
    "percent",
    # Where several answers could be given and each is shown.
    "percent_of_answers",
]


def aggregate_rows(wave: Wave) -> Iterator[dict[str, Any]]:
    """Give every published cell; one that is not shown has no figures."""
    results = results_of(wave)
    for table in results.tables:
        for cell, of_answers in table.lines:
            yield {
                "question": table.code,
                "split": "",
                "level": "",
                "code": cell.code,
                "n": cell.n,
                "base": table.of,
                "percent": cell.percent,
                "percent_of_answers": of_answers,
            }
    for crossed in results.crosses:
        for level in crossed.levels:
            for cell in level.cells:
                yield {
                    "question": crossed.code,
                    "split": crossed.split,
                    "level": level.code,
                    "code": cell.code,
                    "n": cell.n,
                    "base": level.base,
                    "percent": cell.percent,
                    "percent_of_answers": None,
                }


def aggregate_file(wave: Wave, file_format: str, *, with_bom: bool = False) -> bytes:
    rows = list(aggregate_rows(wave))
    if file_format == "json":
        body = {
            "survey": wave.questionnaire.survey.code,
            "questionnaire": wave.questionnaire.number,
            "questionnaire_sha256": wave.questionnaire.body_sha256,
            "wave": wave.public_id,
            "sample": wave.sample,
            "cells": rows,
        }
        return json.dumps(body, ensure_ascii=False).encode()
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode("utf-8-sig" if with_bom else "utf-8")


RELEASE_FORMATS = {
    "csv": "csv",
    "json": "json",
    "sdmx": "sdmx.csv",
    "ddi": "ddi.xml",
    "package": "zip",
}
ESTIMATE_COLUMNS = [
    "question",
    "code",
    "split",
    "level",
    "n",
    "base",
    "p",
    "se",
    "low",
    "high",
    "deff",
    "n_eff",
    "flag",
]
# What says how sure a figure is for a random sample, and nothing for any other.
SAMPLING_COLUMNS = {"se", "low", "high"}


@dataclass(frozen=True)
class Line:
    """One figure of a release with its words, and where its bar and whisker lie."""

    estimate: Estimate
    label: Text

    @property
    def percent(self) -> float | None:
        return None if self.estimate.p is None else 100 * self.estimate.p

    @property
    def bar(self) -> str:
        return f"{self.percent:.2f}" if self.percent else ""

    @property
    def whisker(self) -> tuple[str, str] | None:
        low, high = self.estimate.low, self.estimate.high
        if low is None or high is None:
            return None
        return f"{100 * low:.2f}", f"{100 * (high - low):.2f}"

    @property
    def bounds(self) -> tuple[float, float] | None:
        low, high = self.estimate.low, self.estimate.high
        return None if low is None or high is None else (100 * low, 100 * high)


def release_blocks(release: Release) -> list[tuple[Text, list[Line]]]:
    """Return the figures for everybody, by question, joined figures first."""
    rows: dict[str, list[Estimate]] = {}
    for row in release.estimates.filter(split="").order_by("position"):
        rows.setdefault(row.question, []).append(row)
    found = []
    asked = {
        name: (question, part)
        for name, question, part in countable(release.wave.questionnaire.definition)
    }
    for name in rows:
        question, part = asked[name]
        words = {
            code: label
            for code, label, _missing in labels(
                question, dict.fromkeys((row.code for row in rows[name]), 1)
            )
        }
        title = pick(dict(question.text))
        if part is not None:
            title = Text(f"{title.plain}: {part.plain}", title.language)
        lines = [
            Line(row, words.get(row.code, Text(row.code, ""))) for row in rows[name]
        ]
        found.append((title, lines))
    return found


def release_crosses(release: Release) -> list[CrossTable]:
    """Return the figures of groups, as tables of shares, in the order of the release."""
    rows: dict[tuple[str, str], dict[str, list[Estimate]]] = {}
    for row in release.estimates.exclude(split="").order_by("position"):
        levels = rows.setdefault((row.question, row.split), {})
        levels.setdefault(row.level, []).append(row)
    asked = {
        name: (question, part)
        for name, question, part in countable(release.wave.questionnaire.definition)
    }
    found = []
    for (name, split), levels in rows.items():
        question, part = asked[name]
        splitter, _part = asked[split]
        answers = _words(question, (row.code for row in next(iter(levels.values()))))
        groups = _words(splitter, levels)
        found.append(
            CrossTable(
                code=name,
                title=question.words,
                row=part,
                split=split,
                split_title=splitter.words,
                levels=[
                    Level(level, groups[level], _base(own), _cells(own, answers))
                    for level, own in levels.items()
                ],
            )
        )
    return found


def _words(question: Question, codes: Iterable[str]) -> dict[str, Text]:
    known = dict.fromkeys(codes, 1)
    found = {code: words for code, words, _m in labels(question, known)}
    return {code: found.get(code, Text(code, "")) for code in known}


def _base(rows: list[Estimate]) -> int | None:
    return next((row.base for row in rows if row.base is not None), None)


def _cells(rows: list[Estimate], words: dict[str, Text]) -> list[Cell]:
    return [
        Cell(row.code, words[row.code], row.n, None if row.p is None else 100 * row.p)
        for row in rows
    ]


def margins_in_words(release: Release) -> list[tuple[Text, str]]:
    """Return what weights were fitted to: the question and where its totals are from."""
    definition = release.wave.questionnaire.definition
    found = []
    for margin in release.methodology.get("margins", ()):
        question = definition.question(margin["question"])
        words = question.words if question else Text(margin["question"], "")
        told = (margin.get("source", ""), margin.get("date", ""))
        found.append((words, ", ".join(filter(None, told))))
    return found


def release_content(release: Release, file_format: str) -> bytes:
    """Return a release as it was frozen; suppressed figures are empty."""
    if file_format == "json":
        return release.body.encode()
    if file_format == "ddi":
        return ddi(release)
    columns = [
        name
        for name in ESTIMATE_COLUMNS
        if release.wave.is_probability or name not in SAMPLING_COLUMNS
    ]
    rows = release.estimates.order_by("position").values(*columns)
    if file_format == "sdmx":
        return _sdmx(release, list(rows))
    lines = io.StringIO()
    writer = csv.DictWriter(lines, columns)
    writer.writeheader()
    writer.writerows(rows)
    content = lines.getvalue().encode()
    if file_format == "package":
        return data_package(release, content, columns)
    return content


def _sdmx(release: Release, rows: list[dict[str, Any]]) -> bytes:
    """Write SDMX-CSV 1.0: one line an observation, suppressed ones with status Q."""
    columns = ["DATAFLOW", "SURVEY", "QUESTION", "ANSWER", "SPLIT", "GROUP"]
    columns += ["TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(columns)
    survey = release.wave.questionnaire.survey.code
    for row in rows:
        is_hidden = row["p"] is None
        writer.writerow(
            [
                "PORTAL:SURVEYS(1.0)",
                survey,
                row["question"],
                row["code"],
                row["split"] or "_T",
                row["level"] or "_T",
                release.wave.closes_on.year,
                "" if is_hidden else row["p"] * 100,
                "Q" if is_hidden else "A",
            ]
        )
    return lines.getvalue().encode()
