"""Tables of a wave out of the kept counts; no response is read.

What is too small to be shown is None here already, so no page, file or interface can
show it by mistake.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html

from foundation.languages import Text, pick
from foundation.templatetags.portal_text import number
from foundation.territory.models import Area, PublicBody
from surveys import joined
from surveys.bases import Told
from surveys.definition import Definition, Question
from surveys.disclosure import protected_line
from surveys.models import Count, Wave
from surveys.tally import ANSWERED, BASE

# Counts of two questions together: the number of the pair follows.
PAIR = "×"

SHARE = (
    '{} <svg class="survey-mini" viewBox="0 0 100 6" preserveAspectRatio="none"'
    ' aria-hidden="true" focusable="false">'
    '<rect class="survey-bar-track" width="100" height="6"/>'
    '<rect width="{}" height="6"/></svg>'
)


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

    @property
    def share(self) -> str:
        """Its per cent with a bar below, or the dash of what is not shown.

        Not a template, which takes five times as long: a page has thousands of them.
        """
        if self.percent is None:
            return "–"
        return format_html(SHARE, number(self.percent, 1), self.bar or 0)


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

    @property
    def given(self) -> int | None:
        """Return how many answers were given where one could give several.

        None where one of them is not shown: the sum of all would tell its number.
        """
        ns = [cell.n for cell in self.cells if not cell.is_missing]
        shown = [n for n in ns if n is not None]
        is_told = self.kind == "multiple" and len(shown) == len(ns)
        return (sum(shown) or None) if is_told else None

    @property
    def lines(self) -> list[tuple[Cell, float | None]]:
        """Return each answer and its per cent of all answers given.

        It is made of what is shown beside it, so it tells nothing more.
        """
        given = self.given
        return [
            (
                cell,
                100 * cell.n / given
                if given and cell.n is not None and not cell.is_missing
                else None,
            )
            for cell in self.cells
        ]


@dataclass
class Totals:
    """Counts by question and code, for everybody and for each group of each split."""

    everybody: dict[str, dict[str, int]]
    groups: dict[str, dict[str, dict[str, dict[str, int]]]]

    @property
    def responses(self) -> int:
        return self.everybody.get("", {}).get(BASE, 0)

    def withheld(self, wave: Wave) -> dict[str, tuple[int, str]]:
        """Return which answer of which joined figure is withheld for it, and its table."""
        found: dict[str, tuple[int, str]] = {}
        if wave.state != Wave.State.CLOSED:
            return found
        for question in wave.questionnaire.definition.derived:
            counted = self.everybody.get(joined.NAME.format(question.code), {})
            place = joined.to_withhold(question, counted, wave.min_cell)
            if place is not None:
                name = joined.conditions(question)[place][1]
                found[question.code] = (place, name)
        return found


def totals_of(wave: Wave) -> Totals:
    rows = Count.objects.filter(wave=wave).values_list("question", "cell", "code", "n")
    everybody: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    groups: dict[str, dict[str, dict[str, dict[str, int]]]] = {
        split: defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        for split in wave.splits
    }
    for _first, second in wave.pairs:
        groups.setdefault(
            second, defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        )
    for question, cell, code, n in rows.iterator(chunk_size=10_000):
        if question.startswith(PAIR):
            second = wave.pairs[int(question.removeprefix(PAIR))][1]
            level, name, answer = code.split(PAIR)
            groups[second][level][name][answer] += n
            continue
        everybody[question][code] += n
        for split, level in zip(wave.splits, cell.split("|"), strict=False):
            groups[split][level][question][code] += n
    return Totals(everybody, groups)


def tables(wave: Wave, totals: Totals | None = None) -> list[Table]:
    """Return the table of every question that has countable answers."""
    totals = totals or totals_of(wave)
    definition = wave.questionnaire.definition
    shown: set[tuple[str, str]] = set()
    withheld = totals.withheld(wave)
    names = {name for _place, name in withheld.values()}
    told = Told(
        definition, totals.everybody, lambda *cell: cell in shown, withheld=names
    )
    found = []
    for name, question, row in countable(definition):
        if question.is_derived and wave.state != Wave.State.CLOSED:
            # Two states of an open wave could tell it of the few between.
            continue
        if name not in names and _may_be_told(name, question, told, wave.min_cell):
            figure = figure_groups(question, totals.everybody, withheld)
            table = _table(name, question, row, totals.everybody, wave.min_cell, figure)
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
    figure: dict[str, int],
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
        is_safe = joined.are_safe(figure, smallest)
        shown = [is_safe and n >= smallest for n in ns]
        of, of_valid = base, False
    elif question.kind in {"multiple", "ranking"}:
        shown = [both_sides(n, base, smallest) for n in ns]
        of, of_valid = base, False
    else:
        shown, of, of_valid = one_of_each(base, ns, wanted, smallest)
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


def figure_groups(
    question: Question,
    counts: dict[str, dict[str, int]],
    withheld: dict[str, tuple[int, str]],
) -> dict[str, int]:
    """Return the groups that a joined figure would tell."""
    if not question.is_derived:
        return {}
    counted = counts.get(joined.NAME.format(question.code), {})
    found = joined.sizes(joined.any_of(question), counted)
    if question.code in withheld:
        return joined.without_answer(found, withheld[question.code][0])
    return found


def both_sides(n: int, base: int, smallest: int) -> bool:
    rest = base - n
    return n >= smallest and (rest == 0 or rest >= smallest)


def one_of_each(
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
