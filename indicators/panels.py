"""Which figures may stand in one chart, and what that chart says.

A panel holds figures of one indicator, so of one stage of justice, of one unit, one
scope and one kind of period. Figures of different scope never share a panel.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from babel.numbers import format_compact_decimal
from django.utils.translation import gettext as _

from foundation.languages import current_language
from foundation.templatetags.portal_text import number
from indicators.charts import (
    Bar,
    BarChart,
    BarRow,
    Change,
    LineChart,
    Multiples,
    Point,
    SlopeChart,
    bar_chart,
    line_chart,
    multiples,
    slope_chart,
)
from indicators.models import Breakdown, Indicator, Observation, Remark
from indicators.periods import is_year

Role = Breakdown.Role
WHOLE, AREA, ITEM, COUNTRY = "", "area", "item", "country"
PART_OF_YEAR = "part of year"
FEWEST_FOR_A_LINE = 3
MOST_BARS_A_ROW = 3
MOST_SLOPES = 6
COMPACT_FROM = 1_000_000


def value_text(row: Observation) -> str:
    """Write a figure with its unit; a rank always with out of how many."""
    if row.unit.code == "rank":
        if row.rank_of:
            return _("%(rank)s of %(of)s") % {
                "rank": number(row.value),
                "of": row.rank_of,
            }
        return _("%(rank)s (the source does not say of how many)") % {
            "rank": number(row.value)
        }
    return f"{number(row.value)} {row.unit.name.plain}"


def short_text(value: float | Decimal) -> str:
    if abs(float(value)) < COMPACT_FROM:
        return number(value)
    return format_compact_decimal(
        Decimal(str(value)), locale=current_language(), fraction_digits=1
    )


@dataclass(frozen=True)
class Panel:
    """One chart with its table: figures that may be compared."""

    indicator: Indicator
    rows: Sequence[Observation]
    dimension: str
    dimension_name: str
    scope: Breakdown | None
    breaks: Sequence[Remark] = ()

    @property
    def anchor(self) -> str:
        first = self.rows[0]
        return f"figures-{first.pk}"

    @cached_property
    def name(self) -> str:
        name = self.indicator.name.plain
        return f"{name} ({self.scope.name.plain})" if self.scope else name

    @cached_property
    def parts(self) -> dict[str, list[Observation]]:
        """The figures of each part, by its label, oldest first."""
        parts: dict[str, list[Observation]] = defaultdict(list)
        for row in sorted(self.rows, key=_when):
            parts[part_label(row)].append(row)
        if len(parts) > 1:
            return dict(sorted(parts.items(), key=lambda part: -part[1][-1].value))
        return dict(parts)

    @property
    def periods(self) -> list[str]:
        return list(dict.fromkeys(row.period for row in sorted(self.rows, key=_when)))

    @cached_property
    def kind(self) -> str:
        longest = max(len({row.period for row in rows}) for rows in self.parts.values())
        is_dated = all(row.period_start for row in self.rows)
        if len(self.rows) == 1:
            return "figure"
        if len(self.parts) == 1:
            return "line" if longest >= FEWEST_FOR_A_LINE and is_dated else "bars"
        if longest >= FEWEST_FOR_A_LINE and is_dated:
            return "multiples"
        return "slope" if is_dated and self._is_before_and_after() else "bars"

    def _is_before_and_after(self) -> bool:
        """Tell whether each of a few parts has the same two years and no break between."""
        periods = self.periods
        return (
            len(periods) == 2
            and len(self.parts) <= MOST_SLOPES
            and all(
                [row.period for row in rows] == periods for rows in self.parts.values()
            )
            and not any(periods[0] < b.period[:4] <= periods[1] for b in self.breaks)
        )

    @cached_property
    def chart(self) -> LineChart | BarChart | Multiples | SlopeChart | None:
        if self.kind == "line":
            return self._line()
        if self.kind == "slope":
            return self._slopes()
        if self.kind == "multiples":
            return multiples(
                [(label, _points(rows)) for label, rows in self.parts.items()]
            )
        return self._bars() if self.kind == "bars" else None

    def _slopes(self) -> SlopeChart:
        changes = []
        for label, rows in self.parts.items():
            before, after = _points(rows)
            changes.append(Change(label, before, after, _is_own_country(rows[0])))
        return slope_chart(changes, is_falling=self.rows[0].unit.code == "rank")

    def _line(self) -> LineChart:
        is_rank = self.rows[0].unit.code == "rank"
        return line_chart(
            _points(next(iter(self.parts.values()))),
            tick_text=short_text,
            breaks=[float(b.period[:4]) for b in self.breaks if b.period[:4].isdigit()],
            from_zero=not is_rank and self.rows[0].unit.code != "points",
            is_falling=is_rank,
        )

    def _bars(self) -> BarChart:
        has_periods = len(self.periods) > 1
        if len(self.parts) == 1:
            (rows,) = self.parts.values()
            return bar_chart([BarRow(r.period_label, [_bar(r, "")]) for r in rows])
        return bar_chart(
            [
                BarRow(
                    label,
                    [
                        _bar(row, row.period_label if has_periods else "")
                        for row in rows[-MOST_BARS_A_ROW:]
                    ],
                )
                for label, rows in self.parts.items()
            ]
        )

    @cached_property
    def ends(self) -> tuple[Observation, Observation]:
        """The first and the last figure of the only part."""
        rows = _leading(next(iter(self.parts.values())))
        return rows[0], rows[-1]

    @cached_property
    def title(self) -> str:
        """The finding in one sentence."""
        if self.kind == "figure":
            row = self.rows[0]
            return _("%(name)s: %(value)s (%(period)s)") % {
                "name": self._name_with_part(row),
                "value": value_text(row),
                "period": row.period_label,
            }
        if len(self.parts) == 1:
            return f"{self._name_with_part(self.rows[0])}: {self.trend}"
        if self.kind == "slope":
            return self._largest_change()
        top = self.top
        return _("%(name)s: most for %(part)s, %(value)s (%(period)s)") % {
            "name": self.name,
            "part": part_label(top),
            "value": value_text(top),
            "period": top.period_label,
        }

    def _largest_change(self) -> str:
        part, (first, last) = max(
            self.parts.items(),
            key=lambda part: abs(part[1][1].value - part[1][0].value),
        )
        return _(
            "%(name)s: changed most for %(part)s, from %(first)s (%(start)s)"
            " to %(last)s (%(end)s)"
        ) % {
            "name": self.name,
            "part": part,
            "first": value_text(first),
            "start": first.period_label,
            "last": value_text(last),
            "end": last.period_label,
        }

    def _name_with_part(self, row: Observation) -> str:
        if self.dimension == WHOLE:
            return self.name
        return f"{self.name}, {part_label(row)}"

    @property
    def top(self) -> Observation:
        """The largest figure of the last period."""
        last = [row for row in self.rows if row.period == self.periods[-1]]
        return max(last, key=lambda row: row.value)

    @cached_property
    def trend(self) -> str:
        first, last = self.ends
        texts = {
            "first": value_text(first),
            "start": first.period_label,
            "last": value_text(last),
            "end": last.period_label,
        }
        if first.unit.code == "rank" or not (first.period_start and last.period_start):
            return _("from %(first)s (%(start)s) to %(last)s (%(end)s)") % texts
        if first.value == last.value:
            return _("%(last)s in %(end)s as in %(start)s") % texts
        if first.value < last.value:
            return _("up from %(first)s (%(start)s) to %(last)s (%(end)s)") % texts
        return _("down from %(first)s (%(start)s) to %(last)s (%(end)s)") % texts

    @cached_property
    def description(self) -> str:
        """What a reader who does not see the chart should know."""
        high = max(self.rows, key=lambda row: row.value)
        low = min(self.rows, key=lambda row: row.value)
        last = self.ends[1] if len(self.parts) == 1 else self.top
        sentences = [
            _("Chart of %(count)s figures.") % {"count": len(self.rows)},
            f"{self.title}.",
            _(
                "The largest is %(value)s (%(what)s), the smallest %(least)s (%(which)s)."
            )
            % {
                "value": value_text(high),
                "what": self._what(high),
                "least": value_text(low),
                "which": self._what(low),
            },
            _("The last value is %(value)s (%(what)s).")
            % {"value": value_text(last), "what": self._what(last)},
        ]
        return " ".join(sentences)

    def _what(self, row: Observation) -> str:
        if len(self.parts) == 1:
            return row.period_label
        return f"{part_label(row)}, {row.period_label}"

    @property
    def has_bounds(self) -> bool:
        return any(row.lower is not None for row in self.rows)

    @property
    def has_remarks(self) -> bool:
        return any(
            row.status != Observation.Status.FINAL
            or (row.breakdown and row.breakdown.role == Role.QUALIFIER)
            for row in self.rows
        )

    @property
    def has_derived(self) -> bool:
        return any(row.derived.all() for row in self.rows)

    @cached_property
    def rivals(self) -> list[Observation]:
        """Figures that contradict another one for the same period and part."""
        return [
            row
            for rows in self.parts.values()
            for row in rows
            if any(r.period == row.period and r.value != row.value for r in rows)
        ]

    @property
    def sources(self) -> list[Observation]:
        """One figure for each source, with its day of retrieval."""
        return list({row.release.source_id: row for row in self.rows}.values())


def part_label(row: Observation) -> str:
    """Name what a figure is about within its indicator."""
    part = row.breakdown if row.breakdown and row.breakdown.role == Role.PART else None
    if part and row.area:
        return f"{part.name.plain}, {row.area.name.plain}"
    if row.area:
        return row.area.name.plain
    if part or (row.breakdown and row.breakdown.role == Role.WHOLE):
        return row.breakdown.name.plain if row.breakdown else ""
    return _("In all")


def _when(row: Observation) -> tuple[str, str, int]:
    start = row.period_start.isoformat() if row.period_start else ""
    # What comes first in time or in print leads; a later figure for it is a rival.
    return start, row.period, row.pk or row.row_number


def _leading(rows: Sequence[Observation]) -> list[Observation]:
    return list({row.period: row for row in reversed(rows)}.values())[::-1]


def _points(rows: Sequence[Observation]) -> list[Point]:
    leading = {id(row) for row in _leading(rows)}
    return [
        Point(
            x=float(row.period_start.year if row.period_start else 0),
            value=float(row.value),
            label=row.period_label if is_year(row.period) else row.period[:4],
            text=value_text(row),
            lower=None if row.lower is None else float(row.lower),
            upper=None if row.upper is None else float(row.upper),
            is_rival=id(row) not in leading,
        )
        for row in rows
    ]


def _bar(row: Observation, period: str) -> Bar:
    return Bar(
        value=float(row.value),
        text=short_text(row.value),
        period=period,
        is_ours=_is_own_country(row),
    )


def _is_own_country(row: Observation) -> bool:
    breakdown = row.breakdown
    return (
        breakdown is not None
        and breakdown.role == Role.WHOLE
        and breakdown.kind == COUNTRY
    )


def _dimension(row: Observation) -> str:
    part = row.breakdown if row.breakdown and row.breakdown.role == Role.PART else None
    if part:
        return part.kind if part.value else ITEM
    return AREA if row.area else WHOLE


def _shape(row: Observation) -> str:
    """Return what is left of a period without its year: figures alike may be joined."""
    if row.breakdown and row.breakdown.kind == PART_OF_YEAR:
        return PART_OF_YEAR
    period = row.period
    return re.sub(r"^\d{4}", "", period) if period[:4].isdigit() else "words"


def panels_of(indicator: Indicator, rows: Iterable[Observation]) -> list[Panel]:
    """Part the figures of an indicator into what may be compared, whole figures first."""
    remarks = [r for r in indicator.remarks.all() if r.kind == Remark.Kind.BREAK]
    groups: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
    for row in rows:
        scope = (
            row.breakdown_id
            if row.breakdown and row.breakdown.role == Role.SCOPE
            else 0
        )
        dimension = _dimension(row)
        # Sources of crime figures count in different scopes; those of an index do not.
        is_split = dimension != WHOLE and indicator.stage != Indicator.Stage.PERCEPTION
        source = row.release.source_id if is_split else 0
        key = (dimension, row.unit_id, scope, _shape(row), source)
        groups[key].append(row)
    names = {
        b.kind: b.name.plain for b in Breakdown.objects.filter(value="", role=Role.PART)
    }
    panels = [
        Panel(
            indicator=indicator,
            rows=group,
            dimension=str(key[0]),
            dimension_name=names.get(str(key[0]), _("Area") if key[0] == AREA else ""),
            scope=group[0].breakdown if key[2] else None,
            breaks=[r for r in remarks if key[0] == AREA or not r.only_areas],
        )
        for key, group in groups.items()
    ]
    return sorted(
        panels, key=lambda panel: (panel.dimension != WHOLE, -len(panel.rows))
    )


def _add_own_country(groups: dict[tuple[object, ...], list[Observation]]) -> None:
    """Set the own country among the others it is compared with."""
    own = [row for group in groups.values() for row in group if _is_own_country(row)]
    for key, group in groups.items():
        if key[0] == COUNTRY:
            periods = {row.period for row in group}
            group += [row for row in own if row.period in periods]


def latest(rows: Iterable[Observation]) -> Observation | None:
    """Return the last undivided figure, else the last figure at all."""
    rows = list(rows)
    whole = [row for row in rows if _dimension(row) == WHOLE]
    dated = [row for row in whole if row.period_start] or whole or rows
    leading = _leading(sorted(dated, key=_when))
    return leading[-1] if leading else None
