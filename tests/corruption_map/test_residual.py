"""A residual level rests on a verified, evidenced measure; the database sees to it."""

from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from corruption_map.models import Evidence, Measure, Risk, RiskAssessment
from corruption_map.services.evidence import remove_evidence
from corruption_map.services.risks import assess_risk
from tests.factories.corruption_map import (
    EvidenceFactory,
    MeasureFactory,
    RiskAssessmentFactory,
    RiskFactory,
)

REFUSED = "needs a verified measure with evidence"
KEPT = "rests on this measure or evidence"


def residual(risk):
    return RiskAssessment(
        risk=risk, kind="residual", likelihood=1, impact=2, assessed_on="2024-08-01"
    )


def check_now():
    """Let the database check what it would check at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def proved(db):
    """A risk whose residual level is allowed."""
    return EvidenceFactory(measure__verified=True).measure.risk


@pytest.fixture
def unproved(request, db):
    return {
        "no measure": RiskFactory,
        "no evidence": lambda: MeasureFactory(verified=True).risk,
        "not verified": lambda: EvidenceFactory(measure__reported=True).measure.risk,
    }[request.param]()


CASES = ["no measure", "no evidence", "not verified"]


@pytest.mark.parametrize("unproved", CASES, indirect=True)
def test_service_refuses_a_residual_level_without_proof(unproved, editor):
    with pytest.raises(ValidationError, match="verified as done and"):
        assess_risk(assessment=residual(unproved), by=editor)


@pytest.mark.parametrize("unproved", CASES, indirect=True)
def test_database_refuses_it_from_the_orm(unproved):
    with pytest.raises(IntegrityError, match=REFUSED):
        RiskAssessment.objects.bulk_create([residual(unproved)])


@pytest.mark.parametrize("unproved", CASES, indirect=True)
def test_database_refuses_it_from_sql(unproved):
    with pytest.raises(IntegrityError, match=REFUSED), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO corruption_map_riskassessment (risk_id, kind, likelihood,"
            " impact, assessed_on, rationale_kk, rationale_ru, rationale_en, is_demo)"
            " VALUES (%s, 'residual', 1, 1, now(), '', '', '', false)",
            [unproved.pk],
        )


@pytest.mark.parametrize("unproved", CASES, indirect=True)
def test_database_refuses_to_turn_another_into_one(unproved):
    RiskAssessmentFactory(risk=unproved)

    with pytest.raises(IntegrityError, match=REFUSED):
        RiskAssessment.objects.update(kind="residual")


def test_proof_allows_it(proved, editor):
    assess_risk(assessment=residual(proved), by=editor)

    assert proved.assessments.get().kind == "residual"


TAKEN_AWAY = {
    "evidence": lambda risk: Evidence.objects.all().delete(),
    "measure": lambda risk: Measure.objects.all().delete(),
    "state": lambda risk: Measure.objects.update(state="returned"),
    "link": lambda risk: Evidence.objects.update(measure=MeasureFactory()),
    "risk of the measure": lambda risk: Measure.objects.update(risk=RiskFactory()),
}


@pytest.mark.parametrize("what", TAKEN_AWAY)
def test_database_keeps_what_a_residual_level_rests_on(proved, what):
    residual(proved).save()

    TAKEN_AWAY[what](proved)

    with pytest.raises(IntegrityError, match=KEPT):
        check_now()


def test_second_proof_is_enough(proved):
    residual(proved).save()
    EvidenceFactory(measure=proved.measures.get())

    Evidence.objects.earliest("pk").delete()
    check_now()

    assert proved.assessments.exists()


def test_risk_is_deleted_whole(proved):
    residual(proved).save()

    proved.delete()
    check_now()

    assert not Risk.objects.exists()


def test_evidence_of_a_verified_measure_stays(proved, editor):
    evidence = Evidence.objects.get()

    with pytest.raises(PermissionDenied, match="so it stays"):
        remove_evidence(evidence=evidence, by=editor)


@pytest.mark.django_db(transaction=True)
def test_evidence_does_not_vanish_while_a_residual_level_is_added():
    risk = EvidenceFactory(measure__verified=True).measure.risk
    outcomes = []

    def take_away():
        try:
            with transaction.atomic():
                Evidence.objects.filter(measure__risk=risk).delete()
        except IntegrityError as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        residual(risk).save()
        rival = Thread(target=take_away)
        rival.start()
        rival.join(timeout=1)
    rival.join()

    assert KEPT in outcomes[0]
    assert Evidence.objects.exists()
