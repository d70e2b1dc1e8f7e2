from datetime import date, timedelta
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from corruption_map.models import Change, DeadlineChange, Measure
from corruption_map.services.measures import change_deadline, save_measure
from tests.factories.corruption_map import MeasureFactory, RiskFactory

WHY = {"en": "The tender failed"}


@pytest.fixture
def measure(db):
    return MeasureFactory(risk__published=True, deadline=date(2025, 1, 31))


def move(measure, to, by, reason=WHY):
    return change_deadline(measure=measure, to=to, reason=reason, act="No. 7", by=by)


def test_moving_keeps_the_old_deadline_in_public(measure, editor):
    move(measure, date(2025, 6, 30), editor)

    kept = DeadlineChange.objects.get()
    assert (kept.before, kept.after) == (date(2025, 1, 31), date(2025, 6, 30))
    shown = Change.objects.get(field="deadline")
    assert (shown.before, shown.after) == ("2025-01-31", "2025-06-30")


def test_a_deadline_can_move_there_and_back(measure, editor):
    move(measure, date(2025, 6, 30), editor)
    move(measure, date(2025, 1, 31), editor)

    measure.refresh_from_db()
    assert (measure.deadline, measure.deadline_changes.count()) == (
        date(2025, 1, 31),
        2,
    )


def test_moving_needs_a_reason(measure, editor):
    with pytest.raises(ValidationError, match="Say why"):
        move(measure, date(2025, 6, 30), editor, reason={"en": ""})


@pytest.mark.parametrize("state", ["verified_done", "cancelled"])
def test_deadline_of_a_measure_that_is_over_stays(editor, state):
    measure = MeasureFactory(
        verified=state == "verified_done", state=state, state_reason_en="Because"
    )

    with pytest.raises(ValidationError, match="does not move"):
        move(measure, date(2025, 6, 30), editor)


@pytest.mark.parametrize("to", [date(2030, 1, 1), None])
def test_saving_overwrites_no_deadline(measure, editor, to):
    measure.deadline = to

    with pytest.raises(ValidationError, match="not overwritten"):
        save_measure(measure=measure, by=editor)


@pytest.mark.parametrize("to", ["'2030-01-01'", "NULL"])
def test_sql_overwrites_no_deadline(measure, to):
    with (
        pytest.raises(IntegrityError, match="beside a row that says why"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE corruption_map_measure SET deadline = {to}")


def test_first_deadline_is_simply_set(editor):
    measure = MeasureFactory()
    measure.deadline = date(2025, 1, 31)

    save_measure(measure=measure, by=editor)

    measure.refresh_from_db()
    assert measure.deadline == date(2025, 1, 31)


@pytest.mark.django_db
def test_overdue_equals_sql_on_10_000_measures():
    dice = Random(7)
    today = timezone.localdate()
    risks = RiskFactory.create_batch(3)
    states = [
        state
        for state in Measure.State
        if state not in (Measure.State.VERIFIED_DONE, Measure.State.CANCELLED)
    ]
    verifier = MeasureFactory(verified=True).verified_by
    over = {
        Measure.State.VERIFIED_DONE: {"verified_by": verifier, "verified_on": today},
        Measure.State.CANCELLED: {"state_reason_en": "Because"},
    }
    kinds = [*((state, {}) for state in states), *over.items()]
    Measure.objects.bulk_create(
        Measure(
            risk=dice.choice(risks),
            state=state,
            deadline=dice.choice(
                [None, today + timedelta(days=dice.randint(-400, 400))]
            ),
            **more,
        )
        for state, more in (dice.choice(kinds) for _ in range(10_000))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, %s::date - deadline FROM corruption_map_measure"
            " WHERE deadline < %s AND state NOT IN ('verified_done', 'cancelled')",
            [today, today],
        )
        truth = dict(cursor.fetchall())

    overdue = set(Measure.objects.overdue(today).values_list("pk", flat=True))
    days = {
        row.pk: row.days_overdue(today)
        for row in Measure.objects.all()
        if row.days_overdue(today)
    }

    assert len(truth) > 1_000
    assert overdue == set(truth)
    assert days == truth


def test_a_measure_is_not_overdue_on_its_last_day(db):
    today = timezone.localdate()
    measure = MeasureFactory(deadline=today)

    assert not Measure.objects.overdue(today).exists()
    assert measure.days_overdue(today) == 0
    assert measure.days_overdue(today + timedelta(days=1)) == 1
