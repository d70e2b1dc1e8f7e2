from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from foundation.read_only import ReadOnly
from reports.admin.cookie import staff, vault_of
from reports.admin.vault_pages import SECONDS, tell_of_sweep
from reports.crypto import SealBrokenError
from reports.forms import ColleagueForm, GrantForm
from reports.models import Disclosure, Wrap
from reports.services import disclosures, names
from reports.services.cases import MoveError, NoKeyError
from reports.services.vaults import OpenVault


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnly, admin.ModelAdmin[Disclosure]):
    """Requests for a name, decided by those who hold the key of names."""

    list_display = ["reference", "asked_by", "state", "asked_on", "expires_on"]
    list_filter = ["state"]
    list_select_related = ["tip", "asked_by"]
    change_list_template = "admin/reports/disclosures.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disclosure]:
        held = Wrap.objects.filter(
            purpose=Wrap.Purpose.IDENTITY, recipient__user=staff(request)
        )
        return super().get_queryset(request).filter(tip__in=held.values("tip"))

    @admin.display(description="№")
    def reference(self, row: Disclosure) -> str:
        return row.tip.reference

    def get_urls(self) -> list[URLPattern]:
        keys = self.admin_site.admin_view(self.names_view)
        return [path("keys/", keys, name="reports_names"), *super().get_urls()]

    def names_view(self, request: HttpRequest) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return names_page(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not staff(request).has_perm("reports.decide_disclosure"):
            raise PermissionDenied
        try:
            row = get_object_or_404(self.get_queryset(request), pk=object_id)
        except (ValidationError, ValueError):
            raise Http404 from None
        vault = vault_of(request)
        form = GrantForm(request.POST or None)
        is_refused = request.POST.get("action") == "refuse"
        if vault is not None and (is_refused or form.is_valid()):
            _decide(request, row, vault, form)
            return redirect("admin:reports_disclosure_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": row.tip.reference,
            "row": row,
            "vault": vault,
            "form": form,
        }
        return TemplateResponse(request, "admin/reports/disclosure.html", context)


@never_cache
def names_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Let another custodian guard the names one guards."""
    if not staff(request).has_perm("reports.decide_disclosure"):
        raise PermissionDenied
    vault = vault_of(request)
    if vault is None:
        return redirect("admin:reports_vault")
    people = names.other_custodians(vault)
    form = ColleagueForm(request.POST or None, people=people)
    if form.is_valid():
        done = names.grant_names(
            to=form.cleaned_data["to"], vault=vault, by=staff(request), seconds=SECONDS
        )
        return tell_of_sweep(request, done, "admin:reports_names")
    context = {**context, "title": gettext("Names I guard"), "form": form}
    return TemplateResponse(request, "admin/reports/names.html", context)


def _decide(
    request: HttpRequest, row: Disclosure, vault: OpenVault, form: GrantForm
) -> None:
    by = staff(request)
    try:
        if request.POST.get("action") == "refuse":
            disclosures.refuse(disclosure=row, decided_by=vault.recipient, by=by)
        else:
            days = timedelta(days=form.cleaned_data["days"])
            until = timezone.localdate() + days
            disclosures.grant(disclosure=row, vault=vault, until=until, by=by)
    except (MoveError, NoKeyError, SealBrokenError):
        messages.error(request, gettext("This request cannot be decided any more."))
