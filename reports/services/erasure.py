"""Erase a case before its time: two recipients who hold it must want it."""

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.models import Deletion, Recipient, Tip, Wrap
from reports.retention import erase
from reports.services.cases import MoveError, NoKeyError


@transaction.atomic
def propose(*, tip: Tip, person: Recipient, by: User) -> None:
    row = _held(tip, person)
    _row, is_new = Deletion.objects.get_or_create(
        tip=row, defaults={"asked_by": person, "asked_on": timezone.localdate()}
    )
    if not is_new:
        raise MoveError("The erasure was proposed already")
    _audit("propose erasure", row, by)


@transaction.atomic
def approve(*, tip: Tip, person: Recipient, by: User) -> None:
    """Erase what somebody else proposed to erase; keys, files and all."""
    row = _held(tip, person)
    proposed = Deletion.objects.filter(tip=row).first()
    if proposed is None or proposed.asked_by_id == person.pk:
        raise MoveError("Another holder must have proposed it")
    _audit("erase", row, by)
    row.erase_on = timezone.localdate()
    row.save(update_fields=["erase_on"])
    erase(row)


@transaction.atomic
def withdraw(*, tip: Tip, person: Recipient, by: User) -> None:
    """Let a case stay; whoever holds it can say so."""
    row = _held(tip, person)
    gone, _kinds = Deletion.objects.filter(tip=row).delete()
    if gone:
        _audit("keep", row, by)


def _held(tip: Tip, person: Recipient) -> Tip:
    row = Tip.objects.select_for_update().filter(pk=tip.pk).first()
    # Somebody may have erased it in the same moment.
    if row is None:
        raise NoKeyError
    if not row.wraps.filter(recipient=person, purpose=Wrap.Purpose.CONTENT).exists():
        raise NoKeyError
    return row


def _audit(action: str, tip: Tip, by: User) -> None:
    record(action=action, kind="report", public_id=tip.reference, by=by)
