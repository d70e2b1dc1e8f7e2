"""Places are never given twice; who waits moves up in order."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.volunteers import (
    HoursFactory,
    InitiativeFactory,
    ProfileFactory,
    SignUpFactory,
)
from volunteers.models import Initiative, SignUp, VolunteerProfile
from volunteers.retention import erase
from volunteers.services.initiatives import change_slots
from volunteers.services.sign_ups import (
    confirm_hours,
    propose_hours,
    sign_up,
    withdraw,
)
from volunteers.tasks import promote_waiting, send_reminders


def at_once(actions):
    """Run each action in a thread and a connection of its own, all at one moment."""
    ready = Barrier(len(actions))
    errors = []

    def run(action):
        try:
            ready.wait()
            action()
        except (DatabaseError, ValidationError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_for_ten_places():
    initiative = InitiativeFactory(slots=10)
    people = [ProfileFactory(user=None) for _ in range(50)]

    errors = at_once(
        [lambda p=p: sign_up(initiative=initiative, profile=p) for p in people]
    )

    assert errors == []
    rows = SignUp.objects.filter(initiative=initiative).order_by("turn")
    assert [row.state for row in rows] == ["accepted"] * 10 + ["waiting"] * 40
    assert [row.turn for row in rows] == list(range(1, 51))
    initiative.refresh_from_db()
    assert initiative.taken == 10


@pytest.mark.django_db(transaction=True)
def test_ten_withdrawals_at_once_promote_the_first_ten():
    initiative = InitiativeFactory(slots=10)
    people = [ProfileFactory(user=None) for _ in range(30)]
    for person in people:
        sign_up(initiative=initiative, profile=person)

    errors = at_once(
        [lambda p=p: withdraw(initiative=initiative, profile=p) for p in people[:10]]
    )

    assert errors == []
    has_place = SignUp.objects.holding().order_by("turn")
    assert [row.profile_id for row in has_place] == [p.pk for p in people[10:20]]


@pytest.mark.django_db(transaction=True)
def test_one_person_pressing_twice_has_one_place():
    initiative, person = InitiativeFactory(slots=5), ProfileFactory()

    at_once([lambda: sign_up(initiative=initiative, profile=person)] * 6)

    initiative.refresh_from_db()
    assert (SignUp.objects.count(), initiative.taken) == (1, 1)


@pytest.mark.django_db
def test_the_database_refuses_an_overbooked_initiative():
    initiative = InitiativeFactory(slots=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Initiative.objects.filter(pk=initiative.pk).update(taken=2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "person", "message"),
    [
        ({"state": "draft"}, {}, "no sign-ups"),
        ({"state": "cancelled"}, {}, "no sign-ups"),
        ({"signup_until": timezone.now() - timedelta(days=1)}, {}, "no sign-ups"),
        ({}, {"state": "applied"}, "accepted volunteers"),
        ({}, {"age_band": "14_17", "guardian_confirmed_at": timezone.now()}, "18"),
    ],
)
def test_nobody_signs_up_for_what_is_not_open_to_him(changed, person, message):
    initiative, profile = InitiativeFactory(**changed), ProfileFactory(**person)

    with pytest.raises(ValidationError, match=message):
        sign_up(initiative=initiative, profile=profile)


@pytest.mark.django_db
def test_a_withdrawal_promotes_at_once_without_a_worker():
    initiative = InitiativeFactory(slots=1)
    first, second = ProfileFactory(), ProfileFactory()
    sign_up(initiative=initiative, profile=first)
    sign_up(initiative=initiative, profile=second)

    withdraw(initiative=initiative, profile=first)

    promoted = SignUp.objects.get(profile=second)
    assert promoted.state == "accepted"
    mail = Message.objects.get(recipient=second.email, context__state="promoted")
    assert mail.language == second.language


@pytest.mark.django_db
def test_the_sweep_gives_places_that_came_otherwise():
    initiative = InitiativeFactory(slots=1)
    people = [ProfileFactory() for _ in range(3)]
    for person in people:
        sign_up(initiative=initiative, profile=person)
    Initiative.objects.filter(pk=initiative.pk).update(slots=2)

    promote_waiting()
    promote_waiting()

    states = SignUp.objects.order_by("turn").values_list("state", flat=True)
    assert list(states) == ["accepted", "accepted", "waiting"]
    assert Message.objects.filter(context__state="promoted").count() == 1


@pytest.mark.django_db
def test_more_places_promote_and_fewer_than_taken_are_refused():
    initiative = InitiativeFactory(slots=1)
    for person in [ProfileFactory() for _ in range(3)]:
        sign_up(initiative=initiative, profile=person)
    staff = UserFactory()

    change_slots(initiative=initiative, slots=3, by=staff)

    assert SignUp.objects.holding().count() == 3
    with pytest.raises(ValidationError, match="More people"):
        change_slots(initiative=initiative, slots=2, by=staff)


@pytest.mark.django_db
def test_who_comes_back_waits_at_the_end():
    initiative = InitiativeFactory(slots=1)
    people = [ProfileFactory() for _ in range(3)]
    for person in people:
        sign_up(initiative=initiative, profile=person)

    withdraw(initiative=initiative, profile=people[0])
    sign_up(initiative=initiative, profile=people[0])

    waiting = SignUp.objects.waiting()
    assert [row.profile_id for row in waiting] == [people[2].pk, people[0].pk]


@pytest.mark.django_db
def test_an_erased_person_leaves_his_place_to_the_next():
    initiative = InitiativeFactory(slots=1)
    first, second = ProfileFactory(), ProfileFactory()
    sign_up(initiative=initiative, profile=first)
    sign_up(initiative=initiative, profile=second)

    erase(first.pk)

    assert SignUp.objects.get(profile=second).state == "accepted"
    initiative.refresh_from_db()
    assert initiative.taken == 1


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    slots=st.integers(1, 4),
    steps=st.lists(
        st.tuples(st.sampled_from(["join", "leave", "more"]), st.integers(0, 5)),
        max_size=20,
    ),
)
def test_places_taken_are_those_who_have_one_and_nobody_waits_beside_a_free_one(
    slots, steps
):
    initiative = InitiativeFactory(slots=slots)
    people = [ProfileFactory(user=None) for _ in range(6)]
    staff = UserFactory()

    for step, number in steps:
        person = people[number]
        try:
            if step == "join":
                sign_up(initiative=initiative, profile=person)
            elif step == "leave":
                withdraw(initiative=initiative, profile=person)
            else:
                initiative.refresh_from_db()
                change_slots(
                    initiative=initiative, slots=initiative.slots + 1, by=staff
                )
        except ValidationError:
            continue

    initiative.refresh_from_db()
    held = SignUp.objects.holding().filter(initiative=initiative)
    waiting = SignUp.objects.waiting().filter(initiative=initiative)
    assert initiative.taken == held.count() <= initiative.slots
    assert initiative.free == 0 or not waiting.exists()


@pytest.mark.django_db
def test_a_reminder_goes_once_within_two_days():
    soon = InitiativeFactory(
        starts_at=timezone.now() + timedelta(hours=47),
        signup_until=timezone.now() + timedelta(hours=1),
    )
    far = InitiativeFactory()
    for initiative in (soon, far):
        SignUpFactory(initiative=initiative)

    send_reminders()
    send_reminders()

    mails = Message.objects.filter(context__state="reminder")
    assert [mail.context["path"] for mail in mails] == [
        f"/initiatives/{soon.public_id}/"
    ]


@pytest.mark.django_db
def test_hours_need_a_beginning_and_another_person_to_confirm_them():
    person = ProfileFactory()
    initiative = InitiativeFactory()
    SignUpFactory(initiative=initiative, profile=person)
    with pytest.raises(ValidationError, match="not begun"):
        propose_hours(initiative=initiative, profile=person, hours=4)
    Initiative.objects.update(
        starts_at=timezone.now() - timedelta(days=2),
        ends_at=timezone.now() - timedelta(days=1),
        signup_until=timezone.now() - timedelta(days=3),
    )
    hours = propose_hours(initiative=Initiative.objects.get(), profile=person, hours=4)

    with pytest.raises(ValidationError, match="his own"):
        confirm_hours(hours=hours, confirmed=4, by=person.user)
    confirm_hours(hours=hours, confirmed=3, by=UserFactory())
    with pytest.raises(ValidationError, match="already"):
        confirm_hours(hours=hours, confirmed=4, by=UserFactory())

    assert VolunteerProfile.objects.get(pk=person.pk).hours_total == 3


@pytest.mark.django_db(transaction=True)
def test_hours_are_confirmed_once():
    hours = HoursFactory()
    staff = [UserFactory() for _ in range(4)]

    errors = at_once(
        [lambda s=s: confirm_hours(hours=hours, confirmed=4, by=s) for s in staff]
    )

    assert len(errors) == 3
    assert VolunteerProfile.objects.get().hours_total == 4
