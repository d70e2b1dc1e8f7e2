import csv
import json
from datetime import date, datetime, timedelta, timezone
from io import StringIO

import pytest
import time_machine
from django.db import models

from corruption_map.counts import recount_all
from corruption_map.datasets import (
    COMMENTS,
    MAP_COLUMNS,
    MEASURES,
    POSITIONS,
    RISKS,
    map_export_response,
)
from corruption_map.figures import map_figures
from corruption_map.filters import RiskFilter
from corruption_map.models import Change, Risk, VulnerablePosition
from foundation.open_data.exports import export_response
from tests.factories.corruption_map import (
    MeasureFactory,
    PublicCommentFactory,
    RiskFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import AreaFactory

pytestmark = pytest.mark.django_db


def lines_of(response):
    text = response.getvalue().decode()
    return list(csv.DictReader(StringIO(text)))


def exported(dataset):
    return lines_of(export_response(dataset, dataset.rows(), "csv", dataset.slug))


def test_risks_are_the_public_ones():
    RiskFactory()
    RiskFactory(in_review=True)
    shown = [RiskFactory(published=True), RiskFactory(closed=True)]

    assert [line["public_id"] for line in exported(RISKS)] == [
        risk.public_id for risk in shown
    ]


def test_risk_that_nobody_assessed_has_no_level():
    RiskFactory(published=True)
    RiskFactory(published=True, current_score=16)

    found = [(line["level"], line["score"]) for line in exported(RISKS)]

    assert found == [("", ""), ("critical", "16")]


def test_moment_is_written_in_utc_to_the_second():
    in_astana = timezone(timedelta(hours=5))
    at = datetime(2026, 1, 2, 3, 4, 5, 999_999, in_astana)
    RiskFactory(published=True, published_at=at)
    answer = export_response(RISKS, RISKS.rows(), "json", "risks")
    (row,) = json.loads(answer.getvalue())["rows"]

    assert exported(RISKS)[0]["published_at"] == "2026-01-01T22:04:05Z"
    assert row["published_at"] == "2026-01-01T22:04:05Z"


def test_title_that_begins_like_a_formula_is_defused():
    RiskFactory(published=True, title_en="=1+1")

    assert exported(RISKS)[0]["title_en"] == "'=1+1"


def test_measures_of_drafts_stay_inside():
    MeasureFactory()
    shown = MeasureFactory(risk__published=True)

    assert [line["public_id"] for line in exported(MEASURES)] == [shown.public_id]


@pytest.mark.parametrize(
    ("state", "deadline", "days"),
    [
        ("planned", date(2024, 6, 1), "9"),
        ("reported_done", date(2024, 6, 1), "9"),
        ("planned", date(2024, 6, 10), "0"),
        ("planned", None, "0"),
        ("cancelled", date(2024, 6, 1), "0"),
    ],
)
def test_days_overdue(state, deadline, days):
    MeasureFactory(
        risk__published=True, state=state, deadline=deadline, state_reason_en="why"
    )

    with time_machine.travel("2024-06-10 12:00+05:00"):
        assert exported(MEASURES)[0]["days_overdue"] == days


def test_positions_are_the_published_ones():
    VulnerablePositionFactory()
    shown = VulnerablePositionFactory(is_published=True)

    assert [line["public_id"] for line in exported(POSITIONS)] == [shown.public_id]


def test_positions_have_no_column_for_a_person():
    fields = {
        field.name
        for field in VulnerablePosition._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField)
    }

    assert {name for name in POSITIONS.names if "person" in name} == set()
    assert fields == {
        "public_id",
        "level",
        "act",
        *(
            f"{name}_{code}"
            for name in ("title", "functions", "reason")
            for code in ("kk", "ru", "en")
        ),
    }


def test_comments_are_the_published_ones_on_public_risks():
    PublicCommentFactory()
    PublicCommentFactory(published=True, risk__state=Risk.State.WITHDRAWN)
    shown = PublicCommentFactory(replied=True, rating_sum=9, rating_count=2)

    (line,) = exported(COMMENTS)

    assert (line["public_id"], line["rating"]) == (shown.public_id, "4.5")


def test_feed_tells_of_changes_of_public_risks_alone(client):
    for risk in (RiskFactory(published=True, title_en="Shown"), RiskFactory()):
        Change.objects.create(risk=risk, field="state", before="a", after="b")

    answer = client.get("/en/data/risks/feed/")

    assert answer.text.count("<entry>") == 1
    assert "Shown" in answer.text


@pytest.fixture
def figures():
    areas = AreaFactory.create_batch(3)
    for area, count in zip(areas, (1, 2, 0), strict=True):
        RiskFactory.create_batch(count, published=True, area=area, current_score=7)
    RiskFactory(published=True, area=areas[1], current_score=2)
    recount_all()
    return map_figures(
        where=RiskFilter({}),
        measure="level",
        unit="number",
        method="quantile",
        areas=areas,
    )


def test_map_file_has_the_figures_of_the_map(figures):
    lines = lines_of(map_export_response(figures, "csv"))

    shown = [row.plain_value for row in figures.rows]
    assert [line["value"] for line in lines] == shown == ["7.00", "5.33", ""]
    assert [line["class"] for line in lines] == ["2", "1", ""]


def test_map_as_json_and_geojson_agree_with_csv(figures):
    lines = lines_of(map_export_response(figures, "csv"))
    rows = json.loads(map_export_response(figures, "json").getvalue())["rows"]
    features = json.loads(map_export_response(figures, "geojson").getvalue())[
        "features"
    ]

    assert rows == [feature["properties"] for feature in features]
    assert [float(line["value"] or 0) for line in lines] == [
        r["value"] or 0 for r in rows
    ]
    assert list(rows[0]) == [column.name for column in MAP_COLUMNS]


def test_map_page_offers_its_files(client, figures):
    for file_format in ("csv", "xlsx", "json", "geojson"):
        answer = client.get(f"/en/map/export/{file_format}/?measure=level")
        assert (answer.status_code, bool(answer.getvalue())) == (200, True)
