"""Tables of one question by the groups of another, what is small hidden with its complement.

They are made of the kept counts alone, once a wave is closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from foundation.languages import Text, pick
from surveys import joined
from surveys.bases import Told
from surveys.definition import Question
from surveys.disclosure import (
    TotalsTellError,
    protected_line,
    protected_table,
    still_protected,
)
from surveys.models import Wave
from surveys.results import (
    Cell,
    Totals,
    both_sides,
    countable,
    figure_groups,
    labels,
    one_of_each,
    tables,
    totals_of,
)
from surveys.tally import BASE

UNSPLIT = {"number", "ranking"}


@dataclass(frozen=True)
class Level:
    code: str
    label: Text
    base: int | None
    cells: list[Cell]


@dataclass(frozen=True)
class CrossTable:
    """One question by the groups of a split."""

    code: str
    title: Text
    row: Text | None
    split: str
    split_title: Text
    levels: list[Level]


def cross_tables(wave: Wave, totals: Totals | None = None) -> list[CrossTable]:
    """Return each question by each split, what is small hidden with its complement."""
    totals = totals or totals_of(wave)
    definition = wave.questionnaire.definition
    whole = {table.code: table for table in tables(wave, totals)}
    found = []
    for split, apart in _splits(wave):
        splitter = definition.question(split)
        if splitter is None or split not in whole:
            continue
        known = {cell.code for cell in whole[split].cells if cell.n is not None}
        shown: set[tuple[str, str, str]] = set()
        for name, question, row in countable(definition):
            is_told = whole[name].base is not None if name in whole else False
            if question.code in apart or not is_told or question.kind in UNSPLIT:
                continue
            by = By(splitter, apart, known, shown)
            crossed = _cross(wave, totals, by, name, question, row)
            if crossed is not None:
                found.append(crossed)
                shown |= {
                    (level.code, name, cell.code)
                    for level in crossed.levels
                    for cell in level.cells
                    if cell.n is not None
                }
    return found


@dataclass(frozen=True)
class By:
    """What a table is split by, and what is known of its groups."""

    question: Question
    # Questions that are not split by it.
    apart: set[str]
    # Which groups have a number in the question's own table.
    known: set[str]
    # Group, question and answer of each cell shown so far.
    shown: set[tuple[str, str, str]]


def _splits(wave: Wave) -> Iterator[tuple[str, set[str]]]:
    """Give the questions to split by, each with those that are not split by it."""
    definition = wave.questionnaire.definition
    every = {question.code for question in definition.items}
    for split in wave.splits:
        yield split, set(wave.splits)
    for second in dict.fromkeys(second for _first, second in wave.pairs):
        yield second, every - {first for first, by in wave.pairs if by == second}


@dataclass(frozen=True)
class Counted:
    """The counts of a question by the groups of a split: a line for each group.

    Those of no known group make a line of their own, the last, which is never shown.
    """

    name: str
    question: Question
    # Codes and labels of the groups, without the last line's.
    levels: list[tuple[str, Text, bool]]
    wanted: list[tuple[str, Text, bool]]
    everybody: dict[str, int]
    groups: list[dict[str, dict[str, int]]]

    @property
    def codes(self) -> list[str]:
        return [*(code for code, _label, _missing in self.levels), ""]

    @cached_property
    def bases(self) -> list[int]:
        return [group[self.name].get(BASE, 0) for group in self.groups]

    @cached_property
    def lines(self) -> list[list[int]]:
        return [
            [group[self.name].get(code, 0) for code, _label, _missing in self.wanted]
            for group in self.groups
        ]


def _counted(totals: Totals, by: By, name: str, question: Question) -> Counted:
    groups = totals.groups[by.question.code]
    levels = labels(by.question, totals.everybody.get(by.question.code, {}))
    everybody = totals.everybody.get(name, {})
    return Counted(
        name,
        question,
        levels,
        labels(question, everybody),
        everybody,
        [groups[code] for code in [*(code for code, _l, _m in levels), ""]],
    )


def _cross(
    wave: Wave,
    totals: Totals,
    by: By,
    name: str,
    question: Question,
    row: Text | None,
) -> CrossTable | None:
    counted = _counted(totals, by, name, question)
    if sum(counted.bases) < wave.min_cell:
        return None
    levels_shown = _levels_shown(wave, totals, by, counted)
    try:
        if question.is_derived:
            shown = _derived_shown(wave, totals, counted, levels_shown)
        elif question.kind == "multiple":
            shown = _sides_shown(counted, levels_shown, wave.min_cell)
        else:
            shown = _lines_shown(counted, levels_shown, wave.min_cell)
    except TotalsTellError:
        return None
    return CrossTable(
        code=name,
        title=pick(dict(question.text)),
        row=row,
        split=by.question.code,
        split_title=pick(dict(by.question.text)),
        levels=list(_levels(counted, levels_shown, shown)),
    )


def _levels(
    counted: Counted, levels_shown: list[bool], shown: list[list[bool]]
) -> Iterator[Level]:
    """Give each known group with what may be shown of it."""
    for (code, label, _missing), base, is_told, line, flags in zip(
        counted.levels, counted.bases, levels_shown, counted.lines, shown, strict=False
    ):
        cells = [
            Cell(
                answer,
                words,
                n if is_shown else None,
                100 * n / base if is_shown else None,
                is_missing,
            )
            for (answer, words, is_missing), n, is_shown in zip(
                counted.wanted, line, flags, strict=True
            )
        ]
        yield Level(code, label, base if is_told else None, cells)


def _levels_shown(wave: Wave, totals: Totals, by: By, counted: Counted) -> list[bool]:
    """Tell of which groups the number of those asked may be told; the last is unknown."""
    question, asked = counted.question, counted.bases
    flags = protected_line(asked, wave.min_cell)
    # Where the number of a group is hidden in its own table, so it is here.
    known = [code in by.known for code in counted.codes]
    withheld = {name for _place, name in totals.withheld(wave).values()}
    every = [
        Told(
            wave.questionnaire.definition,
            group,
            lambda *cell, level=code: (level, *cell) in by.shown,
            by.apart,
            withheld,
        )
        for code, group in zip(counted.codes, counted.groups, strict=True)
    ]
    flags = [
        flag and is_known and told.allows(question, n)
        for flag, is_known, told, n in zip(flags, known, every, asked, strict=True)
    ]
    sizes = [told.sizes(question, n) for told, n in zip(every, asked, strict=True)]
    if any(own is None for own in sizes):
        flags = [f and own is None for f, own in zip(flags, sizes, strict=True)]
    else:
        flags = joined.shown_levels([own or {} for own in sizes], flags, wave.min_cell)
    return still_protected(asked, flags, wave.min_cell)


def _lines_shown(
    counted: Counted, levels_shown: list[bool], smallest: int
) -> list[list[bool]]:
    whole = np.array(
        [
            [*line, base - sum(line)]
            for line, base in zip(counted.lines, counted.bases, strict=True)
        ],
        dtype=np.int64,
    )
    ns = [counted.everybody.get(code, 0) for code, _label, _missing in counted.wanted]
    columns, _of, _of_valid = one_of_each(
        sum(counted.bases), ns, counted.wanted, smallest
    )
    shown = protected_table(
        whole, smallest, rows_known=levels_shown, columns_known=[*columns, True]
    )
    return [[bool(flag) for flag in line[:-1]] for line in shown]


def _derived_shown(
    wave: Wave, totals: Totals, counted: Counted, levels_shown: list[bool]
) -> list[list[bool]]:
    withheld = totals.withheld(wave)
    whole = figure_groups(counted.question, totals.everybody, withheld)
    if not joined.are_safe(whole, wave.min_cell):
        return [[False] for _group in counted.groups]
    sizes = [
        figure_groups(counted.question, group, withheld) for group in counted.groups
    ]
    flags = joined.shown_levels(sizes, levels_shown, wave.min_cell)
    return [
        [flag and own.get(joined.IN, 0) >= wave.min_cell]
        for flag, own in zip(flags, sizes, strict=True)
    ]


def _sides_shown(
    counted: Counted, levels_shown: list[bool], smallest: int
) -> list[list[bool]]:
    """Protect each of several answers against its own “not chosen”."""
    shown = [[False] * len(counted.wanted) for _line in counted.lines]
    base = sum(counted.bases)
    for place, (code, _label, _missing) in enumerate(counted.wanted):
        sides = np.array(
            [
                [line[place], total - line[place]]
                for line, total in zip(counted.lines, counted.bases, strict=True)
            ],
            dtype=np.int64,
        )
        is_known = both_sides(counted.everybody.get(code, 0), base, smallest)
        flags = protected_table(
            sides,
            smallest,
            rows_known=levels_shown,
            columns_known=[is_known, is_known],
        )
        for at, (chosen, other) in enumerate(flags):
            full = sides[at][1] == 0 and bool(chosen)
            shown[at][place] = bool(chosen and other) or full
    return shown
