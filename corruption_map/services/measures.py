"""What executors report on measures and what the agency verifies."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.models import DeadlineChange, Measure
from corruption_map.services.changes import record_changes, show, snapshot
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import announce
from foundation.territory.permissions import is_agency


@transaction.atomic
def save_measure(*, measure: Measure, by: User) -> Measure:
    """Store a new or revised measure; its deadline moves by `change_deadline` alone."""
    before = Measure.objects.filter(pk=measure.pk).first()
    if before and before.deadline and before.deadline != measure.deadline:
        raise ValidationError(
            _("A deadline is not overwritten: move it with a reason instead")
        )
    measure.save()
    if measure.risk.is_public:
        record_changes(
            risk=measure.risk,
            before=snapshot(before) if before else {},
            after=snapshot(measure),
            measure=measure,
        )
        show(measure.risk)
    record(
        action="change" if before else "add",
        kind="measure",
        public_id=measure.public_id,
        by=by,
    )
    return measure


@transaction.atomic
def move_measure(
    *, measure: Measure, to: str, by: User, reason: dict[str, str] | None = None
) -> Measure:
    """Bring a measure into another state, if the workflow and the person allow it."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if to not in Measure.TRANSITIONS[measure.state]:
        raise ValidationError(
            _("A measure that is “%(now)s” cannot become “%(then)s”"),
            params={
                "now": measure.get_state_display(),
                "then": Measure.State(to).label,
            },
        )
    before = snapshot(measure)
    today = timezone.localdate()
    if to == Measure.State.REPORTED_DONE:
        measure.reported_by, measure.reported_on = by, today
    if to in (Measure.State.VERIFIED_DONE, Measure.State.RETURNED):
        check_may_verify(measure=measure, by=by)
    if to == Measure.State.VERIFIED_DONE:
        measure.verified_by, measure.verified_on = by, today
    measure.state = to
    for language, text in (reason or {}).items():
        setattr(measure, f"state_reason_{language}", text)
    measure.save()
    if measure.risk.is_public:
        record_changes(
            risk=measure.risk, before=before, after=snapshot(measure), measure=measure
        )
        show(measure.risk)
        _announce(measure)
    record(action=f"move to {to}", kind="measure", public_id=measure.public_id, by=by)
    return measure


def check_may_verify(*, measure: Measure, by: User) -> None:
    """Refuse everybody but the agency's own staff who did not report it themselves."""
    if not is_agency(by) or measure.reported_by_id == by.pk:
        raise PermissionDenied(
            _("A measure is verified by the agency, not by the executor's side")
        )


@transaction.atomic
def change_deadline(
    *, measure: Measure, to: date, reason: dict[str, str], act: str, by: User
) -> DeadlineChange:
    """Move a deadline; the old one, the reason and the act stay visible."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    change = DeadlineChange.objects.create(
        measure=measure,
        before=measure.deadline,
        after=to,
        changed_on=timezone.localdate(),
        act=act,
        **{f"reason_{language}": text for language, text in reason.items()},
    )
    measure.deadline = to
    measure.save(update_fields=["deadline"])
    if measure.risk.is_public:
        record_changes(
            risk=measure.risk,
            before={"deadline": str(change.before or "")},
            after={"deadline": str(to)},
            measure=measure,
        )
        show(measure.risk)
        _announce(measure)
    record(action="move deadline", kind="measure", public_id=measure.public_id, by=by)
    return change


def _announce(measure: Measure) -> None:
    topics = [("measure", measure.public_id), ("risk", measure.risk.public_id)]
    if measure.executor:
        topics.append(("body", measure.executor.code))
    announce(
        key=f"measure:{measure.public_id}:{timezone.now():%Y%m%d%H%M%S%f}",
        topics=topics,
        template="measure_changed",
        context={
            "title": {
                "kk": measure.text_kk,
                "ru": measure.text_ru,
                "en": measure.text_en,
            },
            "state": measure.state,
            "path": f"/measures/{measure.public_id}/",
        },
    )
