"""What staff do with risks."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.models import Measure, Risk, RiskAssessment
from corruption_map.services.changes import record_changes, show, snapshot
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import announce


@transaction.atomic
def save_risk(*, risk: Risk, by: User) -> Risk:
    """Store a new or revised risk; the change of a public one is shown to everybody."""
    before = Risk.objects.filter(pk=risk.pk).first()
    old = snapshot(before) if before else {}
    risk.save()
    if before and risk.is_public:
        record_changes(risk=risk, before=old, after=snapshot(risk), measure=None)
        if (before.area_id, before.year) != (risk.area_id, risk.year):
            show(before)
        show(risk)
    record(
        action="change" if before else "add", kind="risk", public_id=risk.public_id, by=by
    )
    return risk


@transaction.atomic
def move_risk(*, risk: Risk, to: str, by: User, reason: dict[str, str] | None = None) -> Risk:
    """Bring a risk into another state, if the workflow allows it."""
    risk = Risk.objects.select_for_update().get(pk=risk.pk)
    if to not in Risk.TRANSITIONS[risk.state]:
        raise ValidationError(
            _("A risk that is “%(now)s” cannot become “%(then)s”"),
            params={
                "now": risk.get_state_display(),
                "then": Risk.State(to).label,
            },
        )
    _check_ready(risk, to)
    before = snapshot(risk)
    was_public = risk.is_public
    risk.state = to
    if to == Risk.State.PUBLISHED and risk.published_at is None:
        risk.published_at = timezone.now()
    risk.closed_on = timezone.localdate() if to == Risk.State.CLOSED else None
    for language, text in (reason or {}).items():
        setattr(risk, f"state_reason_{language}", text)
    risk.save()
    if was_public:
        record_changes(risk=risk, before=before, after=snapshot(risk), measure=None)
    if was_public or risk.is_public:
        show(risk)
        _announce(risk)
    record(action=f"move to {to}", kind="risk", public_id=risk.public_id, by=by)
    return risk


def _check_ready(risk: Risk, to: str) -> None:
    if to in Risk.PUBLIC_STATES and not (risk.title_kk and risk.title_ru):
        raise ValidationError(
            _("Write the title in Kazakh and in Russian before publishing")
        )


def _announce(risk: Risk) -> None:
    topics = [("risk", risk.public_id), ("area", risk.area.iso)]
    if risk.body:
        topics.append(("body", risk.body.code))
    announce(
        key=f"risk:{risk.public_id}:{risk.state}:{risk.updated_at:%Y%m%d%H%M%S}",
        topics=topics,
        template="risk_changed",
        context={
            "title": {
                "kk": risk.title_kk,
                "ru": risk.title_ru,
                "en": risk.title_en,
            },
            "state": risk.state,
            "path": f"/risks/{risk.public_id}/",
        },
    )


@transaction.atomic
def assess_risk(*, assessment: RiskAssessment, by: User | None) -> RiskAssessment:
    """Store an assessment; the newest current one becomes the risk's level."""
    if assessment.kind == RiskAssessment.Kind.RESIDUAL:
        check_residual(assessment.risk)
    assessment.save()
    refresh_score(assessment.risk)
    if assessment.risk.is_public:
        show(assessment.risk)
    record(
        action=f"assess {assessment.kind}",
        kind="risk",
        public_id=assessment.risk.public_id,
        by=by,
    )
    return assessment


def check_residual(risk: Risk) -> None:
    """Refuse a residual assessment where nothing verified and evidenced supports it."""
    proved = Measure.objects.filter(
        risk=risk, state=Measure.State.VERIFIED_DONE, evidence__isnull=False
    )
    if not proved.exists():
        raise ValidationError(
            _(
                "A residual assessment needs a measure that was verified as done and"
                " has evidence: verify one first"
            )
        )


def refresh_score(risk: Risk) -> None:
    """Copy the newest current assessment's score to the risk, for lists and the map."""
    newest = risk.assessments.filter(kind=RiskAssessment.Kind.CURRENT).first()
    score = newest.likelihood * newest.impact if newest else 0
    Risk.objects.filter(pk=risk.pk).update(current_score=score)
    risk.current_score = score

