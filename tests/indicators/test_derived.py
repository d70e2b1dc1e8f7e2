from datetime import date
from decimal import Decimal

import pytest

from foundation.territory.models import Area, AreaPopulation
from indicators.derived import derive_anew
from indicators.models import DerivedFigure, Observation
from tests.factories.indicators import (
    IndicatorFactory,
    ObservationFactory,
    ReleaseFactory,
    UnitFactory,
)
from tests.factories.territory import AreaFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crimes():
    """A release of crimes in 2023: 1,000 in the country and its areas' parts of them."""
    release = ReleaseFactory(indicator=IndicatorFactory(theme="crimes"))
    unit = UnitFactory(code="crimes")
    areas = [None, *AreaFactory.create_batch(3)]
    for area, value in zip(areas, [1000, 250, 125, 250], strict=True):
        ObservationFactory(
            release=release,
            unit=unit,
            area=area,
            value=value,
            period="2023",
            period_start=date(2023, 1, 1),
            period_end=date(2023, 12, 31),
        )
    release.published_at = "2024-02-01T00:00Z"
    release.save()
    return release


def derived(kind):
    rows = DerivedFigure.objects.filter(kind=kind).order_by("observation__row_number")
    return [row.value for row in rows]


def people(area, day, value):
    return AreaPopulation.objects.create(
        area=area, date=day, value=value, source="A source"
    )


def test_no_population_within_a_year_gives_no_rate(crimes):
    area = crimes.observations.get(value=125).area
    people(area, date(2025, 1, 2), 50_000)

    derive_anew()

    assert derived("rate") == []


def test_money_of_the_same_theme_has_no_rate(crimes):
    area = AreaFactory()
    people(area, date(2024, 1, 1), 50_000)
    release = ReleaseFactory(indicator=crimes.indicator)
    ObservationFactory(
        release=release,
        unit=UnitFactory(code="KZT"),
        area=area,
        period="2023",
        period_end=date(2023, 12, 31),
    )
    release.published_at = "2024-02-01T00:00Z"
    release.save()

    derive_anew()

    assert derived("rate") == []


def test_the_rate_leans_on_the_nearest_population(crimes):
    area = crimes.observations.get(value=125).area
    people(area, date(2023, 1, 1), 40_000)
    people(area, date(2024, 1, 1), 50_000)
    country = AreaFactory(kind=Area.Kind.COUNTRY)
    people(country, date(2024, 7, 1), 3_000_000)

    derive_anew()

    assert derived("rate") == [Decimal("33.33"), Decimal("250.00")]


def test_shares_are_of_the_same_release_and_equals_share_a_rank(crimes):
    derive_anew()

    assert derived("share") == [Decimal(25), Decimal("12.50"), Decimal(25)]
    assert derived("rank") == [1, 3, 1]
    assert set(DerivedFigure.objects.filter(kind="rank").values_list("out_of")) == {
        (3,)
    }


def test_what_no_longer_holds_is_taken_away_and_the_rest_kept(crimes):
    area = crimes.observations.get(value=125).area
    population = people(area, date(2024, 1, 1), 50_000)
    derive_anew()
    kept = set(DerivedFigure.objects.exclude(kind="rate").values_list("pk"))
    population.value = 25_000
    population.save()

    assert derive_anew()
    assert derived("rate") == [Decimal("500.00")]
    assert set(DerivedFigure.objects.exclude(kind="rate").values_list("pk")) == kept
    assert not derive_anew()


def test_a_draft_has_nothing_derived(crimes):
    draft = ReleaseFactory(indicator=crimes.indicator)
    unit = crimes.observations.first().unit
    ObservationFactory(release=draft, unit=unit)

    derive_anew()

    assert not DerivedFigure.objects.filter(observation__release=draft).exists()
    assert Observation.objects.filter(derived__isnull=False).exists()
