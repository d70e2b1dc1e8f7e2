"""The key of last resort: k of n shareholders together, each with a secret of their own.

Nothing here is new cryptography: the recovery secret is wrapped by HPKE to the members of
each group of k, one layer inside the other. `docs/adr/0027-recovery-by-k-of-n.md`
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import combinations

from django.db import transaction
from django.utils import timezone

from foundation.audit.services import record
from reports.crypto import Root, SealBrokenError, new_key, wrap
from reports.models import Recipient, RecoveryKey, Tip, Wrap
from reports.receipts import parse_receipt
from reports.services.conversation import read_head
from reports.services.filing import recovery_info, wraps
from reports.services.holders import MayNotHoldError, grant_key

MOST_SHAREHOLDERS = 7


class CeremonyError(Exception):
    """The shares do not make a key; the text says why."""


def share_root(share: str) -> Root:
    """Return the keys of a shareholder from what they wrote down, slips forgiven."""
    code = parse_receipt(share).encode()
    return Root(blake2b(code, person=b"acp-share", digest_size=32).digest())


@transaction.atomic
def make_recovery_key(*, public_keys: Sequence[bytes], threshold: int) -> RecoveryKey:
    """Make the key and forget its secret: only groups of shareholders have it."""
    if len(set(public_keys)) != len(public_keys):
        raise CeremonyError("A shareholder is named twice")
    if not 2 <= threshold <= len(public_keys) <= MOST_SHAREHOLDERS:
        raise CeremonyError(
            f"Two to {MOST_SHAREHOLDERS} shareholders, two at least needed"
        )
    root = Root(new_key())
    row = RecoveryKey(
        threshold=threshold,
        public_key=root.public_key,
        shareholders=[key.hex() for key in public_keys],
        made_on=timezone.localdate(),
    )
    row.envelopes = {
        _name(group): _envelope(row, root.secret, group, public_keys)
        for group in combinations(range(len(public_keys)), threshold)
    }
    row.save(force_insert=True)
    _audit("make recovery key", row, f"{threshold} of {len(public_keys)}")
    return row


def _name(group: Iterable[int]) -> str:
    return "-".join(str(place) for place in group)


def _layer(row: RecoveryKey, group: Sequence[int], place: int) -> bytes:
    return f"acp/recovery/v1|{row.public_id}|{_name(group)}|{place}".encode()


def _envelope(
    row: RecoveryKey, secret: bytes, group: Sequence[int], public_keys: Sequence[bytes]
) -> str:
    sealed = secret
    for place in group:
        sealed = wrap(sealed, public_keys[place], _layer(row, group, place))
    return sealed.hex()


def recover_root(row: RecoveryKey, shares: Iterable[str]) -> Root:
    """Put the secret together; raise CeremonyError where shares are wrong or too few."""
    known = {key: place for place, key in enumerate(row.shareholders)}
    held: dict[int, Root] = {}
    for share in shares:
        root = share_root(share)
        place = known.get(root.public_key.hex())
        if place is None:
            raise CeremonyError("A share is of no shareholder of this key")
        held[place] = root
    if len(held) < row.threshold:
        raise CeremonyError(f"{row.threshold} different shares are needed")
    group = sorted(held)[: row.threshold]
    sealed = bytes.fromhex(row.envelopes[_name(group)])
    try:
        for place in reversed(group):
            sealed = held[place].unwrap(sealed, _layer(row, group, place))
    except SealBrokenError:
        raise CeremonyError("The envelope was changed") from None
    root = Root(sealed)
    if root.public_key != bytes(row.public_key):
        raise CeremonyError("The envelope holds another key")
    return root


def grant_all_recovered(
    *, row: RecoveryKey, root: Root, to: Recipient
) -> tuple[int, int]:
    """Grant what the key opens to somebody; return how many cases, and how many not.

    One transaction a case: a run that breaks off is begun again and passes over what is
    done. Who was excluded or gave a case up gets it by this way neither.
    """
    done = passed = 0
    _audit("use recovery key", row, str(to.public_id))
    for tip in Tip.objects.filter(recovery=row).order_by("pk").iterator(200):
        try:
            _grant_one(tip, root, to)
        except (MayNotHoldError, SealBrokenError):
            passed += 1
        else:
            done += 1
    return done, passed


@transaction.atomic
def _grant_one(tip: Tip, root: Root, to: Recipient) -> None:
    assert tip.recovery_content is not None
    assert tip.recovery_identity is not None
    info = recovery_info(tip, "content", tip.epoch)
    key = root.unwrap(tip.recovery_content, info)
    head = read_head(tip, key)
    if to.kind == Recipient.Kind.RECIPIENT:
        grant_key(tip, to, key, head, None)
        return
    if head.excludes(to) or not to.is_active:
        raise MayNotHoldError
    purpose = Wrap.Purpose.IDENTITY
    if not tip.wraps.filter(recipient=to, purpose=purpose).exists():
        info = recovery_info(tip, "identity", 1)
        identity_key = root.unwrap(tip.recovery_identity, info)
        Wrap.objects.bulk_create(wraps(tip, [to], purpose, identity_key))


def _audit(action: str, row: RecoveryKey, detail: str) -> None:
    record(
        action=action,
        kind="recovery key",
        public_id=str(row.public_id),
        by=None,
        detail=detail,
    )
