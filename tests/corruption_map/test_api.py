import csv
from io import StringIO

import pytest
from django.http import QueryDict

from corruption_map.counts import recount_all
from corruption_map.models import Risk
from tests.factories.corruption_map import (
    MeasureFactory,
    RiskFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import AreaFactory, PublicBodyFactory

pytestmark = pytest.mark.django_db


def results(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def ids(client, path):
    return [row["public_id"] for row in results(client, path)]


@pytest.fixture
def risks():
    body = PublicBodyFactory(kind__code="akimat")
    rows = [
        RiskFactory(published=True, year=2022, area__iso="KZ-35", area__name_en="A"),
        RiskFactory(closed=True, year=2023, current_score=16, body=body),
        RiskFactory(published=True, year=2023, sphere__code="customs"),
        RiskFactory(year=2022),
    ]
    recount_all()
    return [row.public_id for row in rows]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [0, 1, 2]),
        ("?year=2023", [1, 2]),
        ("?area=KZ-35", [0]),
        ("?sphere=customs", [2]),
        ("?level=critical", [1]),
        ("?level=none", [0, 2]),
        ("?status=closed", [1]),
        ("?kind=akimat", [1]),
        ("?year=2023&status=published", [2]),
    ],
)
def test_risks_are_filtered_as_on_the_page(client, risks, query, places):
    assert ids(client, f"risks/{query}") == [risks[place] for place in places]


def test_api_and_file_have_the_same_rows(client, risks):
    for query in ("", "?year=2023", "?level=none"):
        text = client.get(f"/en/risks/export/csv/{query}").getvalue().decode()
        in_file = {line["public_id"] for line in csv.DictReader(StringIO(text))}
        assert set(ids(client, f"risks/{query}")) == in_file


@pytest.mark.parametrize(
    "query",
    [
        "year=1812",
        "year=x",
        "area=XX",
        "sphere=%00",
        "level=huge",
        "status=draft",
        "x=1",
    ],
)
def test_value_that_is_not_known_is_refused_by_name(client, risks, query):
    answer = client.get(f"/api/v1/risks/?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == list(QueryDict(query))


def test_draft_is_not_found(client, risks):
    assert client.get(f"/api/v1/risks/{risks[0]}/").json()["year"] == 2022
    assert client.get(f"/api/v1/risks/{risks[3]}/").status_code == 404


def test_measures_that_are_overdue(client):
    late = MeasureFactory(risk__published=True, deadline="2020-01-01")
    MeasureFactory(risk__published=True, deadline="2999-01-01")
    MeasureFactory(deadline="2020-01-01")

    (row,) = results(client, "measures/?state=overdue")

    assert row["public_id"] == late.public_id
    assert row["days_overdue"] > 1000


def test_positions_of_a_body(client):
    shown = VulnerablePositionFactory(is_published=True, body__code="customs")
    VulnerablePositionFactory(is_published=True)
    VulnerablePositionFactory(body=shown.body)

    assert ids(client, "positions/?body=customs") == [shown.public_id]


@pytest.fixture
def mapped():
    areas = [AreaFactory(label_latitude=1, label_longitude=1) for _ in range(3)]
    RiskFactory.create_batch(2, published=True, area=areas[1])
    RiskFactory(closed=True, area=areas[1])
    RiskFactory(published=True, area=areas[2], year=2022)
    recount_all()
    return areas


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?measure=eliminated",
        "?year=2024&classes=equal",
        "?measure=level",
        "?unit=rate",
    ],
)
def test_map_has_the_figures_of_the_file(client, mapped, query):
    shown = client.get(f"/api/v1/map/{query}").json()
    text = client.get(f"/en/map/export/csv/{query}").getvalue().decode()

    in_file = {
        line["area"]: float(line["value"]) if line["value"] else None
        for line in csv.DictReader(StringIO(text))
    }
    assert {row["area"]: row["value"] for row in shown["rows"]} == in_file
    counted = sum(step["areas"] for step in shown["legend"]) + shown["without_value"]
    assert counted == len(mapped)


@pytest.mark.parametrize("query", ["measure=x", "unit=x", "classes=x", "year=1", "y=1"])
def test_state_of_the_map_that_is_not_known_is_refused(client, mapped, query):
    assert client.get(f"/api/v1/map/?{query}").status_code == 400


def test_withdrawn_risk_leaves_the_api(client, risks):
    Risk.objects.filter(public_id=risks[0]).update(state=Risk.State.WITHDRAWN)

    assert risks[0] not in ids(client, "risks/")
