from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from corruption_map.counts import recount_all
from corruption_map.figures import Totals, map_figures
from corruption_map.filters import RiskFilter
from corruption_map.models import Measure
from tests.factories.corruption_map import MeasureFactory, RiskFactory
from tests.factories.territory import AreaFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas():
    return AreaFactory.create_batch(3)


def figures(areas, **state):
    defaults = {"measure": "risks", "unit": "number", "method": "quantile"}
    where = RiskFilter(state.pop("where", {}))
    return map_figures(where=where, areas=areas, **{**defaults, **state})


def values(areas, **state):
    return [row.value for row in figures(areas, **state).rows]


def test_drafts_are_not_counted(areas):
    RiskFactory(area=areas[0])
    recount_all()

    assert values(areas) == [0, 0, 0]


def test_published_and_eliminated_risks_are_counted(areas):
    RiskFactory(published=True, area=areas[0])
    RiskFactory(closed=True, area=areas[0])
    recount_all()

    assert values(areas) == [2, 0, 0]


def test_a_share_of_nothing_is_no_value(areas):
    RiskFactory(closed=True, area=areas[0])
    recount_all()

    assert values(areas, measure="eliminated") == [Decimal("100.00"), None, None]


def test_an_area_that_nobody_assessed_has_no_mean_level(areas):
    RiskFactory(published=True, area=areas[0])
    RiskFactory(published=True, area=areas[1], current_score=12)
    RiskFactory(published=True, area=areas[1], current_score=5)
    recount_all()

    assert values(areas, measure="level") == [None, Decimal("8.50"), None]


def test_a_rate_needs_the_number_of_residents(areas):
    for area in areas:
        RiskFactory(published=True, area=area)
    areas[0].populations.create(date="2024-07-01", value=50_000, source="test")
    recount_all()

    assert values(areas, unit="rate") == [None, None, None]


def test_a_rate_is_per_100_000_residents(areas):
    RiskFactory(published=True, area=areas[0])
    for area in areas:
        area.populations.create(date="2024-07-01", value=30_000, source="test")
    recount_all()

    found = figures(areas, unit="rate")

    assert found.rows[0].value == Decimal("3.33")
    assert found.rows[0].is_uncertain
    assert str(found.population_on) == "2024-07-01"


def test_measures_become_overdue_at_midnight(areas):
    with time_machine.travel("2026-03-10T10:00:00+05:00"):
        MeasureFactory(
            risk=RiskFactory(published=True, area=areas[0]), deadline="2026-03-10"
        )
        recount_all()
        assert values(areas, measure="overdue") == [0, None, None]

    with time_machine.travel("2026-03-11T00:00:01+05:00"):
        assert values(areas, measure="overdue") == [1, None, None]


def test_legend_counts_every_area_once(areas):
    RiskFactory(published=True, area=areas[0])
    recount_all()

    found = figures(areas, measure="eliminated")

    assert sum(c.areas for c in found.legend) + found.without_value == len(areas)


def test_fixed_classes_are_the_same_in_every_year(areas):
    for year, count in ((2024, 1), (2025, 5)):
        for area in areas:
            RiskFactory.create_batch(count, published=True, area=area, year=year)
    recount_all()

    of_2024 = figures(areas, method="fixed", where={"year": 2024})
    of_2025 = figures(areas, method="fixed", where={"year": 2025})

    assert [c.upper for c in of_2024.legend] == [c.upper for c in of_2025.legend]


def test_risks_outside_the_map_are_named_apart(areas):
    RiskFactory(published=True, area=AreaFactory(kind="country"))
    recount_all()

    assert figures(areas).not_attributed.risks == 1


def test_totals_add_up():
    assert Totals(1, 2, 3, 4, 5, 6) + Totals(1, 1, 1, 1, 1, 1) == Totals(
        2, 3, 4, 5, 6, 7
    )


def test_overdue_measures_of_the_map_are_those_of_the_list(areas):
    today = timezone.localdate()
    for state in Measure.State:
        if state not in (Measure.State.VERIFIED_DONE, Measure.State.CANCELLED):
            MeasureFactory(
                risk=RiskFactory(published=True, area=areas[1]),
                state=state,
                deadline="2020-01-01",
            )
    recount_all()

    listed = Measure.objects.public().overdue(today).filter(risk__area=areas[1])
    assert values(areas, measure="overdue")[1] == listed.count() == 4
