"""Every change of state mails the right person once, in his language."""

from datetime import timedelta
from uuid import uuid4

import icalendar
import pytest
from django.core.mail import get_connection
from django.utils import timezone

from foundation.notifications.mail import build_mail
from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import (
    ConsentTextFactory,
    HoursFactory,
    InitiativeFactory,
    MembershipFactory,
    ObservationFactory,
    OrganisationFactory,
    ProfileFactory,
    SignUpFactory,
)
from volunteers.models import Result
from volunteers.places import remind
from volunteers.services.applications import accept, ask, confirm_guardian, decline
from volunteers.services.initiatives import (
    cancel_initiative,
    close_initiative,
    open_initiative,
    publish_report,
    return_to_draft,
    write_to_people,
)
from volunteers.services.observations import (
    record_observation,
    reject_observation,
    verify_observation,
)
from volunteers.services.organisations import (
    approve_organisation,
    decide_membership,
    decline_organisation,
    suspend_organisation,
)
from volunteers.services.sign_ups import (
    confirm_hours,
    note_attendance,
    propose_hours,
    sign_up,
    withdraw,
)

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"


def applicant(**fields):
    return ProfileFactory(email=ADDRESS, language="ru", user=None, **fields)


def member(**fields):
    return MembershipFactory(user__email=ADDRESS, user__language="ru", **fields)


def place(**fields):
    return SignUpFactory(profile__email=ADDRESS, profile__language="ru", **fields)


def begun(**fields):
    now = timezone.now()
    return place(
        initiative__starts_at=now - timedelta(days=1),
        initiative__signup_until=now - timedelta(days=1),
        **fields,
    )


def staff():
    return UserFactory()


def observed():
    sign_up = begun()
    return ObservationFactory(initiative=sign_up.initiative, profile=sign_up.profile)


def run(act, row, **fields):
    """Return a step that gives the row to a service."""
    return lambda: act(**{row[0]: row[1]()}, **fields, by=staff())


def guardian_confirms():
    ConsentTextFactory(purpose="guardian")
    confirm_guardian(profile=applicant(age_band="14_17", state="applied"))


def signs_up():
    profile = ProfileFactory(email=ADDRESS, language="ru")
    sign_up(initiative=InitiativeFactory(), profile=profile)


def waits():
    profile = ProfileFactory(email=ADDRESS, language="ru")
    sign_up(initiative=InitiativeFactory(slots=1, taken=1), profile=profile)


def withdraws():
    row = place(initiative__taken=1)
    withdraw(initiative=row.initiative, profile=row.profile)


def is_promoted():
    other = SignUpFactory(initiative__slots=1, initiative__taken=1)
    place(initiative=other.initiative, state="waiting")
    withdraw(initiative=other.initiative, profile=other.profile)


def is_cancelled():
    cancel_initiative(initiative=place().initiative, reason="Дождь", by=staff())


def reads_report():
    now = timezone.now()
    initiative = place(
        state="attended",
        initiative__starts_at=now - timedelta(days=3),
        initiative__ends_at=now - timedelta(days=2),
        initiative__signup_until=now - timedelta(days=4),
        initiative__report_kk="Болды",
        initiative__report_ru="Сделано",
    ).initiative
    Result.objects.create(
        initiative=initiative, name_kk="Жол", name_ru="Дорог", value=1
    )
    publish_report(initiative=initiative, by=staff())


def is_written_to():
    write_to_people(initiative=place().initiative, text="Берите воду", by=staff())


def place_in_mine():
    """Return somebody's place in a running initiative of the reader's organisation."""
    return SignUpFactory(
        initiative__organisation=member().organisation,
        initiative__starts_at=timezone.now() - timedelta(days=1),
        initiative__signup_until=timezone.now() - timedelta(days=1),
    )


def proposes():
    row = place_in_mine()
    propose_hours(initiative=row.initiative, profile=row.profile, hours=2)


def records():
    row = place_in_mine()
    fields = {
        "reference": "A1",
        "area": AreaFactory(),
        "seen_on": "2026-05-01",
        "note_language": "ru",
    }
    for _ in range(2):
        record_observation(
            initiative=row.initiative,
            profile=row.profile,
            client_key=uuid4(),
            fields=fields,
            photos=[],
            keeps_place=False,
        )


def is_made_member():
    asks = member(role="member", state="pending")
    MembershipFactory(organisation=asks.organisation)
    decide_membership(membership=asks, role="member", by=staff())


def is_kept_out():
    asks = member(role="member", state="pending")
    MembershipFactory(organisation=asks.organisation)
    decide_membership(membership=asks, role=None, by=staff())


def of_mine(state):
    return lambda: InitiativeFactory(organisation=member().organisation, state=state)


def own(state):
    return lambda: member(organisation__state=state).organisation


STEPS = [
    (run(accept, ("profile", lambda: applicant(state="applied"))), "приняты"),
    (
        run(ask, ("profile", lambda: applicant(state="applied")), question="Когда?"),
        "Когда?",
    ),
    (
        run(decline, ("profile", lambda: applicant(state="applied")), reason="Нет"),
        "Нет",
    ),
    (guardian_confirms, "подтвердил"),
    (signs_up, "место"),
    (waits, "листе ожидания"),
    (withdraws, "отказ"),
    (is_cancelled, "Дождь"),
    (reads_report, "опубликова"),
    (is_written_to, "Берите воду"),
    (is_promoted, "место"),
    (lambda: remind(place(initiative__starts_at=timezone.now() + timedelta(1)).pk), ""),
    (run(note_attendance, ("sign_up", begun), came=True), "участ"),
    (run(note_attendance, ("sign_up", begun), came=False), "организатору"),
    (
        run(
            confirm_hours,
            ("hours", lambda: HoursFactory(sign_up=begun())),
            confirmed=4,
        ),
        "4",
    ),
    (run(verify_observation, ("observation", observed)), "Road A1"),
    (run(reject_observation, ("observation", observed), reason="Темно"), "Темно"),
    (proposes, "часы"),
    (records, "увидели"),
    (run(close_initiative, ("initiative", of_mine("open"))), "закры"),
    (
        run(cancel_initiative, ("initiative", of_mine("open")), reason="Буран"),
        "Буран",
    ),
    (is_made_member, ""),
    (is_kept_out, "отклон"),
    (run(open_initiative, ("initiative", of_mine("in_review"))), ""),
    (
        run(return_to_draft, ("initiative", of_mine("in_review")), reason="Где?"),
        "Где?",
    ),
    (run(approve_organisation, ("organisation", own("pending"))), ""),
    (
        run(decline_organisation, ("organisation", own("pending")), reason="Мало"),
        "Мало",
    ),
    (
        run(suspend_organisation, ("organisation", own("approved")), reason="Жалоба"),
        "Жалоба",
    ),
]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_a_step_mails_whom_it_concerns_once_in_his_language(step):
    act, word = STEPS[step]

    act()

    message = Message.objects.get(recipient=ADDRESS)
    mail = build_mail(message, get_connection())
    assert message.language == "ru"
    assert word in mail.subject + mail.body
    assert "http://testserver/ru/" in mail.body
    assert "@" not in mail.body.replace(ADDRESS, "")


@pytest.mark.parametrize(
    ("step", "status"), [(signs_up, "CONFIRMED"), (is_cancelled, "CANCELLED")]
)
def test_a_mail_that_says_when_brings_the_entry_of_the_calendar(step, status):
    step()

    mail = build_mail(Message.objects.get(recipient=ADDRESS), get_connection())

    [(name, content, kind)] = mail.attachments
    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert (name, kind) == ("calendar.ics", "text/calendar")
    assert (event["status"], str(event["summary"])[:10]) == (status, "Инициатива")
    assert "/ru/initiatives/" in event["url"]


STATES = {
    "volunteer_application": "confirm known received guardian accepted asked declined",
    "volunteer_sign_up": (
        "accepted waiting promoted withdrawn reminder cancelled attended no_show hours"
        " reported observation refused answer message"
    ),
    "volunteer_organisation": (
        "approved declined suspended member joined left asks letter open returned hours"
        " closed cancelled seen"
    ),
    "volunteer_guardian": "asked",
    "volunteer_invitation": "asked",
}


def written(template, state, language):
    message = Message(
        key="k",
        recipient=ADDRESS,
        language=language,
        template=template,
        context={
            "state": state,
            "path": "/x/",
            "note": "",
            "name": "Асель",
            "title": {"kk": "Т", "ru": "Т", "en": "Т"},
        },
    )
    mail = build_mail(message, get_connection())
    return f"{mail.subject}\n{mail.body}".replace(f"/{language}/x/", "")


@pytest.mark.parametrize(
    ("template", "state"),
    [(name, state) for name, states in STATES.items() for state in states.split()],
)
def test_each_mail_is_written_in_three_languages(template, state):
    in_three = {written(template, state, code) for code in ("kk", "ru", "en")}

    assert len(in_three) == 3
    assert "{" not in "".join(in_three)


def test_states_of_a_mail_say_different_things():
    for template, states in STATES.items():
        texts = {written(template, state, "en") for state in states.split()}
        # “member” and “joined” differ in the text, “hours” is the rest of each.
        assert len(texts) == len(states.split()), template


def test_nobody_is_mailed_of_an_organisation_made_up():
    organisation = OrganisationFactory(state="pending", is_demo=True)
    member(organisation=organisation)

    approve_organisation(organisation=organisation, by=staff())

    assert not Message.objects.exists()
