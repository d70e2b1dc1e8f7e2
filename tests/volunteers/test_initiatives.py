"""Initiatives: what is public of them, their end, their report, their mails."""

from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import (
    InitiativeFactory,
    OrganisationFactory,
    SignUpFactory,
)
from tests.volunteers.conftest import past
from volunteers.models import Result
from volunteers.services.initiatives import (
    cancel_initiative,
    publish_report,
    write_to_people,
)

pytestmark = pytest.mark.django_db


def test_each_gets_a_mail_of_his_own_in_his_language():
    initiative = InitiativeFactory(slots=3)
    for language in ("kk", "ru", "en"):
        SignUpFactory(initiative=initiative, profile__language=language)

    write_to_people(initiative=initiative, text="Bring boots", by=UserFactory())

    mails = Message.objects.filter(context__note="Bring boots")
    assert sorted(mails.values_list("language", flat=True)) == ["en", "kk", "ru"]


def test_a_cancelled_initiative_tells_everybody_once():
    initiative = InitiativeFactory()
    SignUpFactory(initiative=initiative)
    SignUpFactory(initiative=initiative, state="waiting")
    SignUpFactory(initiative=initiative, state="withdrawn")

    cancel_initiative(initiative=initiative, reason="Storm", by=UserFactory())
    with pytest.raises(ValidationError):
        cancel_initiative(initiative=initiative, reason="Storm", by=UserFactory())

    assert Message.objects.filter(context__state="cancelled").count() == 2


def test_the_calendar_opens_in_a_standard_parser(client):
    row = InitiativeFactory(
        area=AreaFactory(), latitude=51.1, longitude=71.4, title_en="Look; at, a\nroad"
    )

    answer = client.get(f"/en/initiatives/{row.public_id}/calendar/")

    [event] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == row.starts_at.replace(microsecond=0)
    assert str(event["summary"]) == "Look; at, a\nroad"
    assert "ATTENDEE" not in event
    assert "ORGANIZER" not in event


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_a_draft_is_seen_nowhere(client, state):
    row = InitiativeFactory(state=state)

    for path in ("", "calendar/"):
        answer = client.get(f"/en/initiatives/{row.public_id}/{path}")
        assert answer.status_code == 404
    assert row.public_id not in client.get("/api/v1/initiatives/").content.decode()
    assert row.title_en not in client.get("/en/initiatives/").content.decode()


def test_lists_ask_the_database_little(client, django_assert_max_num_queries):
    for _ in range(20):
        InitiativeFactory(
            area=AreaFactory(),
            organisation=OrganisationFactory(),
            latitude=50,
            longitude=70,
        )

    with django_assert_max_num_queries(8):
        client.get("/en/initiatives/")


WORDED = {"report_kk": "Болды", "report_ru": "Сделано"}


@pytest.mark.parametrize(
    ("make", "fields", "missing"),
    [
        (InitiativeFactory, WORDED, "not over"),
        (past, {}, "Kazakh"),
        (past, WORDED, "number"),
    ],
)
def test_a_report_needs_an_end_words_and_a_number(make, fields, missing):
    with pytest.raises(ValidationError, match=missing):
        publish_report(initiative=make(**fields), by=UserFactory())


def test_a_whole_report_is_published():
    initiative = past(**WORDED)
    Result.objects.create(
        initiative=initiative, name_kk="Жол", name_ru="Дорог", value=3
    )

    publish_report(initiative=initiative, by=UserFactory())

    initiative.refresh_from_db()
    assert initiative.state == "reported"


def test_the_first_page_shows_who_needs_people_and_not_who_is_full(client):
    InitiativeFactory(title_en="Has a place", slots=2, taken=1)
    full = InitiativeFactory(title_en="Is full", slots=2, taken=2)

    page = client.get("/en/volunteers/").content.decode()

    assert "Has a place" in page
    assert "Is full" not in page
    full_page = client.get(f"/en/initiatives/{full.public_id}/").content.decode()
    assert "Join the waiting list" in full_page


ALMATY = ZoneInfo("Asia/Almaty")


@pytest.mark.parametrize(
    ("ends_at", "written"),
    [
        (datetime(2026, 5, 9, 15, 30, tzinfo=ALMATY), "May 9, 2026, 10:00 – 15:30"),
        (
            datetime(2026, 5, 10, 9, tzinfo=ALMATY),
            "May 9, 2026, 10:00 – May 10, 2026, 09:00",
        ),
    ],
)
def test_a_page_says_the_day_once_if_it_is_one(client, ends_at, written):
    starts_at = datetime(2026, 5, 9, 10, tzinfo=ALMATY)
    row = InitiativeFactory(
        starts_at=starts_at, signup_until=starts_at, ends_at=ends_at
    )

    page = client.get(f"/en/initiatives/{row.public_id}/").content.decode()

    assert written in strip_tags(page)


@pytest.mark.parametrize(
    ("query", "way_on"),
    [
        ("", '/en/volunteers/apply/">Become a volunteer</a>'),
        ("?state=joinable", '/en/initiatives/">Show everything</a>'),
    ],
)
def test_a_list_without_rows_leads_on(client, query, way_on):
    assert way_on in client.get(f"/en/initiatives/{query}").text


def test_a_portal_without_observations_leads_to_the_initiatives(client):
    page = client.get("/en/observations/").text

    assert '/en/initiatives/">See the initiatives</a>' in page
