from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from corruption_map.models import Measure, Risk
from corruption_map.services.measures import move_measure
from corruption_map.services.risks import move_risk
from tests.factories.corruption_map import MeasureFactory, RiskFactory

R, M = Risk.State, Measure.State
RISK_MOVES = {
    (R.DRAFT, R.IN_REVIEW),
    (R.DRAFT, R.WITHDRAWN),
    (R.IN_REVIEW, R.DRAFT),
    (R.IN_REVIEW, R.PUBLISHED),
    (R.IN_REVIEW, R.WITHDRAWN),
    (R.PUBLISHED, R.CLOSED),
    (R.PUBLISHED, R.WITHDRAWN),
    (R.CLOSED, R.PUBLISHED),
    (R.CLOSED, R.WITHDRAWN),
}
MEASURE_MOVES = {
    (M.PLANNED, M.IN_PROGRESS),
    (M.PLANNED, M.REPORTED_DONE),
    (M.PLANNED, M.CANCELLED),
    (M.IN_PROGRESS, M.REPORTED_DONE),
    (M.IN_PROGRESS, M.CANCELLED),
    (M.REPORTED_DONE, M.VERIFIED_DONE),
    (M.REPORTED_DONE, M.RETURNED),
    (M.RETURNED, M.IN_PROGRESS),
    (M.RETURNED, M.REPORTED_DONE),
    (M.RETURNED, M.CANCELLED),
}
WHY = {"en": "Because"}


def risk_in(state):
    public = state in (R.PUBLISHED, R.CLOSED)
    return RiskFactory(published=public, state=state)


def measure_in(state):
    verified = state == M.VERIFIED_DONE
    reason = "Because" if state == M.CANCELLED else ""
    return MeasureFactory(verified=verified, state=state, state_reason_en=reason)


@pytest.mark.parametrize(
    ("now", "then"), [pair for pair in product(R, R) if pair not in RISK_MOVES]
)
def test_risk_refuses_every_other_move(editor, now, then):
    risk = risk_in(now)

    with pytest.raises(ValidationError, match="cannot become"):
        move_risk(risk=risk, to=then, by=editor, reason=WHY)

    risk.refresh_from_db()
    assert risk.state == now


@pytest.mark.parametrize(("now", "then"), sorted(RISK_MOVES))
def test_risk_moves(editor, now, then):
    risk = risk_in(now)

    move_risk(risk=risk, to=then, by=editor, reason=WHY)

    risk.refresh_from_db()
    assert risk.state == then


@pytest.mark.parametrize(
    ("now", "then"), [pair for pair in product(M, M) if pair not in MEASURE_MOVES]
)
def test_measure_refuses_every_other_move(editor, now, then):
    measure = measure_in(now)

    with pytest.raises(ValidationError, match="cannot become"):
        move_measure(measure=measure, to=then, by=editor, reason=WHY)

    measure.refresh_from_db()
    assert measure.state == now


@pytest.mark.parametrize(("now", "then"), sorted(MEASURE_MOVES))
def test_measure_moves(editor, now, then):
    measure = measure_in(now)

    move_measure(measure=measure, to=then, by=editor, reason=WHY)

    measure.refresh_from_db()
    assert measure.state == then


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (R.IN_REVIEW, R.DRAFT),
        (R.IN_REVIEW, R.WITHDRAWN),
        (R.PUBLISHED, R.WITHDRAWN),
        (R.CLOSED, R.PUBLISHED),
    ],
)
def test_taking_a_risk_back_needs_a_reason(editor, now, then):
    with pytest.raises(ValidationError, match="Say why"):
        move_risk(risk=risk_in(now), to=then, by=editor)


@pytest.mark.parametrize("then", [M.RETURNED])
def test_returning_a_measure_needs_a_reason(editor, then):
    with pytest.raises(ValidationError, match="Say why"):
        move_measure(measure=measure_in(M.REPORTED_DONE), to=then, by=editor)


def test_publishing_needs_both_titles(editor):
    risk = RiskFactory(in_review=True, title_ru="")

    with pytest.raises(ValidationError, match="in Kazakh and in Russian"):
        move_risk(risk=risk, to=R.PUBLISHED, by=editor)


def test_a_new_state_forgets_the_reason_of_the_old_one(editor):
    risk = RiskFactory(in_review=True)
    move_risk(risk=risk, to=R.DRAFT, by=editor, reason=WHY)
    move_risk(risk=risk, to=R.IN_REVIEW, by=editor)

    risk.refresh_from_db()

    assert risk.state_reason_en == ""


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["title_kk", "title_ru"])
def test_database_refuses_a_public_risk_without_title(column):
    with pytest.raises(IntegrityError, match="public_risk_has_titles"):
        RiskFactory(published=True, **{column: ""})


@pytest.mark.django_db
def test_database_refuses_to_cancel_without_reason():
    measure = MeasureFactory()

    with pytest.raises(IntegrityError, match="cancelled_measure"), transaction.atomic():
        Measure.objects.filter(pk=measure.pk).update(state=M.CANCELLED)
