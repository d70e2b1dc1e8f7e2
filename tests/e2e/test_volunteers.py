"""What a volunteer does, in a real browser, with and without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from foundation.notifications.models import Message
from foundation.territory.models import Area
from tests.e2e.walking import LOOKS, follow, look_at
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.volunteers import (
    InitiativeFactory,
    ProfileFactory,
    SignUpFactory,
)
from volunteers.demo import load_demo
from volunteers.models import (
    Initiative,
    Observation,
    Organisation,
    SignUp,
    VolunteerProfile,
)

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = [
    "volunteers/",
    "volunteers/apply/",
    "volunteers/active/",
    "volunteers/consents/",
    "volunteers/organisations/",
    "volunteers/organisations/DEMOORG1/",
    "initiatives/",
    "observations/",
]


@pytest.fixture(autouse=True)
def one_factor(real_data, settings):
    settings.TWO_FACTOR_REQUIRED = False


def sign_in(page, user):
    page.goto("/accounts/login/?next=/en/volunteers/me/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in", exact=True))


@pytest.mark.parametrize("language", LOOKS)
def test_pages_are_accessible_and_fit_a_small_screen(page, axe, language):
    load_demo()
    # The banner over made-up rows is the portal's; here the pages themselves count.
    for model in (Organisation, Initiative, VolunteerProfile, Observation):
        model.objects.update(is_demo=False)
    page.set_viewport_size({"width": 320, "height": 700})
    reported = Observation.objects.first()
    paths = [
        *PATHS,
        f"initiatives/{reported.initiative.public_id}/",
        f"observations/{reported.public_id}/",
    ]
    for path in paths:
        look_at(page, axe, language, path)


def test_own_pages_are_accessible(page, axe):
    profile = ProfileFactory(user=UserFactory(email="own@example.org"))
    initiative = InitiativeFactory(slots=1)
    sign_in(page, profile.user)
    for path in ("volunteers/me/", f"initiatives/{initiative.public_id}/mine/"):
        page.goto(f"/kk/{path}")
        axe(page)
    SignUpFactory(initiative=initiative, profile=profile)
    page.goto(f"/kk/initiatives/{initiative.public_id}/observe/")
    axe(page)


def test_applying_by_keyboard_without_scripts(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/en/volunteers/apply/")
    page.get_by_label("Your name", exact=True).focus()
    page.keyboard.type("Aigul")
    page.keyboard.press("Tab")
    page.keyboard.type("aigul@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("Astana")
    for label in ("Road quality", "Қазақша", "Weekends", "18 to 29"):
        page.get_by_label(label, exact=True).focus()
        page.keyboard.press("Space")
    for label in ("I agree to the handling of my data", "I will keep the rules"):
        page.get_by_label(label).focus()
        page.keyboard.press("Space")

    page.get_by_role("button", name="Send the application").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/")

    profile = VolunteerProfile.objects.get()
    assert (profile.area.iso, profile.age_band) == ("KZ-71", "18_29")
    assert Message.objects.get().recipient == "aigul@example.org"


def test_signing_up_without_scripts(open_page):
    profile = ProfileFactory(user=UserFactory(email="own@example.org"))
    initiative = InitiativeFactory(slots=1)
    page = open_page(java_script_enabled=False)
    sign_in(page, profile.user)
    page.goto(f"/en/initiatives/{initiative.public_id}/")
    follow(page.get_by_role("link", name="Sign up"))
    follow(page.get_by_role("button", name="Sign up"))

    assert page.get_by_text("Has a place").is_visible()
    assert SignUp.objects.get().state == "accepted"


@pytest.fixture
def observing(page):
    """The form of an observation, open before a volunteer who has a place."""
    initiative = InitiativeFactory(
        area=Area.objects.get(iso="KZ-71"),
        starts_at=timezone.now() - timedelta(hours=1),
        signup_until=timezone.now() - timedelta(hours=2),
    )
    profile = ProfileFactory(user=UserFactory(email="own@example.org"))
    SignUpFactory(initiative=initiative, profile=profile)
    sign_in(page, profile.user)
    page.goto(f"/en/initiatives/{initiative.public_id}/observe/")
    return page


def send(page, reference="A1, km 5"):
    page.get_by_label("What was observed").fill(reference)
    page.get_by_role("button", name="Send").click()


def test_an_observation_made_without_a_connection_is_sent_later(observing, troubles):
    page = observing
    page.get_by_label("What was observed").fill("A1, km 5")
    page.reload()
    assert page.get_by_label("What was observed").input_value() == "A1, km 5"

    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("No connection").wait_for()
    assert Observation.objects.count() == 0
    page.context.set_offline(False)
    page.get_by_text("was sent").wait_for()

    assert Observation.objects.get().reference == "A1, km 5"
    troubles.clear()


def answer_is_lost(route):
    """Let what was sent come through, and break off before the answer does."""
    if route.request.method == "POST":
        route.fetch(max_redirects=0)
        route.abort()
    else:
        route.continue_()


def test_an_observation_whose_answer_is_lost_is_stored_once(observing, troubles):
    page = observing
    page.route("**/observe/", answer_is_lost)
    send(page)
    page.get_by_text("No connection").wait_for()
    page.reload()
    page.unroute("**/observe/")
    page.reload()
    page.get_by_text("was sent").wait_for()

    assert Observation.objects.get().reference == "A1, km 5"
    troubles.clear()


def test_an_observation_sent_after_the_login_ended_comes_with_its_photo(
    observing, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    Image.new("RGB", (64, 48)).save(tmp_path / "road.jpg")
    page = observing
    page.get_by_label("Photos").set_input_files(tmp_path / "road.jpg")
    page.context.clear_cookies(name="sessionid")
    send(page)
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("E-mail").fill("own@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("was sent").wait_for()

    assert Observation.objects.get().photos.count() == 1


def test_an_observation_that_is_not_complete_comes_back_into_the_form(
    observing, troubles
):
    page = observing
    page.get_by_label("Note", exact=True).fill("Deep holes")
    page.context.set_offline(True)
    send(page, reference="")
    page.get_by_text("No connection").wait_for()
    assert page.get_by_label("Note", exact=True).input_value() == ""
    page.context.set_offline(False)
    page.get_by_text("is not complete").wait_for()
    assert page.get_by_label("Note", exact=True).input_value() == "Deep holes"
    send(page)
    page.wait_for_url("**/volunteers/me/")

    assert Observation.objects.get().note == "Deep holes"
    troubles.clear()


def test_the_point_comes_from_the_phone_if_its_owner_wants(observing):
    page = observing
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 51.12345678, "longitude": 71.4})
    page.get_by_role("button", name="Take the point").click()
    page.get_by_text("stands in the form").wait_for()
    send(page)
    page.wait_for_url("**/volunteers/me/")

    row = Observation.objects.get()
    assert (row.latitude, row.longitude) == (51.123457, 71.4)


def test_a_phone_that_does_not_say_where_it_is_stops_nothing(observing):
    page = observing
    page.get_by_role("button", name="Take the point").click()
    page.get_by_text("does not say where it is").wait_for()
    send(page)
    page.wait_for_url("**/volunteers/me/")

    assert Observation.objects.get().latitude is None


def test_a_form_that_is_refused_says_why(observing, troubles):
    send(observing, reference="")

    observing.locator(".errorlist").wait_for()
    troubles.clear()
