"""A reward: one holder of the case proposes it, another one approves it, the reporter
says to whom it is paid. Every step of staff is audited, no sum is.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.crypto import SealBrokenError, seal_text, unseal_text
from reports.models import MonthlyIndex, Reward, RewardRule, Tip, Wrap
from reports.rewards import reward
from reports.services.cases import MoveError, key_of, refuse_broken
from reports.services.conversation import KeyChangedError
from reports.services.filing import reward_place
from reports.services.vaults import OpenVault
from reports.services.visits import Visit

EARNED = frozenset({Tip.Outcome.CONFIRMED, Tip.Outcome.PARTLY})


class NoRateError(Exception):
    """No rule says how much is given."""


@dataclass(frozen=True)
class Sums:
    """What was counted and by what, as it lies sealed; sums are in tenge."""

    gravity: str
    damage: str
    year: int
    index: str
    rule: str
    tenge: str

    @property
    def amount(self) -> Decimal:
        return Decimal(self.tenge)


def is_earned(tip: Tip) -> bool:
    """Tell whether the case ended so that the law rewards who reported."""
    return tip.state == Tip.State.CLOSED and tip.outcome in EARNED


def count_reward(
    *, gravity: str, damage: Decimal | None, index: MonthlyIndex, rule: RewardRule
) -> Sums:
    tenge = reward(gravity=gravity, damage=damage, index=index.tenge, rates=rule.rates)
    return Sums(
        gravity=gravity,
        damage="" if damage is None else str(damage),
        year=index.year,
        index=str(index.tenge),
        rule=rule.valid_from.isoformat(),
        tenge=str(tenge),
    )


def propose(
    *,
    tip: Tip,
    gravity: str,
    damage: Decimal | None,
    index: MonthlyIndex,
    vault: OpenVault,
    by: User,
) -> Sums:
    key = key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    rule = RewardRule.objects.newest()
    if rule is None:
        raise NoRateError
    sums = count_reward(gravity=gravity, damage=damage, index=index, rule=rule)
    with transaction.atomic():
        row = _locked(tip)
        if not is_earned(row) or Reward.objects.filter(tip=row).exists():
            raise MoveError("A confirmed case is rewarded once")
        Reward.objects.create(
            tip=row,
            body=seal_text(key, json.dumps(asdict(sums)), reward_place(row, "body")),
            proposed_by=vault.recipient,
            proposed_on=timezone.localdate(),
        )
        _audit("propose reward", row, by)
    return sums


def read_sums(given: Reward, key: bytes) -> Sums:
    return Sums(
        **json.loads(unseal_text(key, given.body, reward_place(given.tip, "body")))
    )


def approve(*, tip: Tip, vault: OpenVault, by: User) -> Sums:
    """Approve what somebody else proposed, after reading what it is."""
    key = key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    given = _proposed(tip)
    try:
        sums = read_sums(given, key)
    except SealBrokenError:
        refuse_broken(tip, by)
        raise
    with transaction.atomic():
        row = _locked(tip)
        now = _proposed(row)
        is_other = now.proposed_by_id != vault.recipient.pk
        if not is_other or bytes(now.body) != bytes(given.body):
            raise MoveError("Another holder approves what they have seen")
        now.approved_by, now.approved_on = vault.recipient, timezone.localdate()
        now.save(update_fields=["approved_by", "approved_on"])
        _audit("approve reward", row, by)
    return sums


def withdraw(*, tip: Tip, vault: OpenVault, by: User) -> None:
    """Take back a reward nobody has approved yet; whoever holds the case can."""
    key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    with transaction.atomic():
        row = _locked(tip)
        _proposed(row).delete()
        _audit("withdraw reward", row, by)


def _proposed(tip: Tip) -> Reward:
    given = Reward.objects.filter(tip=tip, approved_by=None).first()
    if given is None:
        raise MoveError("No reward waits for an approval")
    return given


def rewarded(visit: Visit) -> Sums | None:
    """Return the approved reward to its reporter."""
    given = Reward.objects.filter(tip=visit.tip, approved_by__isnull=False).first()
    return read_sums(given, visit.content_key) if given else None


def give_payee(*, visit: Visit, payee: Mapping[str, str]) -> bool:
    """Seal to whom it is paid, under the key of the name; tell whether it was wanted."""
    said = json.dumps(dict(payee), ensure_ascii=False)
    sealed = seal_text(visit.identity_key, said, reward_place(visit.tip, "payee"))
    approved = Reward.objects.filter(tip=visit.tip, approved_by__isnull=False)
    return approved.update(payee=sealed) == 1


def has_payee(visit: Visit) -> bool:
    return Reward.objects.filter(tip=visit.tip).exclude(payee=None).exists()


def read_payee(*, tip: Tip, vault: OpenVault, by: User) -> dict[str, str]:
    """Open the payee to who was granted the name; each time is audited."""
    key = key_of(tip, vault, Wrap.Purpose.DISCLOSURE, by)
    given = Reward.objects.filter(tip=tip).exclude(payee=None).first()
    if given is None or given.payee is None:
        return {}
    try:
        text = unseal_text(key, given.payee, reward_place(tip, "payee"))
    except SealBrokenError:
        refuse_broken(tip, by)
        raise
    _audit("open the payee", tip, by)
    payee: dict[str, str] = json.loads(text)
    return payee


def _locked(tip: Tip) -> Tip:
    row = Tip.objects.select_for_update().get(pk=tip.pk)
    if row.epoch != tip.epoch:
        raise KeyChangedError
    return row


def _audit(action: str, tip: Tip, by: User) -> None:
    record(action=action, kind="report", public_id=tip.reference, by=by)
