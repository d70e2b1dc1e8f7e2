"""The whole way of a volunteer, by keyboard alone, with scripts and without."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from foundation.notifications.tasks import sweep_messages
from foundation.publication import page_redis
from foundation.territory.models import Area
from tests.e2e.walking import Walker
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.volunteers import (
    HoursFactory,
    InitiativeFactory,
    MembershipFactory,
    ObservationFactory,
    ProfileFactory,
    SignUpFactory,
)
from tests.volunteers.conftest import path_in
from volunteers.models import (
    ChecklistItem,
    Hours,
    Initiative,
    Letter,
    Observation,
    SignUp,
    VolunteerProfile,
)
from volunteers.services.applications import accept
from volunteers.services.contact import write_to_organiser
from volunteers.services.observations import verify_observation
from volunteers.services.sign_ups import confirm_hours, sign_up, withdraw

pytestmark = pytest.mark.django_db(transaction=True)

# Who walks: in which language, on how wide a screen, with scripts or without.
WALKS = [("kk", 320, False), ("kk", 320, True), ("ru", 360, True), ("en", 1280, True)]


@pytest.fixture(autouse=True)
def ready(real_data, settings, tmp_path):
    settings.TWO_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path / "media"
    page_redis().flushdb()


@pytest.fixture
def initiative():
    """One place on a road of Astana, and a question about it."""
    row = InitiativeFactory(
        area=Area.objects.get(iso="KZ-71"), slots=1, latitude=51.1, longitude=71.4
    )
    ChecklistItem.objects.create(
        initiative=row, text_kk="Белгі бар ма?", text_ru="Есть ли знак?"
    )
    return row


@pytest.fixture(params=WALKS, ids=["without scripts", "kk", "ru", "en"])
def walk(request, open_page, axe):
    """Return a walker and the language she reads."""
    language, width, has_scripts = request.param
    page = open_page(
        java_script_enabled=has_scripts,
        locale=language,
        viewport={"width": width, "height": 700},
        reduced_motion="reduce",
    )
    # axe is a script itself.
    return Walker(page, axe if has_scripts else None), language


def newest_link(mailoutbox):
    sweep_messages()
    return path_in(mailoutbox[-1])


def begin(initiative):
    now = timezone.now()
    Initiative.objects.filter(pk=initiative.pk).update(
        starts_at=now - timedelta(hours=3),
        ends_at=now - timedelta(hours=1),
        signup_until=now - timedelta(hours=4),
    )


def apply(walker, language):
    walker.open(f"/{language}/volunteers/")
    walker.press(f"a.button[href='/{language}/volunteers/apply/']")
    # Sent too early, the form says what is missing and is as good to walk through.
    walker.press("main button[type=submit]")
    assert walker.page.locator(".errorlist").count() > 0
    walker.write("name", "Айгүл Сәрсенова")
    walker.write("email", "aigul@example.org")
    walker.reach("[name=area]")
    walker.page.keyboard.press("ArrowDown")
    walker.tick("[name=directions] >> nth=0")
    walker.tick("[name=languages][value=kk]")
    walker.choose("availability", "weekends")
    walker.choose("age_band", "18_29")
    walker.tick("[name=consent_data]")
    walker.tick("[name=consent_rules]")
    walker.press("main button[type=submit]")


def confirm(walker, mailoutbox):
    walker.open(newest_link(mailoutbox))
    walker.press("main button")
    assert VolunteerProfile.objects.get(email="aigul@example.org").state == "applied"


def make_a_login(walker, mailoutbox):
    accept(
        profile=VolunteerProfile.objects.get(email="aigul@example.org"),
        by=UserFactory(),
    )
    walker.open(newest_link(mailoutbox))
    walker.write("email", "aigul@example.org")
    walker.press("form[novalidate] button")
    walker.open(newest_link(mailoutbox))
    walker.write("new_password1", PASSWORD)
    walker.write("new_password2", PASSWORD)
    walker.press("form[novalidate] button")
    walker.press("main form button")


def take_the_place(walker, language, initiative):
    """Sign up, withdraw, wait behind the other one, and have the place again."""
    walker.open(f"/{language}/initiatives/?state=joinable")
    walker.press(f"main li a[href$='/{initiative.public_id}/']")
    walker.press("main a.button[href$='/mine/']")
    walker.press("main form button")
    other = ProfileFactory()
    sign_up(initiative=initiative, profile=other)
    walker.press("[name=withdraw]")
    walker.press("main form button")
    assert SignUp.objects.waiting().get().profile.email == "aigul@example.org"
    withdraw(initiative=initiative, profile=other)
    walker.open(walker.page.url)
    assert SignUp.objects.holding().get().profile.email == "aigul@example.org"


def write_to_the_organiser(walker):
    walker.press("main a[href$='/contact/']")
    walker.write("letter", "Қайда кездесеміз?")
    walker.press("main form button")


def work(walker, language, initiative, photo):
    begin(initiative)
    walker.open(f"/{language}/initiatives/{initiative.public_id}/mine/")
    walker.write("hours", "2.5")
    walker.press("main form button")
    walker.press("main a.button[href$='/observe/']")
    walker.write("reference", "A1, км 5")
    walker.attach("photos", photo)
    walker.choose(f"question_{ChecklistItem.objects.get().pk}", "yes")
    walker.press("main form button[type=submit]")
    staff = UserFactory()
    confirm_hours(hours=Hours.objects.get(), confirmed=2, by=staff)
    verify_observation(observation=Observation.objects.get(), by=staff)


def be_seen(walker, language):
    walker.open(f"/{language}/volunteers/me/")
    walker.write("display_name", "Айгүл С.")
    walker.press("form[action$='/show/'] button")
    walker.press("form[action$='/certificate/'] button")
    assert walker.save("a[href$='/file/']").startswith(b"%PDF")
    walker.press("main a[href*='/volunteers/certificates/']")
    check = walker.page.url
    assert "Айгүл Сәрсенова" in walker.page.content()
    walker.open(f"/{language}/volunteers/active/")
    assert "Айгүл С." in walker.page.content()
    walker.open(f"/{language}/observations/")
    walker.press("main tbody th a")
    assert walker.page.locator(".photos img").count() == 1
    return check


def go(walker, language, check):
    walker.open(f"/{language}/volunteers/me/")
    kept = json.loads(walker.save("a[download]"))
    assert kept["profile"]["email"] == "aigul@example.org"
    walker.tick("[name=is_sure]")
    walker.press("form[action$='/erase/'] button")
    walker.open(check)
    assert "Айгүл" not in walker.page.content()
    walker.open(f"/{language}/volunteers/active/")
    assert "Айгүл" not in walker.page.content()
    assert not VolunteerProfile.objects.filter(email="aigul@example.org").exists()


def test_the_whole_way_by_keyboard(walk, initiative, mailoutbox, tmp_path):
    walker, language = walk
    photo = tmp_path / "road.jpg"
    Image.new("RGB", (1600, 900), "gray").save(photo)

    apply(walker, language)
    confirm(walker, mailoutbox)
    make_a_login(walker, mailoutbox)
    take_the_place(walker, language, initiative)
    write_to_the_organiser(walker)
    work(walker, language, initiative, photo)
    check = be_seen(walker, language)
    go(walker, language, check)


@pytest.fixture
def busy(initiative):
    """An organiser whose initiative has hours, an observation and a letter waiting."""
    organiser = MembershipFactory(user__email="own@example.org")
    MembershipFactory(organisation=organiser.organisation, state="pending")
    Initiative.objects.update(organisation=organiser.organisation)
    begin(initiative)
    place = SignUpFactory(initiative=initiative)
    HoursFactory(sign_up=place)
    ObservationFactory(
        initiative=initiative,
        profile=place.profile,
        answers={str(ChecklistItem.objects.get().pk): "yes"},
    )
    letter = {"profile": place.profile, "text": "Қайда кездесеміз?"}
    write_to_organiser(initiative=initiative, **letter)
    return organiser


@pytest.mark.parametrize("walk", [WALKS[1]], indirect=True)
def test_an_organiser_does_all_by_keyboard(walk, busy, initiative):
    walker, language = walk
    walker.open(f"/accounts/login/?next=/{language}/volunteers/me/")
    walker.write("login", "own@example.org")
    walker.write("password", PASSWORD)
    walker.press("form:has([name=password]) button")
    walker.press(f"main a[href$='/{busy.organisation.public_id}/people/']")
    walker.press("main a.button[href$='/initiatives/new/']")
    walker.open(
        f"/{language}/volunteers/organisations/{busy.organisation.public_id}/people/"
    )
    walker.press(f"main li a[href$='/{initiative.public_id}/people/']")
    walker.write("answer", "Көпірдің жанында")
    walker.press("form:has([value=answer]) button")
    walker.press("form:has([value=hours]) button")
    walker.press("button[value=verify]")
    walker.press("main a.button[href$='/report/']")

    assert Hours.objects.get().confirmed == 4
    assert Observation.objects.get().state == "verified"
    assert not Letter.objects.to_answer().exists()
