"""Exports, mails to many, organisations, the calendar, the demonstration."""

from datetime import timedelta

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import (
    DirectionFactory,
    HoursFactory,
    InitiativeFactory,
    MembershipFactory,
    ObservationFactory,
    OrganisationFactory,
    ProfileFactory,
    SignUpFactory,
)
from volunteers.admin.base import KeptCountPaginator
from volunteers.demo import load_demo, remove_demo
from volunteers.exports import ministry_register, people_of
from volunteers.models import (
    Hours,
    Initiative,
    Membership,
    Organisation,
    Result,
    VolunteerProfile,
)
from volunteers.services.initiatives import (
    cancel_initiative,
    open_initiative,
    publish_report,
    write_to_people,
)
from volunteers.services.organisations import (
    approve_organisation,
    ask_to_join,
    decide_membership,
)
from volunteers.tasks import recount_volunteers

pytestmark = pytest.mark.django_db


def past(**fields):
    now = timezone.now()
    return InitiativeFactory(
        starts_at=now - timedelta(days=3),
        ends_at=now - timedelta(days=2),
        signup_until=now - timedelta(days=4),
        **fields,
    )


def confirmed(initiative, hours=4):
    sign_up = SignUpFactory(initiative=initiative, state="attended")
    return HoursFactory(
        sign_up=sign_up, confirmed=hours, confirmed_on=timezone.localdate()
    )


def test_the_ministry_gets_only_what_was_confirmed():
    counted, proposed = past(title_ru="=1+1"), past()
    confirmed(counted)
    confirmed(counted, hours=2)
    HoursFactory(sign_up__initiative=counted)
    HoursFactory(sign_up__initiative=proposed)
    confirmed(past(is_demo=True))

    lines = ministry_register(Initiative.objects.all()).splitlines()

    assert len(lines) == 2
    assert lines[1].endswith(",2,6.0")
    assert "'=1+1" in lines[1]


def test_names_come_without_addresses():
    sign_up = SignUpFactory()

    content = people_of(sign_up.initiative, with_addresses=False)

    assert sign_up.profile.name in content
    assert "@" not in content


@pytest.mark.parametrize(("purpose", "given"), [("", False), ("Bus list", True)])
def test_addresses_need_a_purpose_that_is_recorded(staff, purpose, given):
    sign_up = SignUpFactory()

    answer = staff.post(
        "/admin/volunteers/initiative/",
        {
            "action": "addresses",
            "_selected_action": [sign_up.initiative.pk],
            "text": purpose,
        },
    )

    assert (sign_up.profile.email in answer.content.decode()) is given
    recorded = AuditEvent.objects.filter(action="export addresses", detail=purpose)
    assert recorded.exists() is given


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


@pytest.mark.parametrize("state", ["pending", "suspended", "declined"])
def test_only_an_approved_organisation_runs_anything(client, state):
    membership = MembershipFactory(organisation__state=state)
    client.force_login(membership.user)
    base = f"/en/volunteers/organisations/{membership.organisation.public_id}/"

    assert client.get(base).status_code == 404
    assert client.get(f"{base}people/").status_code == 404
    assert client.get(f"{base}initiatives/new/").status_code == 404


@pytest.mark.parametrize(
    ("role", "state"), [("member", "approved"), ("administrator", "pending")]
)
def test_members_and_those_who_wait_run_nothing(client, role, state):
    membership = MembershipFactory(role=role, state=state)
    client.force_login(membership.user)
    base = f"/en/volunteers/organisations/{membership.organisation.public_id}/"

    assert client.get(f"{base}people/").status_code == 404


def test_a_manager_gives_no_roles(client):
    manager = MembershipFactory(role="manager")
    asks = MembershipFactory(
        organisation=manager.organisation, role="member", state="pending"
    )
    client.force_login(manager.user)
    path = f"/en/volunteers/organisations/{manager.organisation.public_id}/people/"

    client.post(path, {"member": asks.pk, "role": "administrator"})

    asks.refresh_from_db()
    assert asks.state == "pending"


def test_the_last_administrator_stays():
    only = MembershipFactory()

    with pytest.raises(ValidationError, match="administrator"):
        decide_membership(membership=only, role="member", by=only.user)


def test_an_organisation_from_the_request_to_its_report(client, shipped):
    area, direction = AreaFactory(), DirectionFactory()
    user = UserFactory()
    client.force_login(user)
    client.post(
        "/en/volunteers/organisations/new/",
        {
            "name_kk": "Адал жол",
            "name_ru": "Честная дорога",
            "area": area.pk,
            "directions": [direction.pk],
            "join_mode": "approval",
        },
    )
    organisation = Organisation.objects.get()
    approve_organisation(organisation=organisation, by=UserFactory())
    starts = timezone.localtime() + timedelta(days=3)
    client.post(
        f"/en/volunteers/organisations/{organisation.public_id}/initiatives/new/",
        {
            "direction": direction.pk,
            "title_kk": "Жол",
            "title_ru": "Дорога",
            "text_kk": "Қараймыз",
            "text_ru": "Смотрим",
            "area": area.pk,
            "starts_at": starts.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (starts + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
            "signup_until": starts.strftime("%Y-%m-%dT%H:%M"),
            "slots": 3,
            "checklist-TOTAL_FORMS": 2,
            "checklist-INITIAL_FORMS": 0,
            "checklist-0-text_kk": "Белгі бар ма?",
            "checklist-0-text_ru": "Есть ли знак?",
            "submit": "yes",
        },
    )
    initiative = Initiative.objects.get()
    assert initiative.state == "in_review"
    assert [row.text_ru for row in initiative.checklist.all()] == ["Есть ли знак?"]
    open_initiative(initiative=initiative, by=UserFactory())
    now = timezone.now()
    Initiative.objects.update(
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=1),
        signup_until=now - timedelta(days=3),
    )
    hours = HoursFactory(sign_up__initiative=initiative)
    people = f"/en/initiatives/{initiative.public_id}/people/"
    assert hours.sign_up.profile.name in client.get(people).content.decode()
    client.post(people, {"step": "hours", "row": hours.pk, "hours": "3.5"})
    seen = ObservationFactory(initiative=initiative)
    client.post(people, {"step": "verify", "row": seen.pk})
    answer = client.post(
        f"/en/initiatives/{initiative.public_id}/report/",
        {
            "report_kk": "Болды",
            "report_ru": "Сделано",
            "results-TOTAL_FORMS": 1,
            "results-INITIAL_FORMS": 0,
            "results-0-name_kk": "Жол",
            "results-0-name_ru": "Дорог",
            "results-0-value": "12",
        },
    )

    initiative.refresh_from_db()
    seen.refresh_from_db()
    assert answer.status_code == 302
    assert (initiative.state, seen.state) == ("reported", "verified")
    assert Hours.objects.get().confirmed == 3.5
    page = client.get(f"/en/initiatives/{initiative.public_id}/").content.decode()
    assert "Сделано" in page or "Болды" in page


def test_asking_twice_to_join_mails_once():
    administrator = MembershipFactory()
    person = UserFactory()

    for _ in range(2):
        ask_to_join(organisation=administrator.organisation, by=person)

    assert Membership.objects.filter(user=person).count() == 1
    assert Message.objects.get().recipient == administrator.user.email


def test_a_report_needs_an_end_words_and_a_number():
    early, empty = InitiativeFactory(), past()
    worded = past(report_kk="Болды", report_ru="Сделано")
    for initiative, message in (
        (early, "not over"),
        (empty, "Kazakh"),
        (worded, "number"),
    ):
        with pytest.raises(ValidationError, match=message):
            publish_report(initiative=initiative, by=UserFactory())
    Result.objects.create(initiative=worded, name_kk="Жол", name_ru="Дорог", value=3)

    publish_report(initiative=worded, by=UserFactory())

    worded.refresh_from_db()
    assert worded.state == "reported"


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


def test_the_demonstration_comes_under_a_banner_and_goes(client):
    call_command("load_data", verbosity=0)
    load_demo()
    recount_volunteers()
    paths = [
        "/en/volunteers/",
        "/en/volunteers/active/",
        "/en/initiatives/",
        "/en/observations/",
    ]

    banners = ["made-up rows" in client.get(path).content.decode() for path in paths]
    remove_demo()

    assert banners == [True] * 4
    assert not Initiative.objects.exists()
    assert not VolunteerProfile.objects.exists()
    assert not Message.objects.filter(recipient__endswith="demo.invalid").exists()


def test_shipped_texts_load_once_and_are_whole(shipped):
    from volunteers.models import ConsentText, Direction, Rule
    from volunteers.shipped import load_volunteers

    assert load_volunteers() == 0
    assert Direction.objects.count() == 6
    assert not Rule.objects.filter(source_kk="").exists()
    assert ConsentText.objects.count() == 4


def test_the_dashboard_shows_what_waits(staff, shipped):
    ProfileFactory(state="applied")
    HoursFactory(sign_up__initiative=past())
    ObservationFactory()
    OrganisationFactory(state="pending")

    page = staff.get("/admin/").content.decode()

    for title in (
        "Volunteers who applied",
        "Hours to confirm",
        "Observations to verify",
        "Organisations to approve",
    ):
        assert title in page


@pytest.mark.parametrize(
    "model",
    [
        "volunteerprofile",
        "organisation",
        "initiative",
        "signup",
        "hours",
        "observation",
        "direction",
        "rule",
        "consenttext",
    ],
)
def test_every_page_of_the_staff_area_opens(staff, shipped, model):
    HoursFactory(sign_up__initiative__organisation=OrganisationFactory())
    ObservationFactory()

    page = staff.get(f"/admin/volunteers/{model}/")
    rows = page.context["cl"].result_list
    pages = [
        staff.get(f"/admin/volunteers/{model}/{row.pk}/change/") for row in rows[:1]
    ]

    assert page.status_code == 200
    assert [each.status_code for each in pages] == [200]


def test_a_long_list_is_counted_once_a_minute_and_a_short_one_always(own_cache):
    class Short(KeptCountPaginator):
        many = 1

    rows = VolunteerProfile.objects.order_by("pk")
    ProfileFactory()
    seen = [Short(rows, 50).count]
    ProfileFactory()
    seen.append(Short(rows, 50).count)
    ProfileFactory()
    seen.append(Short(rows, 50).count)

    assert seen == [1, 2, 2]


def test_people_of_one_name_are_counted_on_the_page_alone(
    staff, django_assert_max_num_queries
):
    area = AreaFactory()
    for name in ("Әсел Ким", "ӘСЕЛ КИМ", "Болат"):
        ProfileFactory(name=name, area=area, state="applied")
    ProfileFactory(name="Әсел Ким", state="applied")

    with django_assert_max_num_queries(20):
        page = staff.get("/admin/volunteers/volunteerprofile/")

    rows = page.context["cl"].result_list
    assert {(row.name, row.same_name_count) for row in rows} == {
        ("Болат", 0),
        ("Әсел Ким", 0),
        ("Әсел Ким", 1),
        ("ӘСЕЛ КИМ", 1),
    }
