"""The whole way of a volunteer, over the pages, in three languages."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.utils import timezone, translation

from foundation.notifications.tasks import sweep_messages
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import InitiativeFactory, ProfileFactory
from volunteers.models import Certificate, Hours, SignUp, VolunteerProfile
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


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_from_the_form_to_the_checked_certificate(client, shipped, staff, language):
    from volunteers.models import Direction

    area, direction = AreaFactory(), Direction.objects.get(code="roads")
    initiative = InitiativeFactory(slots=1, direction=direction)
    other = ProfileFactory()
    translation.activate(language)
    reader = type(client)()

    # She applies and confirms by mail.
    page = reader.get(f"/{language}/volunteers/apply/")
    assert page.content.count(b'class="field__label"') <= 12 + 30
    data = answers(area, directions=[direction.pk])
    assert reader.post(f"/{language}/volunteers/apply/", data).status_code == 302
    path = last_path()
    assert f"/{language}/volunteers/confirm/" in path
    reader.get(path)
    profile = VolunteerProfile.objects.get(email="aigul@example.org")
    assert profile.state == "unconfirmed"
    status = reader.post(path, follow=True)
    profile.refresh_from_db()
    assert (status.status_code, profile.state) == (200, "applied")
    assert profile.consents.count() == 2

    # Staff accept her; she links her login.
    act(staff, "volunteerprofile", "accept", profile)
    profile.refresh_from_db()
    assert profile.state == "accepted"
    member = type(client)()
    path = last_path()
    assert path.startswith("/accounts/join/?next=")
    onwards = parse_qs(urlsplit(path).query)["next"][0]
    member.post(path, {"email": "aigul@example.org", "next": onwards})
    words = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    joined = member.post(last_path(), words)
    assert joined["Location"] == onwards
    assert member.post(onwards).status_code == 302
    # The only place is hers; the next one waits, and she withdraws and comes back.
    mine = f"/{language}/initiatives/{initiative.public_id}/mine/"
    assert member.post(mine).status_code == 302
    assert sign_up(initiative=initiative, profile=other).state == "waiting"
    member.post(mine, {"withdraw": "yes"})
    assert SignUp.objects.get(profile=other).state == "accepted"
    member.post(mine)
    assert SignUp.objects.get(profile=profile).state == "waiting"
    SignUp.objects.filter(profile=other).update(state="withdrawn")
    SignUp.objects.filter(profile=profile).update(state="accepted")

    with time_machine.travel(timezone.now() + timedelta(days=9)):
        member.force_login(profile_user(profile))
        staff.force_login(UserFactory(root=True))
        assert member.post(mine, {"hours": "6.5"}).status_code == 302
        act(staff, "hours", "confirm", Hours.objects.get())
        profile.refresh_from_db()
        assert profile.hours_total == 6.5
        member.post(f"/{language}/volunteers/me/certificate/")
        certificate = Certificate.objects.get()
        check = reader.get(f"/{language}/volunteers/certificates/{certificate.serial}/")
        assert "Айгүл Сәрсенова" in check.content.decode()
        pdf = member.get(
            f"/{language}/volunteers/me/certificates/{certificate.serial}/file/"
        )
        assert pdf.content.startswith(b"%PDF")
        assert b"/StructTreeRoot" in pdf.content


def profile_user(profile):
    profile.refresh_from_db()
    return profile.user
