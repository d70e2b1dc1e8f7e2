"""The tables of a wave, made once when its counts change and read as they are.

A page, a file and a release read the same row. Making the tables anew takes seconds
where many groups have to be hidden; reading them takes milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from foundation.languages import Text, pick
from foundation.publication import renew_pages
from surveys.crossing import CrossTable, Level, cross_tables
from surveys.definition import Question
from surveys.models import KeptResults, Wave
from surveys.results import (
    Cell,
    Table,
    countable,
    labels,
    tables,
    totals_of,
)

# The class of the advisory locks of those who keep tables; the second number is the wave.
LOCK = 60_202


@dataclass(frozen=True)
class Results:
    responses: int
    tables: list[Table]
    crosses: list[CrossTable]


@transaction.atomic
def keep(wave: Wave) -> KeptResults:
    """Make the tables of a wave from its counts; groups only once it is closed.

    One at a time, so that an older state never takes the place of a newer one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, wave.pk])
    wave = Wave.objects.select_related("questionnaire__survey").get(pk=wave.pk)
    is_final = wave.state == Wave.State.CLOSED
    row, _is_new = KeptResults.objects.update_or_create(
        wave=wave, defaults={"is_final": is_final, "body": _body(wave)}
    )
    renew_pages()
    return row


def results_of(wave: Wave) -> Results:
    """Read the kept tables; those of a wave that has none yet are made for this once."""
    row = KeptResults.objects.filter(wave=wave).first()
    is_closed = wave.state == Wave.State.CLOSED
    if row is None or (is_closed and not row.is_final):
        body = _body(wave)
    else:
        body = row.body
    return _read(wave, body)


def _body(wave: Wave) -> dict[str, Any]:
    totals = totals_of(wave)
    is_closed = wave.state == Wave.State.CLOSED
    # What is made of several answers is what most come for: it stands first.
    derived = {question.code for question in wave.questionnaire.definition.derived}
    crosses = cross_tables(wave, totals) if is_closed else []
    crosses.sort(key=lambda cross: cross.code not in derived)
    found = sorted(tables(wave, totals), key=lambda table: table.code not in derived)
    responses = totals.responses
    if not is_closed:
        found = [_running(table, wave.min_cell) for table in found]
        responses = _rounded(responses, wave.min_cell)
    return {
        "responses": responses,
        "tables": [
            {
                "code": table.code,
                "base": table.base,
                "of": table.of,
                "of_valid": table.of_valid,
                "mean": table.mean,
                "cells": [_cell(cell) for cell in table.cells],
            }
            for table in found
        ],
        "crosses": [
            {
                "code": cross.code,
                "split": cross.split,
                "levels": [
                    [level.code, level.base, [_cell(cell) for cell in level.cells]]
                    for level in cross.levels
                ],
            }
            for cross in crosses
        ],
    }


def _rounded(n: int, step: int) -> int:
    return (n + step // 2) // step * step


def _running(table: Table, step: int) -> Table:
    """Round the numbers of a wave that goes on, so that two states tell of no few.

    Shares are those of the rounded numbers.
    """
    if table.of is None or table.base is None:
        return table
    of = _rounded(table.of, step)
    cells = [
        cell
        if cell.n is None
        else replace(
            cell,
            n=_rounded(cell.n, step),
            percent=None
            if cell.percent is None
            else min(100 * _rounded(cell.n, step) / of, 100),
        )
        for cell in table.cells
    ]
    return replace(table, base=_rounded(table.base, step), of=of, cells=cells)


def _cell(cell: Cell) -> list[Any]:
    return [cell.code, cell.n, cell.percent, cell.is_missing]


def _read(wave: Wave, body: Mapping[str, Any]) -> Results:
    definition = wave.questionnaire.definition
    asked = {name: (q, row) for name, q, row in countable(definition)}
    words: dict[str, dict[str, Text]] = {}
    found = []
    for table in body["tables"]:
        question, row = asked[table["code"]]
        own = words[table["code"]] = _words(question, [c[0] for c in table["cells"]])
        found.append(
            Table(
                code=table["code"],
                kind=question.kind,
                title=pick(dict(question.text)),
                row=row,
                base=table["base"],
                of=table["of"],
                of_valid=table["of_valid"],
                cells=_cells(table["cells"], own),
                mean=table["mean"],
            )
        )
    crosses = []
    for cross in body["crosses"]:
        question, row = asked[cross["code"]]
        splitter, _row = asked[cross["split"]]
        own = words[cross["code"]] or _words(
            question, [cell[0] for cell in cross["levels"][0][2]]
        )
        groups = _words(splitter, [level[0] for level in cross["levels"]])
        crosses.append(
            CrossTable(
                code=cross["code"],
                title=pick(dict(question.text)),
                row=row,
                split=cross["split"],
                split_title=pick(dict(splitter.text)),
                levels=[
                    Level(code, groups.get(code, Text(code, "")), base, _cells(c, own))
                    for code, base, c in cross["levels"]
                ],
            )
        )
    return Results(body["responses"], found, crosses)


def _words(question: Question, codes: list[str]) -> dict[str, Text]:
    return {
        code: label for code, label, _m in labels(question, dict.fromkeys(codes, 1))
    }


def _cells(kept: list[list[Any]], words: Mapping[str, Text]) -> list[Cell]:
    return [
        Cell(code, words.get(code, Text(code, "")), n, percent, is_missing)
        for code, n, percent, is_missing in kept
    ]
