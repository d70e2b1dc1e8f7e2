"""Tables of a wave out of the kept counts; no response is read.

What is too small to be shown is None here already, so no page, file or interface can
show it by mistake.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from foundation.languages import Text, pick
from foundation.territory.models import Area, PublicBody
from surveys import joined
from surveys.bases import Told
from surveys.definition import Definition, Question
from surveys.disclosure import (
    TotalsTellError,
    protected_line,
    protected_table,
    still_protected,
)
from surveys.models import Count, Wave
from surveys.tally import ANSWERED, BASE

NO_ANSWER = "none"
UNSPLIT = {"number", "ranking"}


@dataclass(frozen=True)
class Cell:
    """One answer: how many gave it. None is “not shown”, empty or too small alike."""

    code: str
    label: Text
    n: int | None
    percent: float | None
    is_missing: bool = False

    @property
    def bar(self) -> str:
        """The width of its bar, without a decimal comma."""
        return f"{self.percent:.2f}" if self.percent else ""


@dataclass(frozen=True)
class Table:
    """What was answered to one question, or to one row of a matrix."""

    code: str
    kind: str
    title: Text
    row: Text | None
    base: int | None
    # The number that percentages are of; None where nothing may be said.
    of: int | None
    of_valid: bool
    cells: list[Cell] = field(default_factory=list)
    mean: float | None = None

    @property
    def is_empty(self) -> bool:
        return all(cell.n is None for cell in self.cells)


@dataclass
class Totals:
    """Counts by question and code, for everybody and for each group of each split."""

    everybody: dict[str, dict[str, int]]
    groups: dict[str, dict[str, dict[str, dict[str, int]]]]

    @property
    def responses(self) -> int:
        return self.everybody.get("", {}).get(BASE, 0)


def totals_of(wave: Wave) -> Totals:
    rows = Count.objects.filter(wave=wave).values_list("question", "cell", "code", "n")
    everybody: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    groups: dict[str, dict[str, dict[str, dict[str, int]]]] = {
        split: defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        for split in wave.splits
    }
    for question, cell, code, n in rows.iterator(chunk_size=10_000):
        everybody[question][code] += n
        for split, level in zip(wave.splits, cell.split("|"), strict=False):
            groups[split][level][question][code] += n
    return Totals(everybody, groups)


def tables(wave: Wave, totals: Totals | None = None) -> list[Table]:
    """Return the table of every question that has countable answers."""
    totals = totals or totals_of(wave)
    definition = wave.questionnaire.definition
    shown: set[tuple[str, str]] = set()
    told = Told(definition, totals.everybody, lambda *cell: cell in shown)
    found = []
    for name, question, row in countable(definition):
        if question.is_derived and wave.state != Wave.State.CLOSED:
            # Two states of an open wave could tell it of the few between.
            continue
        if _may_be_told(name, question, told, wave.min_cell):
            table = _table(name, question, row, totals.everybody, wave.min_cell)
        else:
            table = _untold(name, question, row)
        shown |= {(name, cell.code) for cell in table.cells if cell.n is not None}
        found.append(table)
    return found


def _may_be_told(name: str, question: Question, told: Told, smallest: int) -> bool:
    """Tell whether the number of those asked gives no small group away elsewhere."""
    asked = told.counts.get(name, {}).get(BASE, 0)
    if not told.allows(question, asked):
        return False
    sizes = told.sizes(question, asked)
    return sizes is None or joined.are_safe(sizes, smallest)


def _untold(name: str, question: Question, row: Text | None) -> Table:
    title = pick(dict(question.text))
    return Table(name, question.kind, title, row, None, None, False)


def countable(definition: Definition) -> Iterable[tuple[str, Question, Text | None]]:
    for question in definition.items:
        if question.kind == "matrix":
            for row in question.rows:
                yield f"{question.code}.{row.code}", question, row.text
        elif question.kind not in {"text", "date", "info"}:
            yield question.code, question, None


def labels(question: Question, counts: dict[str, int]) -> list[tuple[str, Text, bool]]:
    """Return (code, label, whether no substantive answer) in the order shown."""
    if question.kind == "ranking":
        # First places: the share of those who put it first.
        return [(f"{o.code}@1", o.text, bool(o.missing)) for o in question.choices]
    found = [(str(o.code), o.text, bool(o.missing)) for o in question.choices]
    known = {code for code, _label, _is_missing in found}
    own = sorted(counts.keys() - known - {BASE, ANSWERED})
    if question.kind == "area":
        names = {area.iso: area.name for area in Area.objects.filter(iso__in=own)}
    elif question.kind == "body":
        names = {b.code: b.name for b in PublicBody.objects.filter(code__in=own)}
    else:
        return found
    return [(code, names.get(code, Text(code, "")), False) for code in own] + found


def _table(
    name: str,
    question: Question,
    row: Text | None,
    everybody: dict[str, dict[str, int]],
    smallest: int,
) -> Table:
    counts = everybody.get(name, {})
    base = counts.get(BASE, 0)
    title = pick(dict(question.text))
    if base < smallest:
        return _untold(name, question, row)
    if question.kind == "number":
        return _number_table(name, question, title, counts, smallest)
    wanted = labels(question, counts)
    ns = [counts.get(code, 0) for code, _label, _is_missing in wanted]
    if question.is_derived:
        is_safe = joined.are_safe(_joined_sizes(question, everybody), smallest)
        shown = [is_safe and n >= smallest for n in ns]
        of, of_valid = base, False
    elif question.kind in {"multiple", "ranking"}:
        shown = [_both_sides(n, base, smallest) for n in ns]
        of, of_valid = base, False
    else:
        shown, of, of_valid = _one_of_each(base, ns, wanted, smallest)
    cells = [
        Cell(
            code,
            label,
            n if is_shown else None,
            100 * n / of if is_shown and of and not (is_missing and of_valid) else None,
            is_missing,
        )
        for (code, label, is_missing), n, is_shown in zip(
            wanted, ns, shown, strict=True
        )
    ]
    return Table(name, question.kind, title, row, base, of, of_valid, cells)


def _joined_sizes(
    question: Question, counts: dict[str, dict[str, int]]
) -> dict[str, int]:
    counted = counts.get(joined.NAME.format(question.code), {})
    return joined.sizes(joined.any_of(question), counted)


def _both_sides(n: int, base: int, smallest: int) -> bool:
    rest = base - n
    return n >= smallest and (rest == 0 or rest >= smallest)


def _one_of_each(
    base: int, ns: list[int], wanted: Sequence[tuple[str, Text, bool]], smallest: int
) -> tuple[list[bool], int, bool]:
    """Protect a question with one answer each; say what percentages are of.

    They are of those who gave a substantive answer, unless those who did not are so few
    that their number would be told by it: then of all who were asked.
    """
    valid = sum(
        n for n, (_c, _l, is_missing) in zip(ns, wanted, strict=True) if not is_missing
    )
    rest = base - valid
    if valid >= smallest and (rest == 0 or rest >= smallest):
        of_valid = True
        groups: list[bool | None] = [False, True]
    else:
        of_valid = False
        groups = [None]
    shown = [False] * len(ns)
    for group in groups:
        places = [
            place
            for place, (_c, _l, is_missing) in enumerate(wanted)
            if group is None or is_missing is group
        ]
        line = [ns[place] for place in places]
        if group is not False:
            # Those who said nothing at all stand at the end of the line.
            line.append(base - sum(ns))
        for place, flag in zip(places, protected_line(line, smallest), strict=False):
            shown[place] = flag
    return shown, valid if of_valid else base, of_valid


def _number_table(
    name: str, question: Question, title: Text, counts: dict[str, int], smallest: int
) -> Table:
    """Give the mean alone: single values of a number are rarely ten people's."""
    base = counts[BASE]
    missing = {str(o.code) for o in question.choices}
    values = [
        (float(code), n)
        for code, n in counts.items()
        if code not in {BASE, ANSWERED} and code not in missing
    ]
    valid = sum(n for _value, n in values)
    rest = base - valid
    if valid < smallest or 0 < rest < smallest:
        return Table(name, question.kind, title, None, base, None, False)
    mean = sum(value * n for value, n in values) / valid
    return Table(name, question.kind, title, None, base, valid, True, [], mean)


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
    told = {table.code for table in tables(wave, totals) if table.base is not None}
    found = []
    for split in wave.splits:
        splitter = definition.question(split)
        if splitter is None:
            continue
        shown: set[tuple[str, str, str]] = set()
        for name, question, row in countable(definition):
            is_split = question.code in wave.splits
            if is_split or name not in told or question.kind in UNSPLIT:
                continue
            crossed = _cross(wave, totals, splitter, name, question, row, shown)
            if crossed is not None:
                found.append(crossed)
                shown |= {
                    (level.code, name, cell.code)
                    for level in crossed.levels
                    for cell in level.cells
                    if cell.n is not None
                }
    return found


def _cross(
    wave: Wave,
    totals: Totals,
    splitter: Question,
    name: str,
    question: Question,
    row: Text | None,
    cells_shown: set[tuple[str, str, str]],
) -> CrossTable | None:
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
        wave, name, question, [groups[code] for code in codes], codes, cells_shown
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
                totals.everybody,
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
    columns, _of, _of_valid = _one_of_each(sum(bases), ns, wanted, wave.min_cell)
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
    cells_shown: set[tuple[str, str, str]],
) -> list[bool]:
    """Tell of which groups the number of those asked may be told; the last is unknown."""
    asked = [group[name].get(BASE, 0) for group in groups]
    flags = protected_line(asked, wave.min_cell)
    flags[-1] = False
    every = [
        Told(
            wave.questionnaire.definition,
            group,
            lambda *cell, level=code: (level, *cell) in cells_shown,
            wave.splits,
        )
        for code, group in zip(codes, groups, strict=True)
    ]
    flags = [
        flag and told.allows(question, n)
        for flag, told, n in zip(flags, every, asked, strict=True)
    ]
    sizes = [told.sizes(question, n) for told, n in zip(every, asked, strict=True)]
    if not any(own is None for own in sizes):
        flags = joined.shown_levels([own or {} for own in sizes], flags, wave.min_cell)
    return still_protected(asked, flags, wave.min_cell)


def _derived_shown(
    question: Question,
    groups: list[dict[str, dict[str, int]]],
    levels_shown: list[bool],
    everybody: dict[str, dict[str, int]],
    wave: Wave,
) -> list[list[bool]]:
    if not joined.are_safe(_joined_sizes(question, everybody), wave.min_cell):
        return [[False] for _group in groups]
    sizes = [_joined_sizes(question, group) for group in groups]
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
        is_known = _both_sides(everybody.get(code, 0), base, wave.min_cell)
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
