"""What the map shows: one figure for each area, its class, and what is not on the map.

Map, table, API and files all read these rows, rounded once, so they agree to the
last digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corruption_map import classes
from corruption_map.counts import ensure_counted_today
from corruption_map.filters import RiskFilter
from corruption_map.models import Measure, Risk, RiskCount
from foundation.territory.models import Area, AreaPopulation

TWO_DIGITS = Decimal("0.01")
FEW = 10

MEASURES = {
    "risks": _("Published risks"),
    "eliminated": _("Share of risks eliminated"),
    "overdue": _("Measures overdue"),
    "level": _("Mean current level"),
}
UNITS = {
    "number": pgettext_lazy("how many", "number"),
    "rate": _("per 100,000 residents"),
}
# A share and a mean are not divided by residents.
UNIT_OF_MEASURE = {"eliminated": "%", "level": _("points of 25")}
NO_VALUE = {"level": _("not assessed"), "overdue": _("no measures")}
METHODS = {
    "quantile": _("Equal numbers of areas"),
    "equal": _("Equal steps"),
    "natural": _("Natural breaks"),
    "fixed": _("The same for all years"),
}


@dataclass(frozen=True)
class Totals:
    """Sums over the cells of one area (or of the country)."""

    risks: int = 0
    eliminated: int = 0
    assessed: int = 0
    score_sum: int = 0
    measures: int = 0
    overdue: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            *(a + b for a, b in zip(self._parts(), other._parts(), strict=True))
        )

    def _parts(self) -> tuple[int, ...]:
        return (
            self.risks,
            self.eliminated,
            self.assessed,
            self.score_sum,
            self.measures,
            self.overdue,
        )

    def value(self, measure: str, population: int | None) -> Decimal | None:
        """Return the figure, or None where there is nothing to base it on.

        Shares come in percent with two digits; with a population, counts come per
        100,000 residents with two digits.
        """
        if measure == "eliminated":
            return _ratio(self.eliminated * 100, self.risks)
        if measure == "level":
            return _ratio(self.score_sum, self.assessed)
        count = self.risks if measure == "risks" else self.overdue
        if measure == "overdue" and not self.measures:
            return None
        if population is None:
            return Decimal(count)
        return _ratio(count * 100_000, population)


def _ratio(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(TWO_DIGITS, ROUND_HALF_EVEN)


@dataclass(frozen=True)
class AreaFigure:
    area: Area
    totals: Totals
    population: int | None
    value: Decimal | None
    class_number: int = 0
    shade: int = 0
    cases: int = 0
    is_uncertain: bool = False

    @property
    def plain_value(self) -> str:
        """The figure as machines read it: a point, no separators, empty for none."""
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True)
class LegendClass:
    """A class and the colour it wears; with few classes the colours keep apart."""

    number: int
    shade: int
    lower: Decimal
    upper: Decimal
    areas: int


@dataclass(frozen=True)
class Figures:
    """One state of the map."""

    measure: str
    unit: str
    method: str
    rows: list[AreaFigure]
    legend: list[LegendClass]
    without_value: int
    not_attributed: Totals
    population_on: date | None
    has_demo: bool
    total: Totals

    @property
    def title(self) -> Any:
        return MEASURES[self.measure]

    @property
    def unit_text(self) -> Any:
        return UNIT_OF_MEASURE.get(self.measure, UNITS[self.unit])

    @property
    def no_value_text(self) -> Any:
        return NO_VALUE.get(self.measure, _("no data"))

    @property
    def is_rate(self) -> bool:
        return self.unit == "rate" and self.measure not in UNIT_OF_MEASURE

    @property
    def full_title(self) -> Any:
        return format_lazy("{title}, {unit}", title=self.title, unit=self.unit_text)


CLOSED = Q(state=Risk.State.CLOSED)
CELL_SUMS = (
    Sum("risks", default=0),
    Sum("risks", filter=CLOSED, default=0),
    Sum("risks", filter=~Q(level=""), default=0),
    Sum("score_sum", default=0),
    Sum("measures", default=0),
    Sum("measures_overdue", default=0),
)
RISK_SUMS = (
    Count("pk"),
    Count("pk", filter=CLOSED),
    Count("pk", filter=Q(current_score__gt=0)),
    Sum("current_score", default=0),
)
# A cell's column is the risk's, but for the kind of its body.
KEYS_OF_RISK = {"body_kind": "body__kind"}


def totals_by(*keys: str, where: RiskFilter) -> dict[tuple[Any, ...], Totals]:
    """Sum what matches, grouped by columns of the cells; without keys, into `()`."""
    grain = where.grain(*keys)
    if grain is None:
        return _totals_of_risks(keys, where)
    cells = where.cells(RiskCount.objects.filter(grain=grain))
    return {
        row[: len(keys)]: Totals(*row[len(keys) :])
        for row in _sum(cells, keys, CELL_SUMS)
    }


def _totals_of_risks(
    keys: tuple[str, ...], where: RiskFilter
) -> dict[tuple[Any, ...], Totals]:
    """Count live: the filters leave few risks, and indexes of two columns find them."""
    depth = len(keys)
    keys = tuple(KEYS_OF_RISK.get(key, key) for key in keys)
    risks = where.risks(Risk.objects.public())
    found = {row[:depth]: Totals(*row[depth:]) for row in _sum(risks, keys, RISK_SUMS)}
    measures = Measure.objects.filter(risk__in=risks.values("pk"))
    overdue = Q(deadline__lt=timezone.localdate(), state__in=Measure.OPEN_STATES)
    sums = (Count("pk"), Count("pk", filter=overdue))
    for row in _sum(measures, tuple(f"risk__{key}" for key in keys), sums):
        all_measures, late = row[depth:]
        found[row[:depth]] += Totals(measures=all_measures, overdue=late)
    return found


def _sum(rows: QuerySet[Any], keys: tuple[str, ...], sums: tuple[Any, ...]) -> Any:
    named = {f"sum_{place}": expression for place, expression in enumerate(sums)}
    if not keys:
        return [tuple(rows.order_by().aggregate(**named).values())]
    # Renamed, for the answers keep the order in which they were asked for.
    asked = {f"key_{place}": F(key) for place, key in enumerate(keys)}
    grouped = rows.order_by().values(**asked).annotate(**named)
    return grouped.values_list(*asked, *named)


def total_of(where: RiskFilter) -> Totals:
    return totals_by(where=where)[()]


def map_figures(
    *,
    where: RiskFilter,
    measure: str,
    unit: str,
    method: str,
    areas: Iterable[Area],
    has_demo: bool = False,
) -> Figures:
    """Return one state of the map; four queries, none of them on the risks."""
    ensure_counted_today()
    per_area = {key[0]: sums for key, sums in totals_by("area", where=where).items()}
    rated = unit == "rate" and measure not in UNIT_OF_MEASURE
    areas = list(areas)
    people_on, people = (
        populations(areas, where.values.get("year")) if rated else (None, {})
    )
    rows = [
        _figure(
            area, per_area.get(area.pk, Totals()), measure, people.get(area.pk), rated
        )
        for area in areas
    ]
    pooled = [row.value for row in rows if row.value is not None]
    if method == "fixed" and pooled:
        pooled = (
            _values_of_all_years(where, measure, people, {a.pk for a in areas})
            or pooled
        )
    rows, legend = _classify(rows, pooled, method)
    shown = {area.pk for area in areas}
    outside = [sums for key, sums in per_area.items() if key not in shown]
    return Figures(
        measure=measure,
        unit=unit,
        method=method,
        rows=rows,
        legend=legend,
        without_value=sum(row.value is None for row in rows),
        not_attributed=sum(outside, Totals()),
        population_on=people_on,
        has_demo=has_demo,
        total=sum(per_area.values(), Totals()),
    )


def _figure(
    area: Area, totals: Totals, measure: str, population: int | None, rated: bool
) -> AreaFigure:
    count = totals.overdue if measure == "overdue" else totals.risks
    return AreaFigure(
        area=area,
        totals=totals,
        population=population,
        value=totals.value(measure, population) if population or not rated else None,
        cases=count,
        is_uncertain=rated and 0 < count < FEW,
    )


def populations(
    areas: list[Area], year: int | None
) -> tuple[date | None, dict[int, int]]:
    """Return the day nearest to the middle of the year that covers all areas.

    Without a year the latest such day is taken.
    """
    by_day: dict[date, dict[int, int]] = {}
    wanted = AreaPopulation.objects.filter(area__in=[area.pk for area in areas])
    for area, day, value in wanted.values_list("area", "date", "value"):
        by_day.setdefault(day, {})[area] = value
    whole = [day for day, known in by_day.items() if len(known) == len(areas)]
    if not whole:
        return None, {}
    if year is None:
        chosen = max(whole)
    else:
        middle = date(year, 7, 1)
        chosen = min(whole, key=lambda day: (abs(day - middle), day))
    return chosen, by_day[chosen]


def _values_of_all_years(
    where: RiskFilter, measure: str, people: dict[int, int], shown: set[int]
) -> list[Decimal]:
    everything = totals_by("year", "area", where=where.without("year"))
    values = (
        sums.value(measure, people.get(area))
        for (_year, area), sums in everything.items()
        if area in shown
    )
    return [value for value in values if value is not None]


def _classify(
    rows: list[AreaFigure], pooled: list[Decimal], method: str
) -> tuple[list[AreaFigure], list[LegendClass]]:
    if not pooled:
        return rows, []
    # The greatest figure shown must have a class even where the pool leaves it out.
    shown = [row.value for row in rows if row.value is not None]
    bounds = classes.METHODS.get(method, classes.quantile)(pooled)
    bounds[-1] = max(bounds[-1], *shown)
    rows = [
        replace(row, class_number=number, shade=_shade(number, len(bounds)))
        if row.value is not None and (number := classes.class_of(row.value, bounds))
        else row
        for row in rows
    ]
    legend = [
        LegendClass(
            number,
            _shade(number, len(bounds)),
            lower,
            upper,
            sum(row.class_number == number for row in rows),
        )
        for number, (lower, upper) in enumerate(
            classes.ranges([*pooled, *shown], bounds), start=1
        )
    ]
    return rows, legend


def _shade(number: int, count: int) -> int:
    """Return the colour of a class: the first is the palest, the last the deepest."""
    if count == 1:
        return classes.CLASSES
    return 1 + round((number - 1) * (classes.CLASSES - 1) / (count - 1))
