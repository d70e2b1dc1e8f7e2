import csv
from collections import Counter
from decimal import Decimal

import pytest
from django.conf import settings

from indicators.models import Indicator, Observation
from indicators.shipped import load_statistics

pytestmark = pytest.mark.usefixtures("shipped")

FILE = settings.BASE_DIR / "data" / "statistics.csv"
STATED = Observation.objects.exclude(release__source__code="orda.kz")


def file_rows():
    with FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_row_of_the_file_is_one_observation():
    numbers = Counter(STATED.values_list("row_number", flat=True))

    assert len(file_rows()) == 469
    assert sorted(numbers) == list(range(2, 471))
    assert set(numbers.values()) == {1}


def test_every_figure_is_the_one_of_the_file():
    stored = STATED.select_related("release__indicator", "release__source", "unit")
    rows = file_rows()

    differing = [
        row.row_number
        for row in stored
        for line in [rows[row.row_number - 2]]
        if (
            row.release.indicator.code,
            row.release.source.code,
            row.unit.code,
            row.period,
            row.value,
            row.section,
            row.source_url,
            row.confidence,
        )
        != (
            line["indicator"],
            line["source"],
            line["unit"],
            line["year"],
            Decimal(line["value"]),
            line["section"],
            line["source_url"],
            line["confidence"],
        )
    ]

    assert differing == []


def test_loading_again_adds_nothing():
    assert load_statistics() == 0


def test_every_indicator_is_named_in_three_languages():
    bare = Indicator.objects.filter(name_kk="") | Indicator.objects.filter(name_ru="")

    assert not bare.exists()
    assert Indicator.objects.count() == 232


def test_sources_that_contradict_each_other_are_both_kept():
    cpi = Observation.objects.filter(
        release__indicator__code="cpi_score", period="2024", area=None
    )

    assert sorted(row.value for row in cpi) == [39, 40]
