from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DatabaseError
from django.utils import timezone

from courses.datasets import count_or_none, percent_or_none
from courses.importers import STAFF, load_staff
from courses.models import (
    Attempt,
    Employment,
    Obligation,
    Reminder,
    Requirement,
    TrainedShare,
)
from courses.tasks import count_trained, keep_obligations
from courses.training import days_to_count, trained_on, write_shares
from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory, LearnerFactory
from tests.factories.territory import PublicBodyFactory

DAY = date(2026, 3, 10)


def employ(user, body, first=date(2026, 1, 1), until=None, is_primary=True):
    return Employment.objects.create(
        user=user, body=body, period=DateRange(first, until), is_primary=is_primary
    )


def passed(user, version, day=date(2026, 2, 1), mark=5):
    enrolment = EnrolmentFactory(learner=LearnerFactory(user=user), version=version)
    at = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 12))
    return Attempt.objects.create(
        enrolment=enrolment, quiz=version.quizzes.get(), number=1, seed=1, mark=mark,
        max_mark=5, pass_num=60, pass_den=100, state="submitted", submitted_at=at,
    )  # fmt: skip


@pytest.fixture
def body(db):
    return PublicBodyFactory()


@pytest.fixture
def requirement(course_version, body):
    return Requirement.objects.create(
        course=course_version.course, body=body, starts_on=date(2026, 1, 1), due_days=30
    )


def share(version, body, day=DAY):
    return trained_on(version.course, day).get(body.pk)


def test_a_body_without_staff_has_no_share(course_version, body):
    assert share(course_version, body) is None


def test_who_failed_is_not_trained(course_version, body):
    user = UserFactory()
    employ(user, body)
    passed(user, course_version, mark=2)

    assert share(course_version, body) == (1, 0)


def test_who_passed_after_the_day_is_not_trained_yet(course_version, body):
    user = UserFactory()
    employ(user, body)
    passed(user, course_version, day=DAY + timedelta(days=1))

    assert share(course_version, body) == (1, 0)
    assert share(course_version, body, DAY + timedelta(days=1)) == (1, 1)


def test_a_moved_person_counts_where_he_was_that_day(course_version, body):
    other, user = PublicBodyFactory(), UserFactory()
    employ(user, body, until=date(2026, 2, 1))
    employ(user, other, first=date(2026, 2, 1))

    assert share(course_version, body, date(2026, 1, 31)) == (1, 0)
    assert share(course_version, body, date(2026, 2, 1)) is None
    assert share(course_version, other, date(2026, 2, 1)) == (1, 0)


def test_a_second_post_is_not_counted(course_version, body):
    user = UserFactory()
    employ(user, PublicBodyFactory())
    employ(user, body, is_primary=False)

    assert share(course_version, body) is None


def test_the_same_person_has_no_two_main_posts_at_once(body):
    user = UserFactory()
    employ(user, body)

    with pytest.raises(DatabaseError, match="one_main_post_at_a_time"):
        employ(user, PublicBodyFactory())


def test_a_person_of_a_body_below_counts_once_above(course_version, body):
    child = PublicBodyFactory(parent=body)
    user = UserFactory()
    employ(user, child)
    passed(user, course_version)

    assert share(course_version, body) == (1, 1)
    assert share(course_version, child) == (1, 1)


def test_an_exempt_person_is_in_neither_number(course_version, body, requirement):
    user = UserFactory()
    employ(user, body)
    Obligation.objects.create(
        requirement=requirement, user=user, opened_on=DAY, due_on=DAY,
        exempt_reason="Leave", exempt_period=DateRange(DAY, DAY + timedelta(days=1)),
    )  # fmt: skip

    assert share(course_version, body) is None
    assert share(course_version, body, DAY + timedelta(days=1)) == (1, 0)


def test_what_was_published_stays_when_the_past_is_corrected(
    course_version, body, requirement
):
    user = UserFactory()
    employ(user, body)
    write_shares(course_version.course, DAY)
    passed(user, course_version)

    write_shares(course_version.course, DAY)

    kept = TrainedShare.objects.get(body=body)
    assert (kept.staff, kept.trained) == (1, 0)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE courses_trainedshare SET trained = 1")


def test_days_missed_are_made_up_for(course_version, body, requirement):
    employ(UserFactory(), body)
    today = timezone.localdate()
    write_shares(course_version.course, today - timedelta(days=4))

    assert len(days_to_count(course_version.course, today)) == 3
    count_trained()
    count_trained()
    assert TrainedShare.objects.filter(body=body).count() == 4


def test_figures_of_small_bodies_are_left_out():
    assert count_or_none(9, is_shown=False) is None
    assert percent_or_none(9, 9, is_shown=False) is None
    assert str(percent_or_none(599, 1000, is_shown=True)) == "59.9"
    assert count_or_none(5, is_shown=True) == 5


def test_each_reminder_is_sent_once_and_missed_ones_are_not_sent_late(
    body, requirement, course_version
):
    user = UserFactory()
    today = timezone.localdate()
    employ(user, body, first=today - timedelta(days=31))
    requirement.starts_on = today - timedelta(days=31)
    requirement.save()

    keep_obligations()
    keep_obligations()

    assert Obligation.objects.count() == 1
    assert Reminder.objects.count() == 3
    assert Message.objects.filter(template="course_reminder").count() == 1


def test_nobody_is_reminded_after_passing(body, requirement, course_version):
    user = UserFactory()
    today = timezone.localdate()
    employ(user, body, first=today - timedelta(days=31))
    passed(user, course_version, day=today)

    keep_obligations()

    assert Obligation.objects.get().met_on == today
    assert not Message.objects.filter(template="course_reminder").exists()


def table(*rows):
    return "\n".join([",".join(STAFF.codes()), *rows]).encode()


def test_a_dry_run_writes_nothing(body):
    text = table(f"a@example.org,A,{body.code},,2026-01-01,")

    outcome = load_staff(text, allowed=None, dry_run=True)

    assert outcome.added == 1
    assert not Employment.objects.exists()


def test_one_fault_stops_the_whole_table(body):
    text = table(
        f"a@example.org,A,{body.code},,2026-01-01,",
        "b@example.org,B,nowhere,,2026-01-01,",
    )

    outcome = load_staff(text, allowed=None, dry_run=False)

    assert outcome.told == ["Row 3: Unknown body nowhere"]
    assert not Employment.objects.exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The file is empty"),
        (b"email,name\na@example.org,A\n", "body: The column is missing"),
        (table("a@example.org,A"), "The row ends here"),
        (table("a@example.org,=1+1\x00,b,,2026-01-01,"), "control character"),
        (b"\xff\xfe" + b"\x00" * 9, "not in UTF-8"),
        (b"PK\x03\x04broken", "The workbook is damaged"),
    ],
)
def test_what_is_no_table_of_staff_changes_nothing(db, content, fault):
    outcome = load_staff(content, allowed=None, dry_run=False)

    assert fault in " ".join(outcome.told)
    assert not Employment.objects.exists()


@pytest.mark.parametrize("sign", [b",", b";", b"\t"])
def test_a_table_may_come_as_spreadsheets_write_it(body, sign):
    text = table(f"a@example.org,A,{body.code},,2026-01-01,")

    outcome = load_staff(
        b"\xef\xbb\xbf" + text.replace(b",", sign), allowed=None, dry_run=False
    )

    assert (outcome.told, outcome.added) == ([], 1)


def test_a_body_outside_the_scope_is_a_fault(body):
    text = table(f"a@example.org,A,{body.code},,2026-01-01,")

    assert load_staff(text, allowed=set(), dry_run=False).faults


def test_a_second_load_changes_nothing_and_a_move_ends_the_old_post(body):
    other = PublicBodyFactory()
    text = table(f"a@example.org,A,{body.code},,2026-01-01,")
    load_staff(text, allowed=None, dry_run=False)

    again = load_staff(text, allowed=None, dry_run=False)
    moved = load_staff(
        table(f"a@example.org,A,{other.code},,2026-03-01,"), allowed=None, dry_run=False
    )

    assert again.unchanged == 1
    assert moved.moved == 1
    assert Employment.objects.get(body=body).period.upper == date(2026, 3, 1)
