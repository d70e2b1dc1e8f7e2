"""Tables of one question by the groups of another, what is small hidden with its complement.

They are made of the kept counts alone, once a wave is closed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def _cross(
    wave: Wave,
    totals: Totals,
    by: By,
    name: str,
    question: Question,
    row: Text | None,
) -> CrossTable | None:
    splitter = by.question
    groups = totals.groups[splitter.code]
    levels = labels(splitter, totals.everybody.get(splitter.code, {}))
    # Those of no known group make a row of their own, which is never shown.
    codes = [code for code, _label, _missing in levels] + [""]
    everybody = totals.everybody.get(name, {})
    wanted = labels(question, everybody)
    bases = [groups[code][name].get(BASE, 0) for code in codes]
    if sum(bases) < wave.min_cell:
        return None
    levels_shown = _levels_shown(
        wave,
        name,
        question,
        [groups[code] for code in codes],
        codes,
        by,
        {name for _place, name in totals.withheld(wave).values()},
    )
    counts = [
        [groups[code][name].get(answer, 0) for answer, _label, _missing in wanted]
        for code in codes
    ]
    try:
        if question.is_derived:
            shown = _derived_shown(
                question,
                [groups[code] for code in codes],
                levels_shown,
                totals,
                wave,
            )
        elif question.kind == "multiple":
            shown = _sides_shown(counts, bases, levels_shown, everybody, wanted, wave)
        else:
            shown = _lines_shown(counts, bases, levels_shown, everybody, wanted, wave)
    except TotalsTellError:
        return None
    return CrossTable(
        code=name,
        title=pick(dict(question.text)),
        row=row,
        split=splitter.code,
        split_title=pick(dict(splitter.text)),
        levels=[
            Level(
                code,
                label,
                bases[at] if levels_shown[at] else None,
                [
                    Cell(
                        answer,
                        words,
                        counts[at][place] if shown[at][place] else None,
                        100 * counts[at][place] / bases[at]
                        if shown[at][place]
                        else None,
                        is_missing,
                    )
                    for place, (answer, words, is_missing) in enumerate(wanted)
                ],
            )
            for at, (code, label, _missing) in enumerate(levels)
        ],
    )


def _lines_shown(
    counts: list[list[int]],
    bases: list[int],
    levels_shown: list[bool],
    everybody: dict[str, int],
    wanted: Sequence[tuple[str, Text, bool]],
    wave: Wave,
) -> list[list[bool]]:
    whole = np.array(
        [[*line, base - sum(line)] for line, base in zip(counts, bases, strict=True)],
        dtype=np.int64,
    )
    ns = [everybody.get(code, 0) for code, _label, _missing in wanted]
    columns, _of, _of_valid = one_of_each(sum(bases), ns, wanted, wave.min_cell)
    shown = protected_table(
        whole,
        wave.min_cell,
        rows_known=levels_shown,
        columns_known=[*columns, True],
    )
    return [[bool(flag) for flag in line[:-1]] for line in shown]


def _levels_shown(
    wave: Wave,
    name: str,
    question: Question,
    groups: list[dict[str, dict[str, int]]],
    codes: list[str],
    by: By,
    withheld: set[str],
) -> list[bool]:
    """Tell of which groups the number of those asked may be told; the last is unknown."""
    asked = [group[name].get(BASE, 0) for group in groups]
    flags = protected_line(asked, wave.min_cell)
    # Where the number of a group is hidden in its own table, so it is here.
    flags = [f and code in by.known for f, code in zip(flags, codes, strict=True)]
    every = [
        Told(
            wave.questionnaire.definition,
            group,
            lambda *cell, level=code: (level, *cell) in by.shown,
            by.apart,
            withheld,
        )
        for code, group in zip(codes, groups, strict=True)
    ]
    flags = [
        flag and told.allows(question, n)
        for flag, told, n in zip(flags, every, asked, strict=True)
    ]
    sizes = [told.sizes(question, n) for told, n in zip(every, asked, strict=True)]
    if any(own is None for own in sizes):
        flags = [f and own is None for f, own in zip(flags, sizes, strict=True)]
    else:
        flags = joined.shown_levels([own or {} for own in sizes], flags, wave.min_cell)
    return still_protected(asked, flags, wave.min_cell)


def _derived_shown(
    question: Question,
    groups: list[dict[str, dict[str, int]]],
    levels_shown: list[bool],
    totals: Totals,
    wave: Wave,
) -> list[list[bool]]:
    withheld = totals.withheld(wave)
    whole = figure_groups(question, totals.everybody, withheld)
    if not joined.are_safe(whole, wave.min_cell):
        return [[False] for _group in groups]
    sizes = [figure_groups(question, group, withheld) for group in groups]
    flags = joined.shown_levels(sizes, levels_shown, wave.min_cell)
    return [
        [flag and own.get(joined.IN, 0) >= wave.min_cell]
        for flag, own in zip(flags, sizes, strict=True)
    ]


def _sides_shown(
    counts: list[list[int]],
    bases: list[int],
    levels_shown: list[bool],
    everybody: dict[str, int],
    wanted: Sequence[tuple[str, Text, bool]],
    wave: Wave,
) -> list[list[bool]]:
    """Protect each of several answers against its own “not chosen”."""
    shown = [[False] * len(wanted) for _line in counts]
    base = sum(bases)
    for place, (code, _label, _missing) in enumerate(wanted):
        sides = np.array(
            [
                [line[place], total - line[place]]
                for line, total in zip(counts, bases, strict=True)
            ],
            dtype=np.int64,
        )
        is_known = both_sides(everybody.get(code, 0), base, wave.min_cell)
        flags = protected_table(
            sides,
            wave.min_cell,
            rows_known=levels_shown,
            columns_known=[is_known, is_known],
        )
        for at, (chosen, other) in enumerate(flags):
            full = sides[at][1] == 0 and bool(chosen)
            shown[at][place] = bool(chosen and other) or full
    return shown
