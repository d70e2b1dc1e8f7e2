"""What follows from the current figures by arithmetic: rates, shares and ranks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from foundation.publication import renew_pages
from foundation.territory.models import Area, AreaPopulation
from indicators.models import Breakdown, DerivedFigure, Indicator, Observation

Kind = DerivedFigure.Kind
# What residents do or suffer; a sum of money or a number of meetings has no rate.
COUNTED = ("crimes", "persons")
# A population of another time would say something of neither.
NEAREST = timedelta(days=366)
FEWEST_TO_RANK = 3
CENT = Decimal("0.01")


def derive_anew() -> bool:
    """Count everything derived anew; return whether anything changed."""
    with transaction.atomic():
        # two counts at a time would add each figure twice
        stored = DerivedFigure.objects.select_for_update()
        old = {_content(row): row.pk for row in stored}
        new = {_content(row): row for row in derived_from(_current())}
        stale = [pk for content, pk in old.items() if content not in new]
        fresh = [row for content, row in new.items() if content not in old]
        DerivedFigure.objects.filter(pk__in=stale).delete()
        DerivedFigure.objects.bulk_create(fresh, ignore_conflicts=True)
    if stale or fresh:
        renew_pages()
    return bool(stale or fresh)


def derived_from(rows: Iterable[Observation]) -> Iterator[DerivedFigure]:
    """Return what follows from figures of any number of releases."""
    populations = _populations()
    # figures are compared within a release, a unit and a period, nowhere else
    groups: dict[tuple[int, int, str], list[Observation]] = defaultdict(list)
    for row in rows:
        groups[row.release_id, row.unit_id, row.period].append(row)
        yield from _rate(row, populations)
    for group in groups.values():
        yield from _shares(group)
        yield from _ranks(group)


def _current() -> Iterable[Observation]:
    rows = Observation.objects.current()
    return rows.select_related("release__indicator", "unit", "breakdown")


def _populations() -> dict[int | None, list[AreaPopulation]]:
    """Return populations by area; those of the country under None."""
    populations: dict[int | None, list[AreaPopulation]] = defaultdict(list)
    for row in AreaPopulation.objects.select_related("area"):
        is_country = row.area.kind == Area.Kind.COUNTRY
        populations[None if is_country else row.area_id].append(row)
    return populations


def _rate(
    row: Observation, populations: dict[int | None, list[AreaPopulation]]
) -> Iterator[DerivedFigure]:
    if (
        row.unit.code not in COUNTED
        or row.release.indicator.theme != Indicator.Theme.CRIMES
        or row.period_end is None
        or not _is_whole(row)
    ):
        return
    end = row.period_end
    nearest = min(
        populations[row.area_id], key=lambda p: abs(p.date - end), default=None
    )
    if nearest and abs(nearest.date - end) <= NEAREST:
        value = _rounded(row.value * 100_000 / nearest.value)
        yield DerivedFigure(
            observation=row, kind=Kind.RATE, value=value, population=nearest
        )


def _shares(group: list[Observation]) -> Iterator[DerivedFigure]:
    wholes = [row for row in group if row.area_id is None and _is_whole(row)]
    if len(wholes) != 1 or group[0].unit.code not in COUNTED or wholes[0].value <= 0:
        return
    (whole,) = wholes
    for row in group:
        is_part = row.breakdown and row.breakdown.role == Breakdown.Role.PART
        if (row.area_id or is_part) and row.value <= whole.value:
            value = _rounded(row.value * 100 / whole.value)
            yield DerivedFigure(observation=row, kind=Kind.SHARE, value=value)


def _ranks(group: list[Observation]) -> Iterator[DerivedFigure]:
    of_areas = [row for row in group if row.area_id and _is_whole(row)]
    if len({row.area_id for row in of_areas}) != len(of_areas):
        return
    if len(of_areas) < FEWEST_TO_RANK:
        return
    for row in of_areas:
        rank = 1 + sum(other.value > row.value for other in of_areas)
        yield DerivedFigure(
            observation=row, kind=Kind.RANK, value=rank, out_of=len(of_areas)
        )


def _is_whole(row: Observation) -> bool:
    return row.breakdown is None or row.breakdown.role == Breakdown.Role.WHOLE


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def _content(row: DerivedFigure) -> tuple[object, ...]:
    return (
        row.observation_id,
        row.kind,
        row.value.normalize() if isinstance(row.value, Decimal) else Decimal(row.value),
        row.out_of,
        row.population_id,
    )
