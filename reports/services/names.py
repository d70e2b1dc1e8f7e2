"""Pass the keys of names on: a new custodian guards old names, too.

A custodian cannot read a report, and so not whom the reporter excluded; marks under the
name's own key tell whether one person is among them.
"""

import json

from django.db import transaction
from django.db.models import Exists, OuterRef

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import SealBrokenError, unseal_text
from reports.models import Recipient, Tip, Wrap
from reports.services.cases import key_of
from reports.services.filing import exclusion_mark, place_of, wraps
from reports.services.holders import MayNotHoldError, sweep
from reports.services.vaults import OpenVault

IDENTITY = Wrap.Purpose.IDENTITY


def other_custodians(vault: OpenVault) -> list[Recipient]:
    return list(Recipient.objects.custodians().exclude(pk=vault.recipient.pk))


def grant_names(
    *, to: Recipient, vault: OpenVault, by: User, seconds: float
) -> tuple[int, int, int]:
    """Grant the names one guards, for some seconds; return done, passed over and left."""
    theirs = Wrap.objects.filter(tip=OuterRef("pk"), recipient=to, purpose=IDENTITY)
    mine = Wrap.objects.filter(recipient=vault.recipient, purpose=IDENTITY)
    waiting = Tip.objects.filter(pk__in=mine.values("tip")).exclude(Exists(theirs))

    def one(tip: Tip) -> bool:
        try:
            grant_name(tip=tip, to=to, vault=vault, by=by)
        except (MayNotHoldError, SealBrokenError):
            return False
        return True

    return sweep(waiting.order_by("pk"), one, seconds)


def grant_name(*, tip: Tip, to: Recipient, vault: OpenVault, by: User) -> None:
    """Wrap the key of a name to another custodian, unless the reporter excluded them."""
    key = key_of(tip, vault, IDENTITY, by)
    identity = json.loads(unseal_text(key, tip.identity, place_of(tip, "identity")))
    # A report from before the marks does not tell; so nobody new guards its name.
    is_told = "excluded" in identity
    is_keeper = to.kind == Recipient.Kind.CUSTODIAN and to.is_active
    mark = exclusion_mark(key, str(to.public_id))
    if not is_told or not is_keeper or mark in identity["excluded"]:
        raise MayNotHoldError
    with transaction.atomic():
        row = Tip.objects.select_for_update().get(pk=tip.pk)
        if row.wraps.filter(recipient=to, purpose=IDENTITY).exists():
            return
        Wrap.objects.bulk_create(wraps(row, [to], IDENTITY, key))
        record(
            action="grant the key of the name",
            kind="report",
            public_id=row.reference,
            by=by,
            detail=str(to.public_id),
        )
