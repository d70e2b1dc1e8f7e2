"""The name of a reporter: a recipient asks, a custodian grants it for some days."""

import json
from datetime import date

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import SealBrokenError, unseal_text, wrap, wrap_info
from reports.models import Disclosure, Recipient, Tip, Wrap
from reports.services.cases import MoveError, NoKeyError, key_of, refuse_broken
from reports.services.filing import place_of
from reports.services.vaults import OpenVault


@transaction.atomic
def ask(*, tip: Tip, asked_by: Recipient, reason: str, by: User) -> Disclosure:
    if not tip.wraps.filter(recipient=asked_by, purpose=Wrap.Purpose.CONTENT).exists():
        raise NoKeyError
    row = Disclosure.objects.create(
        tip=tip, asked_by=asked_by, reason=reason, asked_on=timezone.localdate()
    )
    _audit("ask for the name", row, by)
    return row


def grant(
    *, disclosure: Disclosure, vault: OpenVault, until: date, by: User
) -> Disclosure:
    """Wrap the identity's key to who asked, until a day.

    The custodian never holds the report's own key, nor does the grant touch it.
    """
    # Outside the transaction: the audit of a refusal must outlive it.
    key = key_of(disclosure.tip, vault, Wrap.Purpose.IDENTITY, by)
    return _grant(disclosure, vault, key, until, by)


@transaction.atomic
def _grant(
    disclosure: Disclosure, vault: OpenVault, key: bytes, until: date, by: User
) -> Disclosure:
    row = Disclosure.objects.select_for_update().get(pk=disclosure.pk)
    if row.state != Disclosure.State.ASKED or until <= timezone.localdate():
        raise MoveError("Only an open request is granted, until a day to come")
    person = row.asked_by
    purpose = Wrap.Purpose.DISCLOSURE
    Wrap.objects.filter(tip=row.tip, recipient=person, purpose=purpose).delete()
    info = wrap_info(row.tip.id, person.public_id, purpose, row.pk)
    Wrap.objects.create(
        tip=row.tip,
        recipient=person,
        purpose=purpose,
        epoch=row.pk,
        wrapped=wrap(key, bytes(person.public_key), info),
        expires_on=until,
    )
    row.state, row.decided_by, row.expires_on = (
        Disclosure.State.GRANTED,
        vault.recipient,
        until,
    )
    row.save(update_fields=["state", "decided_by", "expires_on"])
    _audit("grant the name", row, by, until.isoformat())
    return row


@transaction.atomic
def refuse(*, disclosure: Disclosure, decided_by: Recipient, by: User) -> Disclosure:
    row = Disclosure.objects.select_for_update().get(pk=disclosure.pk)
    if row.state != Disclosure.State.ASKED:
        raise MoveError("Only an open request is refused")
    row.state, row.decided_by = Disclosure.State.REFUSED, decided_by
    row.save(update_fields=["state", "decided_by"])
    _audit("refuse the name", row, by)
    return row


def read_identity(*, tip: Tip, vault: OpenVault, by: User) -> dict[str, str]:
    """Open the name to who was granted it; each time is audited."""
    key = key_of(tip, vault, Wrap.Purpose.DISCLOSURE, by)
    try:
        text = unseal_text(key, tip.identity, place_of(tip, "identity"))
    except SealBrokenError:
        refuse_broken(tip, by)
        raise
    record(action="open the name", kind="report", public_id=tip.reference, by=by)
    identity: dict[str, str] = json.loads(text)
    return {part: identity[part] for part in ("name", "contact")}


def _audit(action: str, row: Disclosure, by: User, detail: str = "") -> None:
    record(
        action=action,
        kind="report",
        public_id=row.tip.reference,
        by=by,
        detail=detail or str(row.public_id),
    )
