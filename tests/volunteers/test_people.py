"""Applications, privacy, opt-out, erasure, retention."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from foundation.accounts.roles import sync_roles
from foundation.audit.models import AuditEvent
from foundation.notifications.models import Message
from foundation.notifications.tasks import sweep_messages
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory, ScopeFactory
from tests.factories.volunteers import (
    HoursFactory,
    InitiativeFactory,
    MembershipFactory,
    ObservationFactory,
    OrganisationFactory,
    ProfileFactory,
    SignUpFactory,
)
from tests.portal.test_page_store import ask as ask_the_server
from volunteers.links import confirm_path, guardian_path, status_path
from volunteers.models import (
    Certificate,
    Consent,
    Direction,
    Hours,
    Observation,
    SignUp,
    VolunteerProfile,
)
from volunteers.services.applications import accept, ask, decline, show_publicly
from volunteers.services.certificates import issue_certificate
from volunteers.services.people import erase_person
from volunteers.tasks import erase_outdated, recount_volunteers

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+7[ \d]{10,}")


def form(**changed):
    return {
        "name": "Дана",
        "email": "dana@example.org",
        "area": AreaFactory().pk,
        "directions": [Direction.objects.first().pk],
        "languages": ["kk"],
        "availability": "online",
        "age_band": "18_29",
        "consent_data": "on",
        "consent_rules": "on",
        **changed,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("consent_data", ""),
        ("consent_rules", ""),
        ("email", "no address"),
        ("directions", []),
        ("area", "999999"),
        ("languages", ["de"]),
        ("age_band", "14_17"),
        ("name", "\x00"),
    ],
)
def test_an_application_that_is_not_whole_is_refused(client, shipped, name, value):
    response = client.post("/en/volunteers/apply/", form(**{name: value}))

    assert response.status_code == 422
    assert VolunteerProfile.objects.count() == 0


def test_a_form_has_at_most_twelve_fields(client, shipped):
    fields = client.get("/kk/volunteers/apply/").context["form"].fields

    assert len(fields) <= 12


def test_a_known_address_gets_a_mail_and_nothing_changes(client, shipped):
    known = ProfileFactory(email="dana@example.org", name="Before")

    answer = client.post("/en/volunteers/apply/", form(email="DANA@example.org"))

    known.refresh_from_db()
    assert (answer.status_code, known.name) == (302, "Before")
    assert Message.objects.get().context["state"] == "known"


def test_nobody_fills_a_mailbox_through_the_form(client, shipped):
    for _ in range(6):
        client.post("/en/volunteers/apply/", form())

    assert Message.objects.count() == 3


def test_opening_the_mail_confirms_nothing(client, shipped):
    profile = ProfileFactory(state="unconfirmed", user=None)
    path = f"/en{confirm_path(profile)}"

    client.get(path)

    profile.refresh_from_db()
    assert profile.state == "unconfirmed"


def test_a_link_of_another_kind_opens_nothing(client, shipped):
    profile = ProfileFactory(
        guardian_email="g@example.org", age_band="14_17", state="applied"
    )
    token = status_path(profile).split("/")[-2]

    for page in ("confirm", "guardian"):
        assert client.get(f"/en/volunteers/{page}/{token}/").status_code == 404


def test_a_minor_is_accepted_only_after_the_guardian(client, shipped):
    minor = ProfileFactory(
        age_band="14_17",
        state="applied",
        guardian_name="Ана",
        guardian_email="parent@example.org",
    )
    staff = UserFactory()

    with pytest.raises(ValidationError, match="guardian"):
        accept(profile=minor, by=staff)
    client.post(f"/en{guardian_path(minor)}")
    accept(profile=minor, by=staff)

    minor.refresh_from_db()
    assert minor.state == "accepted"
    assert Consent.objects.get().text.purpose == "guardian"


def test_the_database_refuses_a_minor_without_guardian():
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileFactory(age_band="14_17")


def test_an_address_of_a_guardian_is_not_kept_for_adults(client, shipped):
    client.post("/en/volunteers/apply/", form(guardian_email="g@example.org"))

    assert VolunteerProfile.objects.get().guardian_email == ""


@pytest.mark.parametrize("do", [accept, ask, decline])
@pytest.mark.parametrize("state", ["unconfirmed", "accepted", "declined"])
def test_only_what_waits_is_decided(do, state):
    words = {ask: {"question": "?"}, decline: {"reason": "no"}}.get(do, {})

    with pytest.raises(ValidationError, match="not waiting"):
        do(profile=ProfileFactory(state=state), by=UserFactory(), **words)


def test_every_decision_mails_once_in_the_applicants_language():
    profile = ProfileFactory(state="applied", language="kk")
    staff = UserFactory()

    ask(profile=profile, question="Қай қала?", by=staff)
    accept(profile=profile, by=staff)
    sweep_messages()
    sweep_messages()

    assert [m.to for m in mail.outbox] == [[profile.email]] * 2
    assert mail.outbox[1].subject == "Сіз ерікті болып қабылдандыңыз"
    assert "Қай қала?" in mail.outbox[0].body
    assert AuditEvent.objects.count() == 2


def test_many_are_reviewed_at_once_and_duplicates_are_shown(staff, shipped):
    area = AreaFactory()
    rows = [
        ProfileFactory(state="applied", name="Same Name", area=area) for _ in range(2)
    ]

    page = staff.get("/admin/volunteers/volunteerprofile/")
    staff.post(
        "/admin/volunteers/volunteerprofile/",
        {"action": "accept", "_selected_action": [row.pk for row in rows]},
    )

    assert {r.same_name_count for r in page.context["cl"].result_list} == {1}
    assert VolunteerProfile.objects.accepted().count() == 2


def test_a_coordinator_of_an_area_sees_only_its_people(client, settings, shipped):
    settings.TWO_FACTOR_REQUIRED = False
    here, there = ProfileFactory(state="applied"), ProfileFactory(state="applied")
    sync_roles()
    user = UserFactory(staff=True, roles=["volunteer coordinator"])
    ScopeFactory(user=user, of_area=True, area=here.area)
    client.force_login(user)

    page = client.get("/admin/volunteers/volunteerprofile/").content.decode()

    assert here.name in page
    assert there.name not in page


def world():
    """People with addresses and phones wherever one could show."""
    organisation = OrganisationFactory()
    manager = MembershipFactory(organisation=organisation)
    initiative = InitiativeFactory(organisation=organisation, area=AreaFactory())
    person = ProfileFactory(is_public=True, display_name="Seen", guardian_email="")
    sign_up = SignUpFactory(initiative=initiative, profile=person, state="attended")
    hours = HoursFactory(
        sign_up=sign_up, confirmed=4, confirmed_on=timezone.localdate()
    )
    VolunteerProfile.objects.filter(pk=person.pk).update(
        hours_total=4, last_confirmed_on=timezone.localdate()
    )
    ObservationFactory(
        initiative=initiative,
        profile=person,
        state="verified",
        verified_on="2026-05-02",
    )
    certificate = issue_certificate(profile=person)
    return {
        "organisation": organisation,
        "manager": manager,
        "initiative": initiative,
        "person": person,
        "hours": hours,
        "certificate": certificate,
    }


def crawl(client):
    """Open every page that links lead to, from the room's pages on."""
    waiting = [
        "/en/volunteers/",
        "/en/volunteers/active/",
        "/en/volunteers/organisations/",
        "/en/volunteers/me/",
        "/en/initiatives/",
        "/en/initiatives/feed/",
        "/en/observations/",
        "/api/v1/initiatives/",
        "/api/v1/volunteer-observations/",
        *(f"/en/initiatives/export/{f}/" for f in ("csv", "json", "geojson")),
        *(f"/en/observations/export/{f}/" for f in ("csv", "json", "geojson")),
    ]
    seen = {}
    ours = re.compile(r'href="(/en/(?:volunteers|initiatives|observations)/[^"#?]*)')
    while waiting:
        path = waiting.pop()
        if path in seen or path.endswith("/file/"):
            continue
        response = client.get(path)
        body = (
            b"".join(response.streaming_content)
            if response.streaming
            else response.content
        ).decode(errors="replace")
        seen[path] = body
        waiting += ours.findall(body)
    return seen


@pytest.mark.parametrize("who", ["stranger", "volunteer", "other manager", "manager"])
def test_no_page_file_or_feed_shows_an_address(client, shipped, who):
    made = world()
    other = MembershipFactory()
    users = {
        "volunteer": ProfileFactory(
            user__email="own@example.org", email="own@example.org"
        ).user,
        "other manager": other.user,
        "manager": made["manager"].user,
    }
    if who in users:
        client.force_login(users[who])

    pages = crawl(client)

    own = users[who].email if who in users else ""
    found = {path: set(ADDRESS.findall(body)) - {own} for path, body in pages.items()}
    assert {path: hits for path, hits in found.items() if hits} == {}
    assert len(pages) > 15


@pytest.mark.parametrize("page", ["people", "edit", "report"])
def test_another_organisations_initiative_is_not_found(client, page):
    made = world()
    client.force_login(MembershipFactory().user)

    path = f"/en/initiatives/{made['initiative'].public_id}/{page}/"

    assert client.get(path).status_code == 404
    assert client.post(path, {"step": "hours", "row": 1}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_opting_out_hides_at_once_also_from_stored_pages(shipped):
    person, page = world()["person"], "/en/volunteers/active/"
    before = ask_the_server(page).text
    # Nothing is told of this change: the page stays as it is stored.
    VolunteerProfile.objects.update(display_name="Someone")
    stored = ask_the_server(page).text

    show_publicly(profile=person, display_name="")

    after = ask_the_server(page).text
    assert ["Seen" in text for text in (before, stored, after)] == [True, True, False]
    assert "Someone" not in after


def test_a_name_with_an_address_is_not_shown(client, shipped):
    person = ProfileFactory()
    client.force_login(person.user)

    for name in ("me@example.org", "Дана 87001112233"):
        answer = client.post("/en/volunteers/me/show/", {"display_name": name})
        assert answer.status_code == 422

    person.refresh_from_db()
    assert not person.is_public


def test_erasure_leaves_counts_and_no_person():
    made = world()
    unverified = ObservationFactory(
        initiative=made["initiative"], profile=made["person"]
    )
    recount_volunteers()

    erase_person(profile=made["person"])

    assert not VolunteerProfile.objects.exists()
    assert SignUp.objects.get().profile is None
    assert Hours.objects.get().confirmed == 4
    assert Observation.objects.get().profile is None
    assert not Observation.objects.filter(pk=unverified.pk).exists()
    assert Certificate.objects.get().name == ""
    assert not Message.objects.filter(recipient=made["person"].email).exists()


def test_an_erased_certificate_is_not_confirmed(client):
    made = world()
    erase_person(profile=made["person"])

    serial = made["certificate"].serial
    page = client.get(f"/en/volunteers/certificates/{serial}/").content.decode()

    assert made["person"].name not in page
    assert "no longer confirms" in page


@pytest.mark.parametrize(("days", "left"), [(729, 1), (731, 0)])
def test_people_are_erased_after_24_months_without_activity(days, left):
    SignUpFactory(state="attended")

    with time_machine.travel(timezone.now() + timedelta(days=days)):
        erase_outdated()
        erase_outdated()

    assert VolunteerProfile.objects.count() == left
    assert SignUp.objects.count() == 1


@pytest.mark.parametrize(("days", "left"), [(6, 1), (8, 0)])
def test_what_nobody_confirmed_is_deleted_after_a_week(days, left):
    ProfileFactory(state="unconfirmed")

    with time_machine.travel(timezone.now() + timedelta(days=days)):
        erase_outdated()

    assert VolunteerProfile.objects.count() == left


def test_all_own_data_come_as_one_file(client):
    person = world()["person"]
    client.force_login(person.user)

    answer = json.loads(client.get("/en/volunteers/me/data/").content)

    assert answer["profile"]["email"] == person.email
    assert answer["sign_ups"][0]["hours__confirmed"] == "4.0"
    assert len(answer["observations"]) == 1


def test_a_stranger_gets_nobodys_certificate_file(client):
    serial = world()["certificate"].serial
    client.force_login(ProfileFactory().user)

    path = f"/en/volunteers/me/certificates/{serial}/file/"

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_pages_of_the_room_speak_the_readers_language(client, shipped, language):
    world()
    translation.activate(language)

    for path in ("volunteers/", "volunteers/apply/", "initiatives/", "observations/"):
        assert client.get(f"/{language}/{path}").status_code == 200
