"""The page of one's own vault: make it, unlock it, lock it, change it, recover it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from foundation.accounts.models import User
from reports.admin.cookie import give_secret, staff, take_secret, vault_of
from reports.forms import NewPassphraseForm, PassphraseForm, RecoveryForm
from reports.models import Channel, Recipient
from reports.receipts import grouped
from reports.services import vaults
from reports.services.vaults import TooManyTriesError, WrongPassphraseError

TEMPLATE = "admin/reports/vault.html"


def kind_of(user: User) -> str:
    """Return what the user's role makes of a vault; both roles are never one person."""
    if user.has_perm("reports.answer_tip"):
        return Recipient.Kind.RECIPIENT
    if user.has_perm("reports.decide_disclosure"):
        return Recipient.Kind.CUSTODIAN
    raise PermissionDenied


@never_cache
@sensitive_post_parameters()
def vault_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    user = staff(request)
    kind = kind_of(user)
    recipient = Recipient.objects.filter(user=user).first()
    page = Page(request, context, recipient)
    if recipient is None:
        return page.make(user, kind)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action == "lock":
        vaults.lock(recipient=recipient, by=user)
        return take_secret(redirect("admin:reports_vault"))
    if action == "unlock":
        return page.unlock(recipient, user)
    if action == "change":
        return page.change(user)
    if action == "recover":
        return page.recover(recipient, user)
    return page.show()


class Page:
    """One answer of the vault page."""

    def __init__(
        self, request: HttpRequest, context: dict[str, Any], recipient: Recipient | None
    ) -> None:
        self.request, self.context, self.recipient = request, context, recipient

    def show(self, **more: Any) -> HttpResponse:
        user = staff(self.request)
        context = {
            **self.context,
            "title": _("Vault"),
            "recipient": self.recipient,
            "vault": vault_of(self.request) if self.recipient else None,
            "make_form": NewPassphraseForm(user=user, prefix="make"),
            "unlock_form": PassphraseForm(prefix="unlock"),
            "change_form": NewPassphraseForm(user=user, prefix="change"),
            "recovery_form": RecoveryForm(user=user, prefix="recover"),
            **more,
        }
        return TemplateResponse(self.request, TEMPLATE, context)

    def make(self, user: User, kind: str) -> HttpResponse:
        channel = Channel.objects.filter(is_active=True).first()
        if self.request.method != "POST" or channel is None:
            return self.show()
        form = NewPassphraseForm(self.request.POST, user=user, prefix="make")
        if not form.is_valid():
            return self.show(make_form=form)
        self.recipient, code = vaults.create_vault(
            user=user,
            kind=kind,
            channel=channel,
            shown_name=user.name or _("Member of staff"),
            passphrase=form.cleaned_data["passphrase"],
            by=user,
        )
        return self.show(code=grouped(code))

    def unlock(self, recipient: Recipient, user: User) -> HttpResponse:
        form = PassphraseForm(self.request.POST, prefix="unlock")
        if not form.is_valid():
            return self.show(unlock_form=form)
        try:
            secret = vaults.unlock(
                recipient=recipient, passphrase=form.cleaned_data["passphrase"], by=user
            )
        except (WrongPassphraseError, TooManyTriesError) as error:
            form.add_error("passphrase", _refusal(error))
            return self.show(unlock_form=form)
        to = "tip" if recipient.kind == Recipient.Kind.RECIPIENT else "disclosure"
        return give_secret(redirect(f"admin:reports_{to}_changelist"), secret)

    def change(self, user: User) -> HttpResponse:
        vault = vault_of(self.request)
        form = NewPassphraseForm(self.request.POST, user=user, prefix="change")
        if vault is None or not form.is_valid():
            return self.show(change_form=form)
        code = vaults.change_passphrase(
            vault=vault, passphrase=form.cleaned_data["passphrase"], by=user
        )
        messages.success(self.request, _("The passphrase is changed."))
        return take_secret(self.show(code=grouped(code)))

    def recover(self, recipient: Recipient, user: User) -> HttpResponse:
        form = RecoveryForm(self.request.POST, user=user, prefix="recover")
        if not form.is_valid():
            return self.show(recovery_form=form)
        try:
            code = vaults.recover(
                recipient=recipient,
                code=form.cleaned_data["code"],
                passphrase=form.cleaned_data["passphrase"],
                by=user,
            )
        except (WrongPassphraseError, TooManyTriesError) as error:
            form.add_error("code", _refusal(error))
            return self.show(recovery_form=form)
        return self.show(code=grouped(code))


def _refusal(error: Exception) -> str:
    if isinstance(error, TooManyTriesError):
        return _("Too many tries: the vault stays shut for a quarter of an hour")
    return _("This does not open the vault")
