"""Write and verify the record of what staff did."""

from collections.abc import Iterator
from hashlib import sha256

from django.db import connection
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.models import AuditEvent

SEPARATOR = "\x1f"


def record(
    *, action: str, kind: str, public_id: str, by: User | None, detail: str = ""
) -> None:
    """Append an event to the chain, in the caller's transaction.

    Call it last: the chain is locked until that transaction ends.
    """
    with connection.cursor() as cursor:
        # Through SQL, for the trigger gives the row its number and its hash.
        cursor.execute(
            "INSERT INTO audit_auditevent"
            " (id, at, actor_id, action, target_kind, target_id, detail, hash)"
            " VALUES (0, %s, %s, %s, %s, %s, %s, '')",
            [timezone.now(), by.pk if by else None, action, kind, public_id, detail],
        )


def first_broken_event() -> int | None:
    """Return the number of the first event that does not fit the chain, if any."""
    previous = ""
    for expected, event in enumerate(_in_order(), start=1):
        if event.id != expected or event.hash != _hash(previous, event):
            return expected
        previous = event.hash
    return None


def _in_order() -> Iterator[AuditEvent]:
    return AuditEvent.objects.order_by("id").iterator(chunk_size=2000)


def _hash(previous: str, event: AuditEvent) -> str:
    at = event.at.astimezone(timezone.get_fixed_timezone(0))
    parts = [
        previous,
        str(event.id),
        at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        str(event.actor_id or ""),
        event.action,
        event.target_kind,
        event.target_id,
        event.detail,
    ]
    return sha256(SEPARATOR.join(parts).encode()).hexdigest()
