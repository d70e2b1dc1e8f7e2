"""The way of a volunteer, step by step over the pages, in three languages.

A browser walks the whole of it in `tests/e2e/test_volunteers_journey.py`.
"""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.utils import timezone, translation

from foundation.notifications.tasks import sweep_messages
from tests.factories.accounts import PASSWORD
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import (
    InitiativeFactory,
    ProfileFactory,
    SignUpFactory,
)
from tests.volunteers.conftest import past
from volunteers.models import (
    Certificate,
    Direction,
    Hours,
    SignUp,
    VolunteerProfile,
)
from volunteers.services.sign_ups import sign_up

pytestmark = pytest.mark.django_db


def answers(area, **changed):
    return {
        "name": "Айгүл Сәрсенова",
        "email": "aigul@example.org",
        "area": area.pk,
        "directions": [1],
        "languages": ["kk", "ru"],
        "availability": "weekends",
        "age_band": "18_29",
        "consent_data": "on",
        "consent_rules": "on",
        **changed,
    }


def last_path():
    sweep_messages()
    return re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)[1]


def act(staff, model, action, row, **fields):
    return staff.post(
        f"/admin/volunteers/{model}/",
        {"action": action, "_selected_action": [row.pk], **fields},
        follow=True,
    )


@pytest.fixture(params=["kk", "ru", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def test_she_applies_and_confirms_by_mail(client, shipped, language):
    data = answers(AreaFactory(), directions=[Direction.objects.first().pk])
    sent = client.post(f"/{language}/volunteers/apply/", data)
    path = last_path()
    status = client.post(path, follow=True)

    profile = VolunteerProfile.objects.get(email="aigul@example.org")
    assert f"/{language}/volunteers/confirm/" in path
    assert (sent.status_code, status.status_code) == (302, 200)
    assert (profile.state, profile.language) == ("applied", language)
    assert profile.consents.count() == 2


def test_accepted_she_makes_a_login_and_links_it(client, shipped, staff, language):
    profile = ProfileFactory(
        email="aigul@example.org", language=language, state="applied", user=None
    )
    act(staff, "volunteerprofile", "accept", profile)
    path = last_path()
    onwards = parse_qs(urlsplit(path).query)["next"][0]
    member = type(client)()
    member.post(path, {"email": "aigul@example.org", "next": onwards})
    words = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    joined = member.post(last_path(), words)
    linked = member.post(onwards)

    profile.refresh_from_db()
    assert joined["Location"] == onwards
    assert linked.status_code == 302
    assert (profile.state, profile.user.email) == ("accepted", "aigul@example.org")


def test_the_only_place_changes_hands(client, language):
    initiative = InitiativeFactory(slots=1)
    she, he = ProfileFactory(), ProfileFactory()
    mine = f"/{language}/initiatives/{initiative.public_id}/mine/"
    client.force_login(she.user)

    client.post(mine)
    sign_up(initiative=initiative, profile=he)
    client.post(mine, {"withdraw": "yes"})
    client.post(mine)

    states = dict(SignUp.objects.values_list("profile", "state"))
    assert states == {he.pk: "accepted", she.pk: "waiting"}


def test_confirmed_hours_become_a_certificate_anybody_can_check(
    client, staff, language
):
    profile = ProfileFactory(name="Айгүл Сәрсенова")
    initiative = past()
    SignUpFactory(initiative=initiative, profile=profile)
    reader, home = type(client)(), f"/{language}/volunteers"
    member = type(client)()
    member.force_login(profile.user)

    member.post(
        f"/{language}/initiatives/{initiative.public_id}/mine/", {"hours": "6.5"}
    )
    act(staff, "hours", "confirm", Hours.objects.get())
    member.post(f"{home}/me/certificate/")

    certificate = Certificate.objects.get()
    check = reader.get(f"{home}/certificates/{certificate.serial}/")
    file = member.get(f"{home}/me/certificates/{certificate.serial}/file/")
    assert (certificate.hours, certificate.name) == (6.5, "Айгүл Сәрсенова")
    assert "Айгүл Сәрсенова" in check.content.decode()
    assert file.content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in file.content


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("later", "state", "warned"),
    [
        (DAY / 2, "accepted", True),
        (DAY / 2, "waiting", True),
        (DAY / 2, "withdrawn", False),
        (DAY, "accepted", False),
        (3 * DAY, "accepted", False),
    ],
)
def test_who_is_taken_at_that_time_is_warned(client, later, state, warned):
    start = timezone.now() + 7 * DAY
    row = InitiativeFactory(starts_at=start, ends_at=start + DAY)
    other = InitiativeFactory(
        title_en="Somewhere else",
        starts_at=start + later,
        ends_at=start + later + DAY,
    )
    profile = SignUpFactory(initiative=other, state=state).profile
    client.force_login(profile.user)

    page = client.get(f"/en/initiatives/{row.public_id}/mine/").content.decode()

    assert ("Somewhere else" in page) is warned
