"""Whom the services turn away, whatever page the wish came from."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection

from corruption_map.models import Measure, Risk, RiskAssessment
from corruption_map.services.bodies import save_analysis, save_position
from corruption_map.services.measures import change_deadline, move_measure, save_measure
from corruption_map.services.progress import report_progress, verify_progress
from corruption_map.services.risks import assess_risk, delete_risk, move_risk, save_risk
from tests.factories.accounts import UserFactory
from tests.factories.corruption_map import (
    MeasureFactory,
    ProgressReportFactory,
    RiskAnalysisFactory,
    RiskFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import PublicBodyFactory, ScopeFactory

DONE, BACK = Measure.State.VERIFIED_DONE, Measure.State.RETURNED


@pytest.fixture
def measure(body):
    """A measure of `body`, reported by somebody of it."""
    return MeasureFactory(reported=True, executor=body, risk__body=body)


@pytest.mark.parametrize("to", [DONE, BACK])
def test_executor_does_not_verify(measure, officer, to):
    with pytest.raises(PermissionDenied, match="not by the executor's side"):
        move_measure(measure=measure, to=to, by=officer, reason={"en": "Because"})


def test_executor_with_the_permission_does_not_verify(measure, officer):
    officer.is_superuser = True
    officer.save()

    with pytest.raises(PermissionDenied, match="not by the executor's side"):
        move_measure(measure=measure, to=DONE, by=officer)


def test_body_above_the_executor_does_not_verify(measure, body):
    body.parent = PublicBodyFactory()
    body.save()
    chief = UserFactory(root=True)
    ScopeFactory(user=chief, kind="body", body=body.parent)

    with pytest.raises(PermissionDenied, match="not by the executor's side"):
        move_measure(measure=measure, to=DONE, by=chief)


def test_reporter_does_not_verify(editor, body):
    measure = MeasureFactory(executor=body)
    move_measure(measure=measure, to=Measure.State.REPORTED_DONE, by=editor)

    with pytest.raises(PermissionDenied, match="not by the executor's side"):
        move_measure(measure=measure, to=DONE, by=editor)


def test_officer_of_an_area_does_not_verify(measure):
    user = UserFactory(staff=True, roles=["map editor"])
    ScopeFactory(user=user, kind="area", area=measure.risk.area)

    with pytest.raises(PermissionDenied, match="not by the executor's side"):
        move_measure(measure=measure, to=DONE, by=user)


def test_raw_sql_does_not_verify_for_the_reporter(measure):
    with (
        pytest.raises(IntegrityError, match="nobody_verifies_their_own_report"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE corruption_map_measure SET state = 'verified_done',"
            " verified_by_id = reported_by_id, verified_on = now() WHERE id = %s",
            [measure.pk],
        )


@pytest.mark.django_db
def test_raw_sql_does_not_verify_for_nobody(measure):
    with (
        pytest.raises(IntegrityError, match="verified_measure_names_its_verifier"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE corruption_map_measure SET state = 'verified_done' WHERE id = %s",
            [measure.pk],
        )


def test_another_verifies(measure, editor):
    done = move_measure(measure=measure, to=DONE, by=editor)

    assert (done.state, done.verified_by) == (DONE, editor)


@pytest.mark.parametrize("user", ["stranger", "nobody"])
def test_stranger_touches_no_measure(request, measure, user):
    user = (
        UserFactory(staff=True, roles=["map editor"])
        if user == "nobody"
        else request.getfixturevalue(user)
    )
    measure.text_en = "Nothing"

    with pytest.raises(PermissionDenied, match="what you work on"):
        save_measure(measure=measure, by=user)


def test_stranger_moves_no_deadline(measure, stranger):
    with pytest.raises(PermissionDenied, match="what you work on"):
        change_deadline(
            measure=measure,
            to=measure.risk.updated_at.date(),
            reason={"en": "Because"},
            act="",
            by=stranger,
        )


def test_officer_adds_no_measure_to_the_risk_of_another(officer, body, other_body):
    measure = MeasureFactory.build(
        risk=RiskFactory(body=other_body), executor=body, deadline=None
    )

    with pytest.raises(PermissionDenied, match="what you work on"):
        save_measure(measure=measure, by=officer)


def test_officer_writes_no_risk_of_another_body(officer, other_body):
    risk = RiskFactory(body=other_body)
    risk.title_en = "Nothing"

    with pytest.raises(PermissionDenied, match="what you work on"):
        save_risk(risk=risk, by=officer)


def test_officer_gives_no_risk_away(officer, body, other_body):
    risk = RiskFactory(body=body)
    risk.body = other_body

    with pytest.raises(PermissionDenied, match="what you work on"):
        save_risk(risk=risk, by=officer)


def test_officer_changes_no_published_risk(officer, body):
    risk = RiskFactory(published=True, body=body)
    risk.title_en = "Nothing"

    with pytest.raises(PermissionDenied, match="changed by the agency"):
        save_risk(risk=risk, by=officer)


@pytest.mark.parametrize(
    ("now", "to"),
    [
        (Risk.State.IN_REVIEW, Risk.State.PUBLISHED),
        (Risk.State.IN_REVIEW, Risk.State.DRAFT),
        (Risk.State.PUBLISHED, Risk.State.CLOSED),
        (Risk.State.PUBLISHED, Risk.State.WITHDRAWN),
    ],
)
def test_officer_does_not_review(officer, body, now, to):
    public = now == Risk.State.PUBLISHED
    risk = RiskFactory(published=public, state=now, body=body)

    with pytest.raises(PermissionDenied, match="published by the agency"):
        move_risk(risk=risk, to=to, by=officer, reason={"en": "Because"})


def test_officer_sets_no_level_of_a_published_risk(officer, body):
    risk = RiskFactory(published=True, body=body)
    assessment = RiskAssessment(
        risk=risk, kind="current", likelihood=1, impact=1, assessed_on="2024-01-01"
    )

    with pytest.raises(PermissionDenied, match="set by the agency"):
        assess_risk(assessment=assessment, by=officer)


def test_published_risk_is_not_deleted(editor):
    risk = RiskFactory(published=True)
    move_risk(risk=risk, to=Risk.State.WITHDRAWN, by=editor, reason={"en": "Because"})

    with pytest.raises(ValidationError, match="withdrawn, not deleted"):
        delete_risk(risk=risk, by=editor)


def test_an_edit_does_not_move_a_risk_back(editor):
    risk = RiskFactory(in_review=True)
    edited = Risk.objects.get(pk=risk.pk)
    move_risk(risk=risk, to=Risk.State.PUBLISHED, by=editor)
    edited.title_en = "Better"

    save_risk(risk=edited, by=editor)

    risk.refresh_from_db()
    assert (risk.state, risk.title_en) == (Risk.State.PUBLISHED, "Better")


def test_stranger_reports_no_progress(measure, stranger):
    with pytest.raises(PermissionDenied, match="what you work on"):
        report_progress(
            measure=measure,
            year=2024,
            quarter=1,
            claimed_state="in_progress",
            text={"en": "Much"},
            by=stranger,
        )


def test_executor_does_not_verify_progress(measure, officer):
    report = ProgressReportFactory(measure=measure, reported_by=officer)

    with pytest.raises(PermissionDenied, match="not by the executor's side"):
        verify_progress(report=report, state="in_progress", finding={}, by=officer)


def test_claim_and_finding_stand_apart(measure, officer, editor):
    report = report_progress(
        measure=measure,
        year=2024,
        quarter=1,
        claimed_state="reported_done",
        text={"en": "All done"},
        by=officer,
    )

    found = verify_progress(
        report=report, state="in_progress", finding={"en": "Half done"}, by=editor
    )

    assert (found.claimed_state, found.verified_state) == (
        "reported_done",
        "in_progress",
    )


def test_progress_is_verified_once(measure, editor):
    report = ProgressReportFactory(measure=measure)
    verify_progress(report=report, state="in_progress", finding={}, by=editor)

    with pytest.raises(ValidationError, match="already"):
        verify_progress(report=report, state="planned", finding={}, by=editor)


def test_officer_lists_no_position_of_another_body(officer, other_body):
    position = VulnerablePositionFactory.build(body=other_body)

    with pytest.raises(PermissionDenied, match="what you work on"):
        save_position(position=position, by=officer)


def test_officer_takes_no_position_over(officer, body, other_body):
    position = VulnerablePositionFactory(body=other_body)
    position.body = body

    with pytest.raises(PermissionDenied, match="what you work on"):
        save_position(position=position, by=officer)


def test_officer_stores_no_analysis_of_another_body(officer, other_body):
    with pytest.raises(PermissionDenied, match="what you work on"):
        save_analysis(analysis=RiskAnalysisFactory.build(body=other_body), by=officer)
