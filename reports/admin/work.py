"""Daily work on an opened case: who works on it, who holds it, what lies beside it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from reports.admin.cookie import staff, vault_of
from reports.crypto import SealBrokenError
from reports.downloads import sealed_response
from reports.forms import (
    AuthorityForm,
    ColleagueForm,
    LabelsForm,
    MessageForm,
    OtherCaseForm,
)
from reports.models import Tip, Wrap
from reports.services import cases, desk, erasure, handover, holders
from reports.services.cases import MoveError
from reports.services.conversation import KeyChangedError
from reports.services.desk import OtherHoldersError
from reports.services.holders import LastHolderError, MayNotHoldError, NoNewKeyError
from reports.services.vaults import OpenVault

Handler = Callable[[HttpRequest, Tip, OpenVault], dict[str, Any] | None]


def work_context(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any]:
    """Return what the page shows beside the report; the case was opened before."""
    key = cases.key_of(tip, vault, Wrap.Purpose.CONTENT, staff(request))
    beside = desk.read_desk(tip, key)
    people = holders.holders(tip)
    colleagues = holders.may_be_granted(vault)
    new = [person for person in colleagues if person not in people]
    return {
        "desk": beside,
        "linked": desk.linked(beside, staff(request)),
        "private_notes": desk.private_notes(tip, vault),
        "holders": people,
        "labels_form": LabelsForm(
            prefix="labels", initial={"labels": ", ".join(beside.labels)}
        ),
        "private_form": MessageForm(prefix="private"),
        "assign_form": ColleagueForm(
            prefix="assign",
            people=people,
            initial={"to": str(tip.assignee.public_id) if tip.assignee else None},
        ),
        "grant_form": ColleagueForm(prefix="grant", people=new),
        "authority_form": AuthorityForm(),
        "other_form": OtherCaseForm(prefix="other"),
    }


def explained(error: Exception) -> str:
    """Return why a step was not taken, for the person who asked for it."""
    if isinstance(error, LastHolderError):
        return _("Nobody else could open the case: grant it to a colleague first.")
    if isinstance(error, MayNotHoldError):
        return _(
            "This person may not hold the case: the reporter excluded them, they"
            " gave it up, or they receive no reports."
        )
    if isinstance(error, NoNewKeyError):
        return _("This case is too old for a new key: its receipt could not follow.")
    if isinstance(error, OtherHoldersError):
        return _(
            "The two cases are held by different people: a link would tell one of"
            " them of a report they may not see."
        )
    return _("Somebody else has changed the case meanwhile; look at it again.")


REFUSALS = (
    LastHolderError,
    MayNotHoldError,
    NoNewKeyError,
    OtherHoldersError,
    KeyChangedError,
    MoveError,
    cases.NoKeyError,
)


def refusing(handler: Handler) -> Handler:
    """Say on the page why a step was refused."""

    def taken(
        request: HttpRequest, tip: Tip, vault: OpenVault
    ) -> dict[str, Any] | None:
        try:
            return handler(request, tip, vault)
        except REFUSALS as error:
            messages.error(request, explained(error))
            return None

    return taken


def _labels(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = LabelsForm(request.POST, prefix="labels")
    if not form.is_valid():
        return {"labels_form": form}
    desk.set_labels(
        tip=tip, labels=form.cleaned_data["labels"], vault=vault, by=staff(request)
    )
    return None


def _private(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = MessageForm(request.POST, prefix="private")
    if not form.is_valid():
        return {"private_form": form}
    desk.write_private_note(
        tip=tip, text=form.cleaned_data["text"], vault=vault, by=staff(request)
    )
    return None


def _join(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = OtherCaseForm(request.POST, prefix="other")
    if not form.is_valid():
        return {"other_form": form}
    by = staff(request)
    held = Tip.objects.held_by(by)
    other = held.filter(reference=form.cleaned_data["reference"]).first()
    if other is None:
        form.add_error("reference", _("You hold no case of this reference"))
        return {"other_form": form}
    if request.POST["action"] == "merge":
        desk.merge(tip=tip, into=other, vault=vault, by=by)
    else:
        desk.link(tip=tip, other=other, vault=vault, by=by)
    return None


def _assign(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = ColleagueForm(request.POST, prefix="assign", people=holders.holders(tip))
    if not form.is_valid():
        return {"assign_form": form}
    holders.assign(tip=tip, to=form.cleaned_data["to"], by=staff(request))
    return None


def _grant(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    people = holders.may_be_granted(vault)
    form = ColleagueForm(request.POST, prefix="grant", people=people)
    if not form.is_valid():
        return {"grant_form": form}
    to, by = form.cleaned_data["to"], staff(request)
    if request.POST["action"] == "hand-over":
        holders.hand_over(tip=tip, to=to, vault=vault, by=by)
    else:
        holders.grant(tip=tip, to=to, vault=vault, by=by)
    return None


@never_cache
def recuse_page(
    request: HttpRequest, tip: Tip, context: dict[str, Any]
) -> HttpResponse:
    """Ask once more before a key goes for good."""
    vault = vault_of(request)
    if vault is None:
        return redirect("admin:reports_vault")
    if request.method == "POST":
        try:
            holders.recuse(tip=tip, vault=vault, by=staff(request))
        except REFUSALS as error:
            messages.error(request, explained(error))
            return redirect("admin:reports_tip_change", tip.pk)
        messages.success(request, _("You gave the case up and hold no key of it."))
        return redirect("admin:reports_tip_changelist")
    others = [p for p in holders.holders(tip) if p.pk != vault.recipient.pk]
    context = {**context, "title": tip.reference, "tip": tip, "others": others}
    return TemplateResponse(request, "admin/reports/recuse.html", context)


@never_cache
def export_answer(request: HttpRequest, tip: Tip) -> HttpResponseBase:
    """Send a case sealed to an authority; this machine keeps nothing of it."""
    vault = vault_of(request)
    if vault is None:
        return redirect("admin:reports_vault")
    form = AuthorityForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return redirect("admin:reports_tip_change", tip.pk)
    try:
        file = handover.export_case(
            tip=tip, to=form.cleaned_data["to"], vault=vault, by=staff(request)
        )
    except SealBrokenError:
        return redirect("admin:reports_tip_change", tip.pk)
    return sealed_response(file, f"{tip.reference}.acp")


def _propose(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    erasure.propose(tip=tip, person=vault.recipient, by=staff(request))
    return None


def _erase(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    erasure.approve(tip=tip, person=vault.recipient, by=staff(request))
    messages.success(request, _("The case is erased with its keys and files."))
    return None


def _stay(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    erasure.withdraw(tip=tip, person=vault.recipient, by=staff(request))
    return None


def _rekey(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    holders.rekey(tip=tip, vault=vault, by=staff(request))
    messages.success(request, _("The case has a new key."))
    return None


WORK: dict[str, Handler] = {
    "labels": _labels,
    "private": _private,
    "link": _join,
    "merge": _join,
    "assign": _assign,
    "grant": _grant,
    "hand-over": _grant,
    "rekey": _rekey,
    "propose-erasure": _propose,
    "erase": _erase,
    "stay": _stay,
}
