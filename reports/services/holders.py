"""Who holds a case: grant it, give it up, hand it over, give it a new key.

A key leaves a vault only wrapped to another one. Nobody excluded by the reporter and
nobody who gave a case up gets it (back), and the last holder stays.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import SealBrokenError, new_key, seal, unseal, wrap
from reports.models import (
    PrivateNote,
    Recipient,
    Recusal,
    Reward,
    SealedMessage,
    Tip,
    Wrap,
)
from reports.services.cases import NoKeyError, key_in, key_of
from reports.services.conversation import (
    Head,
    KeyChangedError,
    message_place,
    read_head,
)
from reports.services.filing import (
    file_place,
    place_of,
    reporters_info,
    reward_place,
    wrap_for_recovery,
    wraps,
)
from reports.services.vaults import OpenVault, sole_holder

CONTENT = Wrap.Purpose.CONTENT
# So many cases of a bulk grant make one transaction.
BATCH = 50
# What of a tip's own row lies under its key.
RESEALED = ("head", "desk", "reporter_key")


class LastHolderError(Exception):
    """Nobody would be left who can open the case."""


class MayNotHoldError(Exception):
    """The person was excluded, gave the case up, or receives no reports."""


class NoNewKeyError(Exception):
    """The case is older than the receipts that can follow to a new key."""


def holders(tip: Tip) -> list[Recipient]:
    held = Wrap.objects.filter(tip=tip, purpose=CONTENT, recipient=OuterRef("pk"))
    return list(Recipient.objects.filter(Exists(held)).select_related("user"))


def may_be_granted(vault: OpenVault) -> list[Recipient]:
    """Return the colleagues to whom a recipient may wrap the keys they hold."""
    people = Recipient.objects.filter(
        kind=Recipient.Kind.RECIPIENT, is_active=True, user__is_active=True
    )
    return list(people.exclude(pk=vault.recipient.pk))


def grant(*, tip: Tip, to: Recipient, vault: OpenVault, by: User) -> None:
    """Wrap a case's key to a colleague; raise MayNotHoldError where they may not."""
    key = key_of(tip, vault, CONTENT, by)
    grant_key(tip, to, key, read_head(tip, key), by)


@transaction.atomic
def grant_key(tip: Tip, to: Recipient, key: bytes, head: Head, by: User | None) -> None:
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    if row.epoch != tip.epoch:
        raise KeyChangedError
    has_given_up = Recusal.objects.filter(tip=row, recipient=to).exists()
    is_reader = to.kind == Recipient.Kind.RECIPIENT and to.is_active
    if has_given_up or not is_reader or head.excludes(to):
        raise MayNotHoldError
    if row.wraps.filter(recipient=to, purpose=CONTENT).exists():
        return
    Wrap.objects.bulk_create(wraps(row, [to], CONTENT, key, row.epoch))
    _audit("grant", row, by, str(to.public_id))


def grant_all(
    *, to: Recipient, vault: OpenVault, by: User, seconds: float
) -> tuple[int, int, int]:
    """Grant the cases one holds, for some seconds; return how many were granted, were
    passed over and are left.

    Some cases make a transaction: a run that breaks off is taken up where it ended, for
    what is granted is not asked for again.
    """
    theirs = Wrap.objects.filter(tip=OuterRef("pk"), recipient=to, purpose=CONTENT)
    given_up = Recusal.objects.filter(tip=OuterRef("pk"), recipient=to)
    waiting = Tip.objects.held_by(vault.recipient.user).exclude(
        Exists(theirs) | Exists(given_up)
    )

    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    ends = time.monotonic() + seconds
    seen = done = 0
    while seen < len(ids) and time.monotonic() <= ends:
        batch = ids[seen : seen + BATCH]
        done += _grant_some(batch, to, vault, by)
        seen += len(batch)
    return done, seen - done, len(ids) - seen


def _grant_some(ids: list[UUID], to: Recipient, vault: OpenVault, by: User) -> int:
    """Grant cases that are held; return how many may be and were granted."""
    mine = Wrap.objects.filter(
        recipient=vault.recipient, purpose=CONTENT, tip__in=ids
    ).select_related("tip")
    keys: dict[UUID, tuple[bytes, int]] = {}
    for wrapped in mine:
        with suppress(SealBrokenError):
            key = key_in(wrapped, wrapped.tip, vault, by)
            if not read_head(wrapped.tip, key).excludes(to):
                keys[wrapped.tip_id] = key, wrapped.tip.epoch
    return _grant_keys(keys, to, by)


@transaction.atomic
def _grant_keys(keys: dict[UUID, tuple[bytes, int]], to: Recipient, by: User) -> int:
    # In one order always, so that two who grant do not wait for each other for ever.
    rows = list(Tip.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    theirs = Wrap.objects.filter(recipient=to, purpose=CONTENT, tip__in=keys)
    given_up = Recusal.objects.filter(recipient=to, tip__in=keys)
    passed = {*theirs.values_list("tip", flat=True)}
    passed |= {*given_up.values_list("tip", flat=True)}
    granted = [
        row for row in rows if row.pk not in passed and row.epoch == keys[row.pk][1]
    ]
    if to.kind != Recipient.Kind.RECIPIENT or not to.is_active:
        return 0
    Wrap.objects.bulk_create(
        [
            wrapped
            for row in granted
            for wrapped in wraps(row, [to], CONTENT, keys[row.pk][0], row.epoch)
        ]
    )
    for row in granted:
        _audit("grant", row, by, str(to.public_id))
    return len(granted)


def sweep(
    waiting: QuerySet[Tip], one: Callable[[Tip], bool], seconds: float
) -> tuple[int, int, int]:
    ends = time.monotonic() + seconds
    tips = list(waiting)
    done = passed = 0
    for tip in tips:
        if time.monotonic() > ends:
            break
        if one(tip):
            done += 1
        else:
            passed += 1
    return done, passed, len(tips) - done - passed


def recuse(*, tip: Tip, vault: OpenVault, by: User) -> None:
    """Give a case up for good: the key goes, and no grant brings it back."""
    _give_up(tip, vault.recipient, by, "recuse")


def hand_over(*, tip: Tip, to: Recipient, vault: OpenVault, by: User) -> None:
    """Grant a case to a colleague and give up one's own key to it."""
    grant(tip=tip, to=to, vault=vault, by=by)
    _give_up(tip, vault.recipient, by, "hand over")


@transaction.atomic
def _give_up(tip: Tip, person: Recipient, by: User, action: str) -> None:
    # Two who give up at once queue here: the second one is the last.
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    others = row.wraps.filter(
        purpose=CONTENT, recipient__is_active=True, recipient__user__is_active=True
    ).exclude(recipient=person)
    if not others.exists():
        raise LastHolderError
    gone = row.wraps.filter(recipient=person).exclude(purpose=Wrap.Purpose.IDENTITY)
    gone.delete()
    PrivateNote.objects.filter(tip=row, recipient=person).delete()
    if action == "recuse":
        Recusal.objects.get_or_create(tip=row, recipient=person)
    row.is_key_due = True
    if row.assignee_id == person.pk:
        row.assignee = None
    row.save(update_fields=["is_key_due", "assignee"])
    _audit(action, row, by, str(person.public_id))


@transaction.atomic
def remove(*, person: Recipient, by: User) -> None:
    """Take a person's keys away; refused while a case would be left to nobody."""
    # One removal at a time: two at once could remove each other's successor.
    list(Recipient.objects.select_for_update().order_by("pk"))
    if sole_holder(person):
        raise LastHolderError
    _take_keys(person, by)


@transaction.atomic
def close(*, person: Recipient) -> None:
    """Take away the keys of somebody whose login was closed.

    That is not refused, for a login may have to be closed at once. The last copy of a
    key stays, sealed to a vault nobody can reach, until the login is opened again.
    """
    list(Recipient.objects.select_for_update().order_by("pk"))
    _take_keys(person, None)


def _take_keys(person: Recipient, by: User | None) -> None:
    gone = Wrap.objects.filter(recipient=person).filter(
        Exists(_others(person)) | Q(purpose=Wrap.Purpose.DISCLOSURE)
    )
    left = gone.filter(purpose=CONTENT).values_list("tip", flat=True)
    Tip.objects.filter(pk__in=list(left)).update(is_key_due=True)
    gone.delete()
    Tip.objects.filter(assignee=person).update(assignee=None)
    person.is_active = False
    person.save(update_fields=["is_active"])
    person.sessions.all().delete()
    record(action="remove", kind="vault", public_id=str(person.public_id), by=by)


def _others(person: Recipient) -> QuerySet[Wrap]:
    """Return the same keys in other hands; the last copy of one is never removed."""
    return Wrap.objects.filter(
        tip=OuterRef("tip"),
        purpose=OuterRef("purpose"),
        recipient__is_active=True,
        recipient__user__is_active=True,
    ).exclude(recipient=person)


@transaction.atomic
def assign(*, tip: Tip, to: Recipient | None, by: User) -> None:
    """Say who works on a case; only one of its holders can."""
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    is_holder = row.wraps.filter(recipient=to, purpose=CONTENT).exists()
    if to is not None and not is_holder:
        raise NoKeyError
    row.assignee = to
    row.save(update_fields=["assignee"])
    _audit("assign", row, by, str(to.public_id) if to else "")


def rekey(*, tip: Tip, vault: OpenVault, by: User) -> None:
    """Give a case a new key: who kept the old one reads nothing written from now on.

    The files keep their own keys, which lie in their records; a former holder could
    have copied those files anyway.
    """
    key = key_of(tip, vault, CONTENT, by)
    if tip.reporter_key is None:
        raise NoNewKeyError
    _rekey(tip, key, by)


@transaction.atomic
def _rekey(tip: Tip, old: bytes, by: User) -> None:
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    if row.epoch != tip.epoch:
        raise KeyChangedError
    new, epoch = new_key(), row.epoch + 1
    assert row.reporter_key is not None
    reporter = unseal(old, row.reporter_key, place_of(row, "reporter_key"))
    for column in RESEALED:
        if (sealed := getattr(row, column)) is not None:
            place = place_of(row, column)
            setattr(row, column, seal(new, unseal(old, sealed, place), place))
    for message in SealedMessage.objects.filter(tip=row):
        place = message_place(message)
        message.body = seal(new, unseal(old, message.body, place), place)
        message.save(update_fields=["body"])
    for file in row.files.all():
        place = file_place(row.id, file.id)
        file.record = seal(new, unseal(old, file.record, place), place)
        file.save(update_fields=["record"])
    for given in Reward.objects.filter(tip=row):
        place = reward_place(row, "body")
        given.body = seal(new, unseal(old, given.body, place), place)
        given.save(update_fields=["body"])
    people = [
        person for person in holders(row) if person.is_active and person.user.is_active
    ]
    Wrap.objects.filter(tip=row).forget_words()
    row.wraps.filter(purpose=CONTENT).delete()
    Wrap.objects.bulk_create(wraps(row, people, CONTENT, new, epoch))
    row.content_wrap = wrap(new, reporter, reporters_info(row, epoch))
    if row.recovery is not None:
        row.recovery_content = wrap_for_recovery(row, CONTENT, new, epoch)
    row.epoch, row.is_key_due = epoch, False
    columns = [*RESEALED, "content_wrap", "recovery_content", "epoch", "is_key_due"]
    row.save(update_fields=columns)
    _audit("change the key", row, by)


def rekey_all(*, vault: OpenVault, by: User, seconds: float) -> tuple[int, int, int]:
    """Give new keys to the cases that somebody has left, for some seconds."""

    def one(tip: Tip) -> bool:
        try:
            rekey(tip=tip, vault=vault, by=by)
        except (NoNewKeyError, KeyChangedError, SealBrokenError):
            return False
        return True

    waiting = Tip.objects.held_by(vault.recipient.user).filter(is_key_due=True)
    return sweep(waiting.order_by("pk"), one, seconds)


def _audit(action: str, tip: Tip, by: User | None, detail: str = "") -> None:
    record(action=action, kind="report", public_id=tip.reference, by=by, detail=detail)
