"""What executors report on measures and what the agency verifies."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.models import DeadlineChange, Measure
from corruption_map.permissions import (
    check_in_scope,
    may_move_measure,
    may_verify,
    measures_of,
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
from foundation.territory.permissions import is_agency

# What only `move_measure` and `change_deadline` write.
GUARDED = {
    "public_id",
    "state",
    "state_reason_kk",
    "state_reason_ru",
    "state_reason_en",
    "reported_by",
    "reported_on",
    "verified_by",
    "verified_on",
    "is_demo",
}
NEEDS_REASON = {Measure.State.RETURNED, Measure.State.CANCELLED}


def locked(measure: Measure) -> Measure:
    """Return the measure as it is now, its row and its risk's locked until the end."""
    rows = Measure.objects.select_for_update(no_key=True, of=("self", "risk"))
    return rows.select_related("risk", "risk__area", "executor").get(pk=measure.pk)


@transaction.atomic
def save_measure(*, measure: Measure, by: User) -> Measure:
    """Store a new or revised measure; its deadline moves by `change_deadline` alone."""
    if measure.pk is None:
        return _add(measure, by)
    before = locked(measure)
    check_in_scope(by, measures_of(by), before)
    if before.deadline and before.deadline != measure.deadline:
        raise ValidationError(
            {
                "deadline": _(
                    "A deadline is not overwritten: move it with a reason instead"
                )
            }
        )
    if not before.is_open and not is_agency(by):
        raise PermissionDenied(_("A measure that is over is changed by the agency"))
    for name in GUARDED:
        setattr(measure, name, getattr(before, name))
    measure.save(update_fields=columns_except(measure, GUARDED))
    check_in_scope(by, measures_of(by), measure)
    _show_changes(measure, snapshot(before))
    record(action="change", kind="measure", public_id=measure.public_id, by=by)
    return measure


def _add(measure: Measure, by: User) -> Measure:
    if measure.state != Measure.State.PLANNED:
        raise ValidationError(_("A new measure begins as planned"))
    # Somebody else's risk gets no measure, even one to be carried out by one's own body.
    check_in_scope(by, risks_of(by), measure.risk)
    measure.save()
    _show_changes(measure, {})
    record(action="add", kind="measure", public_id=measure.public_id, by=by)
    return measure


def _show_changes(measure: Measure, before: dict[str, str]) -> None:
    if measure.risk.is_public:
        record_changes(
            risk=measure.risk, before=before, after=snapshot(measure), measure=measure
        )
        show(measure.risk)


@transaction.atomic
def delete_measure(*, measure: Measure, by: User) -> None:
    """Delete a measure that was never public; a public one is cancelled instead."""
    measure = locked(measure)
    if measure.risk.published_at is not None:
        raise ValidationError(
            _("A measure that was published is cancelled, not deleted")
        )
    check_in_scope(by, measures_of(by), measure)
    measure.delete()
    record(action="delete", kind="measure", public_id=measure.public_id, by=by)


@transaction.atomic
def move_measure(
    *, measure: Measure, to: str, by: User, reason: dict[str, str] | None = None
) -> Measure:
    """Bring a measure into another state, if the workflow and the person allow it."""
    measure = locked(measure)
    if to not in Measure.TRANSITIONS[measure.state]:
        raise ValidationError(
            _("A measure that is “%(now)s” cannot become “%(then)s”"),
            params={
                "now": measure.get_state_display(),
                "then": Measure.State(to).label,
            },
        )
    _check_may_move(measure, to, by)
    if to in NEEDS_REASON and not any((reason or {}).values()):
        raise ValidationError(_("Say why, in at least one language"))
    before = snapshot(measure)
    today = timezone.localdate()
    if to == Measure.State.REPORTED_DONE:
        measure.reported_by, measure.reported_on = by, today
    if to == Measure.State.VERIFIED_DONE:
        measure.verified_by, measure.verified_on = by, today
    measure.state = to
    set_texts(measure, "state_reason", reason)
    measure.save()
    if measure.risk.is_public:
        _show_changes(measure, before)
        _announce(measure)
    record(action=f"move to {to}", kind="measure", public_id=measure.public_id, by=by)
    return measure


def _check_may_move(measure: Measure, to: str, by: User) -> None:
    check_in_scope(by, measures_of(by), measure)
    if to in (Measure.State.VERIFIED_DONE, Measure.State.RETURNED):
        check_may_verify(measure=measure, by=by)
    elif not may_move_measure(by, measure, to):
        raise PermissionDenied(
            _("You may not bring this measure into the state “%(state)s”")
            % {"state": Measure.State(to).label}
        )


def check_may_verify(*, measure: Measure, by: User) -> None:
    """Refuse everybody but the agency's own staff who did not report it themselves."""
    if not may_verify(by, measure):
        raise PermissionDenied(
            _("A measure is verified by the agency, not by the executor's side")
        )


@transaction.atomic
def change_deadline(
    *, measure: Measure, to: date, reason: dict[str, str], act: str, by: User
) -> DeadlineChange:
    """Move a deadline; the old one, the reason and the act stay visible."""
    measure = locked(measure)
    check_in_scope(by, measures_of(by), measure)
    _check_deadline(measure, to, reason)
    change = DeadlineChange(
        measure=measure,
        before=measure.deadline,
        after=to,
        changed_on=timezone.localdate(),
        act=act,
    )
    set_texts(change, "reason", reason)
    change.save()
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


def _check_deadline(measure: Measure, to: date, reason: dict[str, str]) -> None:
    if not measure.is_open:
        raise ValidationError(_("The deadline of a measure that is over does not move"))
    if measure.deadline == to:
        raise ValidationError({"to": _("This is the deadline already")})
    if not any(reason.values()):
        raise ValidationError(_("Say why, in at least one language"))


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
