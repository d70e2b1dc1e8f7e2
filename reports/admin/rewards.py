"""The reward of a confirmed case, and what it is counted by."""

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from reports.admin.cookie import staff
from reports.admin.work import Handler
from reports.crypto import SealBrokenError
from reports.forms import RewardForm
from reports.models import Gravity, MonthlyIndex, Reward, RewardRule, Tip, Wrap
from reports.services import rewards
from reports.services.cases import key_of
from reports.services.rewards import NoRateError
from reports.services.vaults import OpenVault


def reward_context(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any]:
    given = Reward.objects.filter(tip=tip).first()
    context: dict[str, Any] = {
        "is_earned": rewards.is_earned(tip),
        "given": given,
        "reward_form": RewardForm(prefix="reward"),
    }
    if given is None:
        return context
    key = key_of(tip, vault, Wrap.Purpose.CONTENT, staff(request))
    try:
        sums = rewards.read_sums(given, key)
    except SealBrokenError:
        return context
    return {**context, "sums": sums, "gravity": Gravity(sums.gravity).label}


def _propose(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = RewardForm(request.POST, prefix="reward")
    if not form.is_valid():
        return {"reward_form": form}
    try:
        rewards.propose(tip=tip, vault=vault, by=staff(request), **form.cleaned_data)
    except NoRateError:
        messages.error(request, _("Nobody has entered the rates of rewards yet."))
    return None


def _approve(request: HttpRequest, tip: Tip, vault: OpenVault) -> None:
    # The page that follows says what was changed.
    with suppress(SealBrokenError):
        rewards.approve(tip=tip, vault=vault, by=staff(request))


def _withdraw(request: HttpRequest, tip: Tip, vault: OpenVault) -> None:
    rewards.withdraw(tip=tip, vault=vault, by=staff(request))


REWARDS: dict[str, Handler] = {
    "propose-reward": _propose,
    "approve-reward": _approve,
    "withdraw-reward": _withdraw,
}


@admin.register(MonthlyIndex)
class MonthlyIndexAdmin(admin.ModelAdmin[MonthlyIndex]):
    list_display = ["year", "tenge", "source"]


@admin.register(RewardRule)
class RewardRuleAdmin(admin.ModelAdmin[RewardRule]):
    list_display = ["valid_from", "threshold", "percent", "cap"]
