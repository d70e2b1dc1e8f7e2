"""A recipient's vault: a passphrase apart from the login, on any worker.

Unlocking makes a secret for the cookie; the root is stored only under that secret.
Either half alone opens nothing, and neither a login nor its reset opens a vault.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from secrets import choice
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import (
    PassphraseCost,
    Place,
    Root,
    SealBrokenError,
    derive,
    new_key,
    passphrase_key,
    seal,
    unseal,
)
from reports.models import Channel, Recipient, Tip, VaultSession, Wrap
from reports.receipts import ALIKE, ALPHABET, IGNORED

OPERATIONS = 3
RECOVERY_LENGTH = 25
TRIES = 5
TRIES_SECONDS = 15 * 60


class WrongPassphraseError(Exception):
    """The passphrase or recovery code does not open the vault."""


class TooManyTriesError(Exception):
    """The vault stays shut for a quarter of an hour."""


@dataclass(frozen=True)
class OpenVault:
    recipient: Recipient
    root: Root


def _new_recovery_code() -> str:
    return "".join(choice(ALPHABET) for _place in range(RECOVERY_LENGTH))


def _recovery_key(code: str) -> bytes:
    plain = code.upper().translate(ALIKE)
    kept = "".join(letter for letter in plain if letter not in IGNORED)
    return blake2b(kept.encode(), person=b"acp-recovery", digest_size=32).digest()


def _place(recipient: Recipient, column: str) -> Place:
    return Place("recipient", column, recipient.public_id, recipient.public_id)


def _seal_root(recipient: Recipient, root: Root, passphrase: str) -> None:
    cost = PassphraseCost(OPERATIONS, settings.VAULT_MEMORY_MIB * 2**20)
    recipient.salt = new_key()[:16]
    recipient.operations, recipient.memory = cost.operations, cost.memory
    key = passphrase_key(passphrase, recipient.salt, cost)
    place = _place(recipient, "sealed_root")
    recipient.sealed_root = seal(key, root.secret, place)


def _seal_recovery(recipient: Recipient, root: Root) -> str:
    code = _new_recovery_code()
    place = _place(recipient, "recovery_root")
    recipient.recovery_root = seal(_recovery_key(code), root.secret, place)
    return code


@transaction.atomic
def create_vault(
    *,
    user: User,
    kind: str,
    channel: Channel,
    shown_name: str,
    passphrase: str,
    by: User | None,
) -> tuple[Recipient, str]:
    """Make a person's keys; return the recovery code, which is shown this once."""
    root = Root(new_key())
    recipient = Recipient(
        user=user,
        kind=kind,
        channel=channel,
        shown_name=shown_name,
        public_key=root.public_key,
        verify_key=root.signer.verify_key.encode(),
    )
    _seal_root(recipient, root, passphrase)
    code = _seal_recovery(recipient, root)
    recipient.save(force_insert=True)
    _audit("make vault", recipient, by)
    return recipient, code


def unlock(*, recipient: Recipient, passphrase: str, by: User) -> bytes:
    """Open a vault; return the secret that belongs into the cookie."""
    _count_try(recipient)
    cost = PassphraseCost(recipient.operations, recipient.memory)
    key = passphrase_key(passphrase, recipient.salt, cost)
    return _open(recipient, key, "sealed_root", by)


def recover(*, recipient: Recipient, code: str, passphrase: str, by: User) -> str:
    """Set a new passphrase with the recovery code; return the next code."""
    _count_try(recipient)
    place = _place(recipient, "recovery_root")
    try:
        secret = unseal(_recovery_key(code), recipient.recovery_root, place)
    except SealBrokenError:
        _audit("fail to recover vault", recipient, by)
        raise WrongPassphraseError from None
    return change_passphrase(
        vault=OpenVault(recipient, Root(secret)), passphrase=passphrase, by=by
    )


@transaction.atomic
def change_passphrase(*, vault: OpenVault, passphrase: str, by: User) -> str:
    """Seal the root anew; every unlocked session ends. Return a new recovery code."""
    recipient = vault.recipient
    _seal_root(recipient, vault.root, passphrase)
    code = _seal_recovery(recipient, vault.root)
    recipient.save(
        update_fields=["salt", "operations", "memory", "sealed_root", "recovery_root"]
    )
    recipient.sessions.all().delete()
    cache.delete(_tries_key(recipient))
    _audit("change passphrase of vault", recipient, by)
    return code


def _count_try(recipient: Recipient) -> None:
    key = _tries_key(recipient)
    cache.add(key, 0, TRIES_SECONDS)
    if cache.incr(key) > TRIES:
        raise TooManyTriesError


def _tries_key(recipient: Recipient) -> str:
    return f"vault-tries:{recipient.pk}"


def _open(recipient: Recipient, key: bytes, column: str, by: User) -> bytes:
    try:
        root = unseal(key, recipient.sealed_root, _place(recipient, column))
    except SealBrokenError:
        _audit("fail to unlock vault", recipient, by)
        raise WrongPassphraseError from None
    cache.delete(_tries_key(recipient))
    return _begin(recipient, root, by)


@transaction.atomic
def _begin(recipient: Recipient, root: bytes, by: User) -> bytes:
    secret, now = new_key(), timezone.now()
    VaultSession.objects.create(
        recipient=recipient,
        lookup=derive(secret, "vault-lookup"),
        sealed_root=seal(
            derive(secret, "vault-root"), root, _place(recipient, "session")
        ),
        idle_ends_at=now + timedelta(minutes=settings.VAULT_IDLE_MINUTES),
        ends_at=now + timedelta(hours=settings.VAULT_HOURS),
    )
    _audit("unlock vault", recipient, by)
    return secret


def open_vault(*, secret: bytes, user: User) -> OpenVault | None:
    """Return the user's vault while it is unlocked, and put its idle end off."""
    now = timezone.now()
    session = (
        VaultSession.objects.select_related("recipient")
        .filter(
            lookup=derive(secret, "vault-lookup"),
            recipient__user=user,
            recipient__is_active=True,
            idle_ends_at__gt=now,
            ends_at__gt=now,
        )
        .first()
    )
    if session is None:
        return None
    place = _place(session.recipient, "session")
    try:
        root = unseal(derive(secret, "vault-root"), session.sealed_root, place)
    except SealBrokenError:
        return None
    session.idle_ends_at = now + timedelta(minutes=settings.VAULT_IDLE_MINUTES)
    session.save(update_fields=["idle_ends_at"])
    return OpenVault(session.recipient, Root(root))


@transaction.atomic
def lock(*, recipient: Recipient, by: User) -> None:
    recipient.sessions.all().delete()
    _audit("lock vault", recipient, by)


def lock_at_sign_out(user: User | None, **kwargs: Any) -> None:
    """Shut the vault of whoever signs out, on every device."""
    if user is not None:
        VaultSession.objects.filter(recipient__user=user).delete()


def _audit(action: str, recipient: Recipient, by: User | None) -> None:
    record(action=action, kind="vault", public_id=str(recipient.public_id), by=by)


def sole_holder(recipient: Recipient) -> bool:
    """Tell whether an open case, or the name in it, would be left to nobody."""
    others = Wrap.objects.filter(
        tip=OuterRef("tip"),
        purpose=OuterRef("purpose"),
        recipient__is_active=True,
        recipient__user__is_active=True,
    ).exclude(recipient=recipient)
    kept = [Wrap.Purpose.CONTENT, Wrap.Purpose.IDENTITY]
    mine = Wrap.objects.filter(recipient=recipient, purpose__in=kept)
    return mine.exclude(tip__state=Tip.State.CLOSED).exclude(Exists(others)).exists()
