"""Work on a case: open it, answer, move it, extend it. Every step is audited."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import Place, SealBrokenError, seal, unseal, wrap_info
from reports.deadlines import longest_extension, notice_due
from reports.models import SealedMessage, Tip, Wrap
from reports.services.conversation import (
    REPORTER,
    Attachment,
    Head,
    Turn,
    read_files,
    read_head,
    read_messages,
    write_message,
)
from reports.services.vaults import OpenVault
from reports.services.visits import verify_keys

S = Tip.State
MOVES: dict[str, frozenset[str]] = {
    S.RECEIVED: frozenset({S.REGISTERED}),
    S.REGISTERED: frozenset({S.IN_REVIEW}),
    S.IN_REVIEW: frozenset({S.INVESTIGATION, S.FORWARDED, S.ANSWERED}),
    S.INVESTIGATION: frozenset({S.FORWARDED, S.ANSWERED}),
    S.FORWARDED: frozenset({S.ANSWERED, S.CLOSED}),
    S.ANSWERED: frozenset({S.IN_REVIEW, S.CLOSED}),
    S.CLOSED: frozenset(),
}


class MoveError(Exception):
    """The case does not go from its state to the one asked for."""


class NoKeyError(Exception):
    """The tip is not wrapped to this vault."""


def key_of(tip: Tip, vault: OpenVault, purpose: str, by: User) -> bytes:
    """Return a key of a tip; what does not open is audited and refused.

    The first opening leaves the key under the holder's own root: from then on a wrap
    made by somebody else counts for nothing.
    """
    wrapped = tip.wraps.filter(recipient=vault.recipient, purpose=purpose).first()
    if wrapped is None or _is_over(wrapped):
        raise NoKeyError
    return key_in(wrapped, tip, vault, by)


def key_in(wrapped: Wrap, tip: Tip, vault: OpenVault, by: User) -> bytes:
    """Return the key in a wrap of one's own that was read already."""
    try:
        return _open_wrap(tip, wrapped, vault)
    except SealBrokenError:
        refuse_broken(tip, by)
        raise


def _is_over(wrapped: Wrap) -> bool:
    return wrapped.expires_on is not None and wrapped.expires_on <= timezone.localdate()


def _open_wrap(tip: Tip, wrapped: Wrap, vault: OpenVault) -> bytes:
    person = vault.recipient.public_id
    place = Place("wrap", wrapped.purpose, tip.id, person, wrapped.epoch)
    if wrapped.own is not None:
        return unseal(vault.root.own_key, wrapped.own, place)
    info = wrap_info(tip.id, person, wrapped.purpose, wrapped.epoch)
    key = vault.root.unwrap(wrapped.wrapped, info)
    wrapped.own = seal(vault.root.own_key, key, place)
    wrapped.save(update_fields=["own"])
    return key


def refuse_broken(tip: Tip, by: User) -> None:
    _audit("refuse what was changed", tip, by)


@dataclass(frozen=True)
class Case:
    head: Head
    turns: list[Turn]
    files: list[Attachment]


def read_case(*, tip: Tip, vault: OpenVault, by: User) -> Case:
    """Open a report to a recipient; whole, or not at all."""
    key = key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    try:
        head = read_head(tip, key)
        keys = {REPORTER: head.verify_key, **verify_keys()}
        turns = read_messages(tip=tip, key=key, verify_keys=keys, with_notes=True)
        files = read_files(tip, key)
    except SealBrokenError:
        refuse_broken(tip, by)
        raise
    _audit("open", tip, by)
    return Case(head, turns, files)


def answer(*, tip: Tip, vault: OpenVault, text: str, is_note: bool, by: User) -> None:
    # Outside the transaction: the audit of a refusal must outlive it.
    key = key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    side = SealedMessage.Side.NOTE if is_note else SealedMessage.Side.STAFF
    with transaction.atomic():
        write_message(
            tip=tip,
            key=key,
            signer=vault.root.signer,
            side=side,
            author=str(vault.recipient.public_id),
            text=text,
        )
        _audit("write note" if is_note else "answer", tip, by)


@transaction.atomic
def move(*, tip: Tip, to: str, outcome: str = "", by: User) -> Tip:
    """Bring a case into its next state; closing it needs an outcome."""
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    if to not in MOVES[row.state]:
        raise MoveError(f"{row.state} to {to}")
    if (to == S.CLOSED) != bool(outcome):
        raise MoveError("Only a closed case has an outcome")
    before, row.state, row.outcome = row.state, to, outcome
    if to == S.REGISTERED:
        row.registered_on = timezone.localdate()
    if to == S.ANSWERED and row.answered_on is None:
        row.answered_on = timezone.localdate()
    if to == S.CLOSED:
        row.closed_on = timezone.localdate()
        row.erase_on = row.closed_on + timedelta(days=row.channel.retention_days)
    days = ["registered_on", "answered_on", "closed_on", "erase_on"]
    row.save(update_fields=["state", "outcome", *days])
    _audit("move", row, by, f"{before} to {to} {outcome}".strip())
    return row


@transaction.atomic
def extend(*, tip: Tip, until: date, by: User) -> Tip:
    """Give a case more time, once and to two months at most from its receipt."""
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    if row.extended_on or row.state == S.CLOSED:
        raise MoveError("A case is extended once, before it is closed")
    if not row.answer_due_on < until <= longest_extension(row.received_on):
        raise MoveError("An extension ends after the first day and within two months")
    row.extended_on = timezone.localdate()
    row.answer_due_on = until
    row.save(update_fields=["extended_on", "answer_due_on"])
    _audit("extend", row, by, until.isoformat())
    return row


def note_download(*, tip: Tip, file: UUID, by: User) -> None:
    _audit("download a file", tip, by, str(file))


def notice_due_on(tip: Tip) -> date | None:
    """Return the day until which the reporter is to be told of the extension."""
    if tip.extended_on is None:
        return None
    return notice_due(tip.extended_on)


def _audit(action: str, tip: Tip, by: User, detail: str = "") -> None:
    record(action=action, kind="report", public_id=tip.reference, by=by, detail=detail)
