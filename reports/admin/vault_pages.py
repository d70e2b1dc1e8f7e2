"""Pages over all of a recipient's cases: search inside them, and pass their keys on."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from reports.admin.cookie import staff, vault_of
from reports.forms import ColleagueForm, SearchForm
from reports.models import Tip
from reports.services import find, holders
from reports.services.vaults import OpenVault

# A request ends before a proxy loses patience; the next one goes on where it ended.
SECONDS = 20
KEYS = "admin:reports_keys"


def opened_vault(request: HttpRequest) -> OpenVault | None:
    """Return a recipient's vault, if it is open; refuse everybody else."""
    if not staff(request).has_perm("reports.answer_tip"):
        raise PermissionDenied
    return vault_of(request)


@never_cache
@sensitive_post_parameters()
def search_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Search by POST alone: a question in an address would stay in the history."""
    vault = opened_vault(request)
    if vault is None:
        return redirect("admin:reports_vault")
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_valid():
        question = form.cleaned_data["question"]
        found = find.find(question=question, vault=vault, by=staff(request))
    context = {
        **context,
        "title": _("Search in reports"),
        "form": form,
        "found": found.shown if found is not None else None,
        "unopened": find.unopened(vault) if found is not None else 0,
        "count": found.count if found is not None else 0,
    }
    return TemplateResponse(request, "admin/reports/search.html", context)


@never_cache
def keys_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Grant one's cases to a colleague, and renew the keys of those somebody left."""
    vault = opened_vault(request)
    if vault is None:
        return redirect("admin:reports_vault")
    by, people = staff(request), holders.may_be_granted(vault)
    form = ColleagueForm(
        request.POST if request.POST.get("action") == "grant" else None, people=people
    )
    if form.is_bound and form.is_valid():
        to = form.cleaned_data["to"]
        done = holders.grant_all(to=to, vault=vault, by=by, seconds=SECONDS)
        return tell_of_sweep(request, done, KEYS)
    if request.POST.get("action") == "rekey":
        done = holders.rekey_all(vault=vault, by=by, seconds=SECONDS)
        return tell_of_sweep(request, done, KEYS)
    context = {
        **context,
        "title": _("Keys of my cases"),
        "form": form,
        "due": Tip.objects.held_by(by).filter(is_key_due=True).count(),
    }
    return TemplateResponse(request, "admin/reports/keys.html", context)


def tell_of_sweep(
    request: HttpRequest, sweep: tuple[int, int, int], page: str
) -> HttpResponse:
    done, passed, left = sweep
    messages.success(
        request, ngettext("%d case was done.", "%d cases were done.", done) % done
    )
    if passed:
        text = ngettext("%d was passed over.", "%d were passed over.", passed)
        messages.warning(request, text % passed)
    if left:
        text = ngettext(
            "%d is left; press once more.", "%d are left; press once more.", left
        )
        messages.warning(request, text % left)
    return redirect(page)
