"""What staff do with risks."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.models import Measure, Risk, RiskAssessment
from corruption_map.permissions import (
    check_in_scope,
    is_of_a_body,
    may_edit_risk,
    may_move_risk,
    risks_of,
)
from corruption_map.services.changes import (
    columns_except,
    record_changes,
    set_texts,
    show,
    snapshot,
)
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import announce

# What only `move_risk` and `assess_risk` write.
GUARDED = {
    "public_id",
    "state",
    "state_reason_kk",
    "state_reason_ru",
    "state_reason_en",
    "published_at",
    "closed_on",
    "current_score",
    "is_demo",
}


@transaction.atomic
def save_risk(*, risk: Risk, by: User) -> Risk:
    """Store a new or revised risk; the change of a public one is shown to everybody.

    The state stays what it is in the database, so that an edit begun before somebody
    moved the risk does not move it back.
    """
    before = Risk.objects.select_for_update(no_key=True).filter(pk=risk.pk).first()
    if before is None:
        _add(risk, by)
        return risk
    check_in_scope(by, risks_of(by), before)
    if not may_edit_risk(by, before):
        raise PermissionDenied(
            _("A risk that was handed in or published is changed by the agency")
        )
    for name in GUARDED:
        setattr(risk, name, getattr(before, name))
    old = snapshot(before)
    risk.save(update_fields=columns_except(risk, GUARDED))
    check_in_scope(by, risks_of(by), risk)
    if risk.is_public:
        record_changes(risk=risk, before=old, after=snapshot(risk), measure=None)
        show(before, risk)
    record(action="change", kind="risk", public_id=risk.public_id, by=by)
    return risk


def _add(risk: Risk, by: User) -> None:
    if risk.state != Risk.State.DRAFT:
        raise ValidationError(_("A new risk begins as a draft"))
    risk.save()
    check_in_scope(by, risks_of(by), risk)
    record(action="add", kind="risk", public_id=risk.public_id, by=by)


@transaction.atomic
def delete_risk(*, risk: Risk, by: User) -> None:
    """Delete a risk that was never public; a public one is withdrawn instead."""
    risk = Risk.objects.select_for_update().get(pk=risk.pk)
    if risk.published_at is not None:
        raise ValidationError(_("A risk that was published is withdrawn, not deleted"))
    check_in_scope(by, risks_of(by), risk)
    risk.delete()
    record(action="delete", kind="risk", public_id=risk.public_id, by=by)


@transaction.atomic
def move_risk(
    *, risk: Risk, to: str, by: User, reason: dict[str, str] | None = None
) -> Risk:
    """Bring a risk into another state, if the workflow and the person allow it."""
    risk = (
        Risk.objects.select_for_update(no_key=True, of=("self",))
        .with_names()
        .get(pk=risk.pk)
    )
    if to not in Risk.TRANSITIONS[risk.state]:
        raise ValidationError(
            _("A risk that is “%(now)s” cannot become “%(then)s”"),
            params={
                "now": risk.get_state_display(),
                "then": Risk.State(to).label,
            },
        )
    _check_may_move(risk, to, by)
    _check_ready(risk, to, reason)
    before = snapshot(risk)
    was_public = risk.is_public
    risk.state = to
    if to == Risk.State.PUBLISHED and risk.published_at is None:
        risk.published_at = timezone.now()
    risk.closed_on = timezone.localdate() if to == Risk.State.CLOSED else None
    set_texts(risk, "state_reason", reason)
    risk.save()
    if was_public:
        record_changes(risk=risk, before=before, after=snapshot(risk), measure=None)
    if was_public or risk.is_public:
        show(risk)
        _announce(risk)
    record(action=f"move to {to}", kind="risk", public_id=risk.public_id, by=by)
    return risk


def _check_may_move(risk: Risk, to: str, by: User) -> None:
    check_in_scope(by, risks_of(by), risk)
    if not may_move_risk(by, risk, to):
        raise PermissionDenied(_("A risk is reviewed and published by the agency"))


def needs_reason(risk: Risk, to: str) -> bool:
    """Tell whether a move must say why: taking back what others wrote or read."""
    if to == Risk.State.WITHDRAWN:
        return risk.state != Risk.State.DRAFT
    return (risk.state, to) in {
        (Risk.State.IN_REVIEW, Risk.State.DRAFT),
        (Risk.State.CLOSED, Risk.State.PUBLISHED),
    }


def _check_ready(risk: Risk, to: str, reason: dict[str, str] | None) -> None:
    if to in Risk.PUBLIC_STATES and not (risk.title_kk and risk.title_ru):
        raise ValidationError(
            _("Write the title in Kazakh and in Russian before publishing")
        )
    if needs_reason(risk, to) and not any((reason or {}).values()):
        raise ValidationError(_("Say why, in at least one language"))


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
    """Store an assessment; the newest current one becomes the risk's level.

    A body assesses its drafts; a level that the public sees is set by the agency.
    """
    risk = Risk.objects.select_for_update(no_key=True).get(pk=assessment.risk_id)
    if by is not None:
        _check_may_assess(risk, by)
    if assessment.kind == RiskAssessment.Kind.RESIDUAL:
        check_residual(risk)
    is_new = assessment.pk is None
    assessment.save()
    refresh_score(risk)
    if risk.is_public:
        name = f"{assessment.kind}_assessment"
        after = f"{assessment.likelihood} × {assessment.impact}"
        record_changes(risk=risk, before={}, after={name: after}, measure=None)
        show(risk)
    verb = "assess" if is_new else "reassess"
    record(
        action=f"{verb} {assessment.kind}", kind="risk", public_id=risk.public_id, by=by
    )
    assessment.risk.current_score = risk.current_score
    return assessment


def _check_may_assess(risk: Risk, by: User) -> None:
    check_in_scope(by, risks_of(by), risk)
    if risk.state != Risk.State.DRAFT and is_of_a_body(by):
        raise PermissionDenied(
            _(
                "The level of a risk that was handed in or published is set by the agency"
            )
        )


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
