"""The page of an area and of a body shows what every room knows of it."""

from datetime import date

import pytest
from django.utils import timezone

from courses.models import TrainedShare
from foundation.territory.models import PublicBody
from foundation.territory.shipped import load_territory
from indicators.models import Breakdown
from indicators.shipped import load_statistics
from tests.factories.courses import VersionFactory
from tests.factories.territory import AreaFactory, PublicBodyFactory
from tests.factories.volunteers import InitiativeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures(db):
    load_territory()
    load_statistics()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_area_shows_its_newest_figures_with_period_and_source(
    client, figures, language
):
    page = client.get(f"/{language}/areas/KZ-31/").content.decode()

    assert f"/{language}/statistics/registered_corruption_crimes/" in page
    assert "<strong>107 " in page
    assert "2021" in page


def test_the_country_does_not_repeat_all_statistics(client, figures):
    page = client.get("/en/areas/KZ/").content.decode()

    assert "/en/statistics/registered_corruption_crimes/" not in page


def test_a_ministry_shows_its_own_figures_and_not_its_neighbours(client, figures):
    own = Breakdown.objects.get(kind="body", value="Ministry of Finance")
    assert own.body == PublicBody.objects.get(code="mf")

    page = client.get("/en/bodies/mf/").content.decode()
    other = client.get("/en/bodies/mj/").content.decode()

    assert "/en/statistics/" in page.partition("<main")[2]
    assert "<h2>Statistics</h2>" in page
    assert "<h2>Statistics</h2>" not in other


def test_a_small_body_shows_no_share_of_trained_staff(client):
    version = VersionFactory(state="published", published_at=timezone.now())
    small, large = PublicBodyFactory(), PublicBodyFactory()
    for body, staff, is_shown in ((small, 9, False), (large, 40, True)):
        TrainedShare.objects.create(
            course=version.course,
            body=body,
            as_of=date(2026, 1, 5),
            staff=staff,
            trained=staff // 2,
            is_shown=is_shown,
        )

    assert "Training" not in client.get(f"/en/bodies/{small.code}/").content.decode()
    page = client.get(f"/en/bodies/{large.code}/").content.decode()
    assert "50 % of the staff trained" in page.replace("\xa0", " ")


def test_drafts_of_initiatives_are_not_counted_and_demo_is_said(client):
    area = AreaFactory(iso="KZ-77")
    InitiativeFactory(area=area, state="draft")
    assert "Volunteers</h2>" not in client.get("/en/areas/KZ-77/").content.decode()

    InitiativeFactory(area=area, state="open", is_demo=True)
    page = client.get("/en/areas/KZ-77/?fresh=1").content.decode()

    assert "Initiatives so far" in page
    assert "made-up rows" in page
