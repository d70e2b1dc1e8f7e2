"""Letters between volunteers and organisers: no address is seen by either."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory
from tests.factories.volunteers import (
    InitiativeFactory,
    MembershipFactory,
    ProfileFactory,
)
from tests.volunteers.conftest import path_in
from volunteers.dashboard import panels
from volunteers.models import Letter
from volunteers.retention import erase
from volunteers.services.contact import (
    LETTERS_PER_DAY,
    answer_letter,
    write_to_organiser,
)
from volunteers.services.people import all_of
from volunteers.tasks import erase_outdated

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return MembershipFactory(role="manager", user__email="manager@example.org")


@pytest.fixture
def initiative(manager):
    return InitiativeFactory(organisation=manager.organisation)


@pytest.fixture
def volunteer():
    return ProfileFactory(name="Asel", email="asel@example.org", language="ru")


@pytest.mark.parametrize("state", ["unconfirmed", "applied", "asked", "declined"])
def test_only_accepted_volunteers_write(initiative, state):
    profile = ProfileFactory(state=state)

    with pytest.raises(ValidationError, match="accepted"):
        write_to_organiser(initiative=initiative, profile=profile, text="Hello")

    assert not Letter.objects.exists()


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_what_is_not_public_has_no_contact(client, volunteer, state):
    hidden = InitiativeFactory(state=state)
    client.force_login(volunteer.user)

    answer = client.post(
        f"/en/initiatives/{hidden.public_id}/contact/", {"letter": "a"}
    )

    assert answer.status_code == 404


def test_a_letter_and_its_answer_show_no_address(
    client, initiative, manager, volunteer, delivered
):
    page = f"/ru/initiatives/{initiative.public_id}/contact/"
    client.force_login(volunteer.user)
    client.post(page, {"letter": "Где встречаемся?"})

    told = delivered()[-1]
    assert told.to == ["manager@example.org"]
    assert "asel@example.org" not in told.body
    assert "Где встречаемся" not in told.body
    organiser = type(client)()
    organiser.force_login(manager.user)
    shown = organiser.get(path_in(told)).content.decode()
    assert "Где встречаемся?" in shown
    assert "Asel" in shown
    assert "asel@example.org" not in shown

    letter = Letter.objects.get()
    fields = {"step": "answer", "row": letter.pk, "answer": "У моста"}
    assert organiser.post(path_in(told), fields).status_code == 302

    answered = delivered()[-1]
    assert answered.to == ["asel@example.org"]
    assert "У моста" in answered.body
    assert "manager@example.org" not in answered.body
    own = client.get(path_in(answered)).content.decode()
    assert "У моста" in own
    assert "manager@example.org" not in own
    assert manager.user.name not in own or not manager.user.name


def test_another_volunteer_reads_nothing_of_it(client, initiative, volunteer):
    write_to_organiser(initiative=initiative, profile=volunteer, text="Secret words")
    client.force_login(ProfileFactory().user)

    page = client.get(f"/en/initiatives/{initiative.public_id}/contact/")

    assert "Secret words" not in page.content.decode()


def test_another_organisation_answers_nothing(client, initiative, volunteer):
    letter = write_to_organiser(initiative=initiative, profile=volunteer, text="Hello")
    own = InitiativeFactory(organisation=MembershipFactory().organisation)
    client.force_login(own.organisation.memberships.get().user)
    fields = {"step": "answer", "row": letter.pk, "answer": "No"}

    path = f"/en/initiatives/{own.public_id}/people/"
    assert client.post(path, fields).status_code == 404
    path = f"/en/initiatives/{initiative.public_id}/people/"
    assert client.post(path, fields).status_code == 404

    assert Letter.objects.count() == 1


def test_letters_of_a_day_have_a_limit(initiative, volunteer):
    for number in range(LETTERS_PER_DAY):
        write_to_organiser(initiative=initiative, profile=volunteer, text=f"{number}")

    with pytest.raises(ValidationError, match="tomorrow"):
        write_to_organiser(initiative=initiative, profile=volunteer, text="more")
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        write_to_organiser(initiative=initiative, profile=volunteer, text="more")


def test_an_answer_answers_all_that_was_written_before(initiative, volunteer):
    first = write_to_organiser(initiative=initiative, profile=volunteer, text="One")
    write_to_organiser(initiative=initiative, profile=volunteer, text="Two")

    answer_letter(letter=first, text="Both", by=UserFactory())

    assert not Letter.objects.to_answer().exists()
    assert Message.objects.filter(context__state="answer").count() == 1


def test_nobody_answers_himself(initiative, volunteer):
    letter = write_to_organiser(initiative=initiative, profile=volunteer, text="Hello")

    with pytest.raises(ValidationError, match="himself"):
        answer_letter(letter=letter, text="Hello", by=volunteer.user)


def test_staff_answer_for_the_authority(staff, coordinator, volunteer):
    initiative = InitiativeFactory(area=AreaFactory())
    letter = write_to_organiser(initiative=initiative, profile=volunteer, text="Hello")
    waiting = [panel for panel in panels(coordinator) if "Letters" in panel.title]
    assert [panel.count for panel in waiting] == [1]

    fields = {"action": "answer", "_selected_action": [letter.pk], "text": "Welcome"}
    staff.post(waiting[0].more_url, fields)

    assert Letter.objects.get(is_from_organiser=True).text == "Welcome"
    assert "asel@example.org" not in staff.get(waiting[0].more_url).content.decode()


def test_letters_go_with_their_writer(initiative, volunteer):
    letter = write_to_organiser(initiative=initiative, profile=volunteer, text="Hello")
    answer_letter(letter=letter, text="Hi", by=UserFactory())
    assert [row["text"] for row in all_of(volunteer)["letters"]] == ["Hello", "Hi"]

    erase(volunteer.pk)

    assert not Letter.objects.exists()


def test_letters_are_kept_for_two_years(initiative, volunteer):
    write_to_organiser(initiative=initiative, profile=volunteer, text="Hello")

    with time_machine.travel(timezone.now() + timedelta(days=729)):
        erase_outdated()
        assert Letter.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=731)):
        erase_outdated()
    assert not Letter.objects.exists()
