"""Pages with figures on them, for staff and for readers, on a phone and on a desk."""

import pytest
from django.conf import settings as django_settings
from django.db.models import F
from django.test import Client
from django.urls import reverse

from surveys.kept import keep
from surveys.models import WeightScheme
from surveys.shipped import add_items
from tests.factories.accounts import UserFactory
from tests.factories.surveys import (
    QuestionnaireFactory,
    SurveyFactory,
    WaveFactory,
    question,
)
from tests.surveys.test_following import action_of, asked
from tests.surveys.test_publishing import hand_wave, raked, released

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = [360, 1280]


@pytest.fixture
def weighted(db):
    """A release of a wave with a weighting and groups that are large enough."""
    wave = hand_wave()
    wave.counts.update(n=F("n") * 100)
    keep(wave)
    return released(wave, raked(wave))


@pytest.fixture
def followed(db):
    """A survey of three waves: a trend, an aim that was judged, and a break."""
    survey = SurveyFactory()
    action_of(asked(survey, 2020, 60), target_to=50)
    asked(survey, 2021, 110)
    asked(survey, 2022, 90, words="Ask anew")
    return survey


@pytest.fixture
def desk(page, address, settings):
    """Return a page on which a member of staff has signed in."""
    settings.TWO_FACTOR_REQUIRED = False
    client = Client()
    client.force_login(UserFactory(root=True))
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": address}
    page.context.add_cookies([cookie])
    return page


def looked_at(page, axe, path, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_results_and_a_release_are_accessible_and_fit(page, axe, weighted, width):
    looked_at(page, axe, weighted.wave.get_absolute_url(), width)
    assert page.locator("#groups svg").count() > 0

    looked_at(page, axe, weighted.get_absolute_url(), width)
    assert page.locator(".survey-whisker").count() > 0


@pytest.mark.parametrize("width", WIDTHS)
def test_waves_with_a_break_are_accessible_and_fit(page, axe, followed, width):
    looked_at(page, axe, reverse("surveys:trends", args=[followed.code]), width)
    assert page.locator(".survey-series polyline").count() > 0
    assert page.locator(".survey-line-break").count() > 0

    looked_at(page, axe, followed.get_absolute_url(), width)
    assert page.locator("#findings .mark").count() > 0


@pytest.mark.parametrize("width", WIDTHS)
def test_a_weighting_is_accessible_and_fits(desk, axe, weighted, width):
    scheme = WeightScheme.objects.create(wave=weighted.wave, kind="rake")

    path = reverse("admin:surveys_weightscheme_change", args=[scheme.pk])
    looked_at(desk, axe, path, width)
    assert desk.locator("[name$=-target]:visible").count() >= 4

    path = reverse("admin:surveys_release_change", args=[weighted.pk])
    looked_at(desk, axe, path, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_wave_and_a_question_are_written_accessibly(desk, axe, width):
    questionnaire = QuestionnaireFactory()
    items = [question(code, codes=(1, 2)) for code in ("met", "gave")]
    items[1]["base"] = ["=", "met", 1]
    add_items(questionnaire, items)
    quota = {"name": "Men", "most": 50, "when": ["=", "met", 1]}
    wave = WaveFactory(
        questionnaire=questionnaire, splits=["met"], quotas=[quota], strata={"a": 1}
    )

    looked_at(desk, axe, reverse("admin:surveys_wave_change", args=[wave.pk]), width)
    assert desk.locator("[name=quotas-0-name]").input_value() == "Men"

    last = questionnaire.items.get(code="gave")
    looked_at(desk, axe, reverse("admin:surveys_item_change", args=[last.pk]), width)
    assert desk.locator("[name=base-0-answer]").input_value() == "met=1"
