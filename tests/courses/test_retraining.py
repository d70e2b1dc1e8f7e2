"""Who must learn again: after a major change, or when the months are over."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from courses.models import Obligation, Requirement
from courses.services.publishing import next_draft, publish_version
from courses.tasks import keep_obligations
from courses.training import trained_on
from foundation.notifications.models import Message
from foundation.territory.models import Scope
from tests.courses.test_training import employ, passed
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory
from tests.factories.territory import PublicBodyFactory

JANUARY = date(2026, 1, 12)
MARCH = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def on(day):
    return time_machine.travel(
        datetime(day.year, day.month, day.day, 6, tzinfo=UTC), tick=False
    )


@pytest.fixture
def first(draft):
    with on(JANUARY - timedelta(days=5)):
        return publish_version(version=draft, by=None)


@pytest.fixture
def body():
    return PublicBodyFactory()


@pytest.fixture
def requirement(first, body):
    return Requirement.objects.create(
        course=first.course, body=body, starts_on=JANUARY, due_days=30
    )


@pytest.fixture
def trained(first, body, requirement):
    """Somebody whose duty was met by the first version."""
    user = UserFactory()
    employ(user, body)
    passed(user, first, day=JANUARY + timedelta(days=3))
    with on(JANUARY + timedelta(days=4)):
        keep_obligations()
    return user


def publish_next(version, change):
    draft = next_draft(version=version)
    draft.note_kk, draft.note_ru, draft.change = "Жаңа заң", "Новый закон", change
    draft.save()
    with on(MARCH):
        return publish_version(version=draft, by=None)


def duties(user):
    rows = Obligation.objects.filter(user=user).order_by("opened_on")
    return list(rows.values_list("opened_on", "due_on", "met_on"))


@pytest.mark.parametrize(("change", "number"), [("major", 2), ("minor", 1)])
def test_only_a_major_change_opens_a_duty_again(first, trained, change, number):
    publish_next(first, change)

    with on(MARCH + timedelta(days=1)):
        keep_obligations()
        keep_obligations()

    assert len(duties(trained)) == number


def test_the_new_duty_begins_with_the_change_and_the_old_pass_does_not_meet_it(
    first, trained
):
    publish_next(first, "major")

    with on(MARCH + timedelta(days=1)):
        keep_obligations()

    assert duties(trained)[1] == (MARCH, MARCH + timedelta(days=30), None)


def test_a_pass_of_the_changed_version_meets_it(first, trained):
    second = publish_next(first, "major")
    with on(MARCH + timedelta(days=1)):
        keep_obligations()
    day = MARCH + timedelta(days=5)
    enrolment = EnrolmentFactory(learner=trained.learner, version=second)
    enrolment.attempts.create(
        quiz=second.quizzes.get(), number=1, seed=1, mark=5, max_mark=5, pass_num=60,
        pass_den=100, state="submitted",
        submitted_at=datetime(day.year, day.month, day.day, 8, tzinfo=UTC),
    )  # fmt: skip

    with on(day + timedelta(days=1)):
        keep_obligations()
        keep_obligations()

    assert [met for _opened, _due, met in duties(trained)][1:] == [day]


@pytest.mark.parametrize("months", [0, 2])
def test_the_share_counts_an_old_pass_until_it_runs_out(draft, body, months):
    draft.validity_months = months or None
    draft.save()
    with on(JANUARY - timedelta(days=5)):
        first = publish_version(version=draft, by=None)
    user = UserFactory()
    employ(user, body)
    passed(user, first, day=JANUARY)
    publish_next(first, "major")

    shares = trained_on(first.course, MARCH), trained_on(first.course, date(2026, 4, 1))

    later = 0 if months else 1
    assert [share[body.pk] for share in shares] == [(1, 1), (1, later)]


def test_who_finishes_the_old_version_late_has_time_for_the_new_one(
    first, body, requirement
):
    user = UserFactory()
    employ(user, body)
    with on(JANUARY):
        keep_obligations()
    publish_next(first, "major")
    late = MARCH + timedelta(days=60)
    passed(user, first, day=late)

    with on(late + timedelta(days=1)):
        keep_obligations()
        keep_obligations()

    assert duties(user)[1] == (late, late + timedelta(days=30), None)


def test_a_yearly_duty_is_not_met_by_the_pass_of_the_year_before(
    first, trained, requirement
):
    requirement.repeat_months = 12
    requirement.save()

    with on(JANUARY + timedelta(days=400)):
        keep_obligations()
        keep_obligations()

    opened = JANUARY + timedelta(days=3 + 360)
    assert duties(trained)[1] == (opened, opened + timedelta(days=30), None)


@pytest.fixture
def head(body):
    user = UserFactory(email="head@example.org", language="ru", staff=True)
    Scope.objects.update_or_create(user=user, defaults={"kind": "body", "body": body})
    return user


def digests():
    rows = Message.objects.filter(template="course_digest").order_by("created_at")
    return [(row.recipient, row.language, row.context["count"]) for row in rows]


def test_the_head_is_told_once_a_week_how_many_are_late(head, body, requirement):
    below = PublicBodyFactory(parent=body)
    for where in (body, below, PublicBodyFactory()):
        employ(UserFactory(), where)
    monday = JANUARY + timedelta(days=42)
    with on(JANUARY):
        keep_obligations()

    for days in (0, 0, 1, 7):
        with on(monday + timedelta(days=days)):
            keep_obligations()

    assert monday.weekday() == 0
    assert digests() == [("head@example.org", "ru", 2)] * 2


def test_nothing_is_said_where_nobody_is_late(head, body, requirement, trained):
    with on(JANUARY + timedelta(days=42)):
        keep_obligations()

    assert digests() == []


def test_the_exempt_are_not_late(head, body, requirement):
    user = UserFactory()
    employ(user, body)
    with on(JANUARY):
        keep_obligations()
    day = JANUARY + timedelta(days=42)
    Obligation.objects.update(
        exempt_reason="Leave", exempt_period=(JANUARY, day + timedelta(days=30))
    )

    with on(day):
        keep_obligations()

    assert digests() == []
    assert timezone.localdate() != day
