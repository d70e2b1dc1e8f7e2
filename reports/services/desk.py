"""What staff lay beside a case: labels, links, private notes. All of it is sealed.

A link says that two people reported one thing, so it is as secret as they are: it is
made only between cases with the same holders, and shown to who holds both.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import Place, seal_text, unseal_text
from reports.models import PrivateNote, Tip, Wrap
from reports.services.cases import MoveError, key_of
from reports.services.conversation import KeyChangedError
from reports.services.filing import place_of
from reports.services.holders import holders
from reports.services.vaults import OpenVault

LONGEST_LABEL = 60
MOST_LABELS = 20


class OtherHoldersError(Exception):
    """The two cases are not held by the same people."""


@dataclass
class Desk:
    labels: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    duplicate_of: str = ""


def read_desk(tip: Tip, key: bytes) -> Desk:
    if tip.desk is None:
        return Desk()
    return Desk(**json.loads(unseal_text(key, tip.desk, place_of(tip, "desk"))))


def _write_desk(tip: Tip, key: bytes, desk: Desk) -> None:
    text = json.dumps(vars(desk), ensure_ascii=False)
    tip.desk = seal_text(key, text, place_of(tip, "desk"))
    tip.save(update_fields=["desk"])


def _locked(tip: Tip) -> Tip:
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    if row.epoch != tip.epoch:
        raise KeyChangedError
    return row


def set_labels(
    *, tip: Tip, labels: Iterable[str], vault: OpenVault, by: User
) -> list[str]:
    key = key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    cut = (label.strip()[:LONGEST_LABEL] for label in labels)
    kept = list(dict.fromkeys(label for label in cut if label))[:MOST_LABELS]
    with transaction.atomic():
        row = _locked(tip)
        desk = read_desk(row, key)
        desk.labels = kept
        _write_desk(row, key, desk)
        Wrap.objects.filter(tip=row).forget_words()
        _audit("label", row, by)
    return kept


def link(*, tip: Tip, other: Tip, vault: OpenVault, by: User) -> None:
    """Note on both cases that they belong together."""
    _join(tip, other, vault, by, is_duplicate=False)


def merge(*, tip: Tip, into: Tip, vault: OpenVault, by: User) -> None:
    """Close a case as another report of the same thing; both say so, sealed."""
    _join(tip, into, vault, by, is_duplicate=True)


def _join(
    tip: Tip, other: Tip, vault: OpenVault, by: User, *, is_duplicate: bool
) -> None:
    keys = {
        row.pk: key_of(row, vault, Wrap.Purpose.CONTENT, by) for row in (tip, other)
    }
    if len(keys) < 2:
        raise MoveError("A case is not joined with itself")
    with transaction.atomic():
        # Always in one order, so that two who join crosswise do not wait for ever.
        first, second = sorted((tip, other), key=lambda row: row.pk)
        rows = {row.pk: _locked(row) for row in (first, second)}
        if set(holders(tip)) != set(holders(other)):
            raise OtherHoldersError
        for here, there in ((tip, other), (other, tip)):
            desk = read_desk(rows[here.pk], keys[here.pk])
            desk.links = list(dict.fromkeys([*desk.links, str(there.pk)]))
            if is_duplicate and here is tip:
                desk.duplicate_of = str(other.pk)
            _write_desk(rows[here.pk], keys[here.pk], desk)
        if is_duplicate:
            _close(rows[tip.pk])
        _audit("merge" if is_duplicate else "link", rows[tip.pk], by)


def _close(row: Tip) -> None:
    if row.state == Tip.State.CLOSED:
        raise MoveError("A closed case is not joined with another")
    row.state, row.outcome = Tip.State.CLOSED, Tip.Outcome.DUPLICATE
    row.closed_on = timezone.localdate()
    row.erase_on = row.closed_on + timedelta(days=row.channel.retention_days)
    row.save(update_fields=["state", "outcome", "closed_on", "erase_on"])


def linked(desk: Desk, by: User) -> list[Tip]:
    """Return the linked cases that the reader holds too; others are not named."""
    ids = [UUID(link) for link in desk.links]
    return list(Tip.objects.held_by(by).filter(pk__in=ids))


@dataclass(frozen=True)
class Private:
    text: str
    written_on: date


def write_private_note(*, tip: Tip, text: str, vault: OpenVault, by: User) -> None:
    """Seal a note under one's own root: colleagues on the case cannot open it."""
    # A case one does not hold takes no note either.
    key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    row = uuid4()
    with transaction.atomic():
        PrivateNote.objects.create(
            id=row,
            tip=tip,
            recipient=vault.recipient,
            body=seal_text(vault.root.own_key, text, _note_place(tip, row)),
            written_on=timezone.localdate(),
        )
        _audit("write private note", tip, by)


def private_notes(tip: Tip, vault: OpenVault) -> list[Private]:
    return [
        Private(
            unseal_text(vault.root.own_key, row.body, _note_place(tip, row.id)),
            row.written_on,
        )
        for row in tip.private_notes.filter(recipient=vault.recipient)
    ]


def _note_place(tip: Tip, row: UUID) -> Place:
    return Place("private", "body", tip.id, row)


def _audit(action: str, tip: Tip, by: User) -> None:
    record(action=action, kind="report", public_id=tip.reference, by=by)
