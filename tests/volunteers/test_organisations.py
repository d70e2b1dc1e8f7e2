"""Organisations: who runs them, what they write, what everybody sees of them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

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
    SignUpFactory,
)
from tests.volunteers.conftest import past
from volunteers.models import Initiative, Membership, Organisation, Result
from volunteers.permissions import run_by
from volunteers.services.organisations import (
    approve_organisation,
    ask_to_join,
    decide_membership,
    suspend_organisation,
)

pytestmark = pytest.mark.django_db


def test_a_page_shows_what_the_organisation_has_achieved(client):
    organisation = OrganisationFactory()
    initiative = InitiativeFactory(organisation=organisation, state="reported")
    Result.objects.create(
        initiative=initiative, name_kk="Жол", name_ru="Дорог", value=7
    )
    today = timezone.localdate()
    HoursFactory(sign_up__initiative=initiative, confirmed=4.5, confirmed_on=today)
    HoursFactory(sign_up__initiative=initiative)
    ObservationFactory(initiative=initiative, state="verified", verified_on=today)
    ObservationFactory(initiative=initiative)
    HoursFactory(confirmed=100, confirmed_on=today)

    page = client.get(f"/ru/volunteers/organisations/{organisation.public_id}/")

    assert page.context["achieved"] == {"reports": 1, "hours": 4.5, "observations": 1}
    assert "Дорог: 7" in page.content.decode()


def test_who_has_achieved_nothing_yet_shows_no_zeros(client):
    organisation = OrganisationFactory()

    page = client.get(f"/en/volunteers/organisations/{organisation.public_id}/")

    assert 'class="figures"' not in page.content.decode()


def test_with_a_suspended_organisation_goes_what_it_still_had_to_do(client):
    organisation = OrganisationFactory()
    coming = InitiativeFactory(organisation=organisation, state="open")
    SignUpFactory(initiative=coming)
    over = past(organisation=organisation, state="closed")
    others = InitiativeFactory(state="open")

    suspend_organisation(
        organisation=organisation, reason="A complaint", by=UserFactory()
    )

    states = {row.pk: row.state for row in Initiative.objects.all()}
    assert states == {coming.pk: "cancelled", over.pk: "closed", others.pk: "open"}
    told = Message.objects.get(context__state="cancelled")
    assert told.context["note"] == "A complaint"
    page = client.get(f"/en/volunteers/initiatives/{over.public_id}/").content.decode()
    assert organisation.get_absolute_url() not in page


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


def test_asking_twice_to_join_mails_once():
    administrator = MembershipFactory()
    person = UserFactory()

    for _ in range(2):
        ask_to_join(organisation=administrator.organisation, by=person)

    assert Membership.objects.filter(user=person).count() == 1
    assert Message.objects.get().recipient == administrator.user.email


def test_who_asks_for_an_organisation_runs_it_once_it_is_approved(client):
    area, direction, user = AreaFactory(), DirectionFactory(), UserFactory()
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
    assert not run_by(user).exists()

    approve_organisation(organisation=organisation, by=UserFactory())

    assert run_by(user).get() == organisation


@pytest.fixture
def organiser():
    return MembershipFactory(role="manager")


@pytest.mark.parametrize(
    ("button", "state"), [({}, "draft"), ({"submit": "yes"}, "in_review")]
)
def test_an_organiser_writes_an_initiative_with_its_checklist(
    client, organiser, button, state
):
    client.force_login(organiser.user)
    starts = timezone.localtime() + timedelta(days=3)

    client.post(
        f"/en/volunteers/organisations/{organiser.organisation.public_id}/initiatives/new/",
        {
            "direction": DirectionFactory().pk,
            "title_kk": "Жол",
            "title_ru": "Дорога",
            "text_kk": "Қараймыз",
            "text_ru": "Смотрим",
            "starts_at": starts.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (starts + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
            "signup_until": starts.strftime("%Y-%m-%dT%H:%M"),
            "slots": 3,
            "checklist-TOTAL_FORMS": 2,
            "checklist-INITIAL_FORMS": 0,
            "checklist-0-text_kk": "Белгі бар ма?",
            "checklist-0-text_ru": "Есть ли знак?",
            **button,
        },
    )

    initiative = Initiative.objects.get(organisation=organiser.organisation)
    assert initiative.state == state
    assert [row.text_ru for row in initiative.checklist.all()] == ["Есть ли знак?"]


def test_an_organiser_confirms_hours_and_verifies_what_was_seen(client, organiser):
    client.force_login(organiser.user)
    initiative = past(organisation=organiser.organisation)
    hours = HoursFactory(sign_up__initiative=initiative)
    seen = ObservationFactory(initiative=initiative)
    page = f"/en/initiatives/{initiative.public_id}/people/"

    client.post(page, {"step": "hours", "row": hours.pk, "hours": "3.5"})
    client.post(page, {"step": "verify", "row": seen.pk})

    hours.refresh_from_db()
    seen.refresh_from_db()
    assert (hours.confirmed, seen.state) == (3.5, "verified")


def test_an_organiser_publishes_a_report_with_its_numbers(client, organiser):
    client.force_login(organiser.user)
    initiative = past(organisation=organiser.organisation)

    client.post(
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

    page = client.get(f"/ru/initiatives/{initiative.public_id}/").content.decode()
    assert "Сделано" in page
    assert "<dt>Дорог</dt><dd>12</dd>" in page
