"""Pages that are the same for everybody."""

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.key_set import Order, key_set_page
from foundation.languages import current_language
from foundation.open_data.exports import export_response
from foundation.publication import stored_page
from volunteers.agreement import agreement_in
from volunteers.calendar_file import calendar_of
from volunteers.counting import achieved_by
from volunteers.datasets import INITIATIVES
from volunteers.drawing import dots
from volunteers.filters import InitiativeFilterForm, matching
from volunteers.models import (
    Certificate,
    ConsentText,
    Count,
    Direction,
    Initiative,
    Organisation,
    Rule,
    VolunteerProfile,
)
from volunteers.services.applications import current_text
from volunteers.shipped import programme_figures

ITEMS_IN_FEED = 50


@stored_page
def landing(request: HttpRequest) -> HttpResponse:
    open_now = Initiative.objects.open().select_related("area", "organisation")
    active = VolunteerProfile.objects.shown().select_related("area")
    rules = list(Rule.objects.order_by("list_order"))
    shown: list[VolunteerProfile] = list(
        active.order_by("-last_confirmed_on", "-pk")[:12]
    )
    needing = open_now.filter(taken__lt=F("slots"))
    initiatives = list(needing.order_by("starts_at", "pk")[:6])
    figures = programme_figures()
    context = {
        "people": figures.get("volunteers"),
        "billions": figures.get("volunteers_prevented_overpricing", 0) / 10**9,
        "directions": Direction.objects.all(),
        "rules": [
            (label, [rule for rule in rules if rule.kind == kind])
            for kind, label in Rule.Kind.choices
        ],
        "counts": dict(Count.objects.values_list("code", "value")),
        "active": shown,
        "initiatives": initiatives,
        "has_demo": any(row.is_demo for row in shown)
        or any(row.is_demo for row in initiatives),
    }
    return render(request, "volunteers/landing.html", context)


@stored_page
def active(request: HttpRequest) -> HttpResponse:
    """List who chose to be shown: the name he chose, his area and his hours."""
    rows = VolunteerProfile.objects.shown().select_related("area")
    page = key_set_page(
        rows, order=Order(("last_confirmed_on", "id"), falling=True), asked=request.GET
    )
    context = {"page": page, "has_demo": any(row.is_demo for row in page.rows)}
    return render(request, "volunteers/active.html", context)


@stored_page
def organisations(request: HttpRequest) -> HttpResponse:
    rows = Organisation.objects.approved().select_related("area")
    page = key_set_page(rows, order=Order(("id",)), asked=request.GET)
    context = {"page": page, "has_demo": any(row.is_demo for row in page.rows)}
    return render(request, "volunteers/organisations.html", context)


@stored_page
def organisation(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Organisation.objects.approved().select_related("area")
    row = get_object_or_404(rows, public_id=public_id)
    public = Initiative.objects.public().select_related("area", "direction")
    initiatives = public.filter(organisation=row).prefetch_related("results")
    context = {
        "organisation": row,
        "initiatives": initiatives.order_by("-starts_at", "-pk")[:50],
        "achieved": achieved_by(row),
        "has_demo": row.is_demo,
    }
    return render(request, "volunteers/organisation.html", context)


@stored_page
def initiatives(request: HttpRequest) -> HttpResponse:
    form = InitiativeFilterForm(request.GET)
    is_refused = not form.is_valid()
    chosen = {} if is_refused else form.cleaned_data
    rows = matching(chosen).select_related("area", "organisation", "direction")
    # What can be joined: the next first. Everything: the newest first.
    is_ahead = chosen.get("state") == "joinable"
    order = Order(("starts_at", "id"), falling=not is_ahead)
    page = key_set_page(rows, order=order, asked=request.GET)
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    filters = query.urlencode()
    context = {
        "form": form,
        "is_refused": is_refused,
        "page": page,
        "dots": dots(page.rows),
        "filters": filters,
        "query": f"{filters}&" if filters else "",
        "has_demo": any(row.is_demo for row in page.rows),
    }
    return render(request, "volunteers/initiatives.html", context)


@stored_page
def initiative(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Initiative.objects.public().select_related(
        "area", "organisation", "direction"
    )
    row = get_object_or_404(rows, public_id=public_id)
    verified = row.observations.verified().select_related("area")
    context = {
        "initiative": row,
        "tasks": [line for line in row.tasks.plain.splitlines() if line.strip()],
        "takes_sign_ups": row.takes_sign_ups(timezone.now()),
        "results": row.results.all(),
        "observations": verified[:20],
        "agreements": agreement_in(row),
        "dots": dots([row]),
        "permalink": f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
        "has_demo": row.is_demo,
    }
    return render(request, "volunteers/initiative.html", context)


@require_safe
def calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(
        Initiative.objects.public().select_related("area"), public_id=public_id
    )
    response = HttpResponse(calendar_of(row), content_type="text/calendar")
    response["Content-Disposition"] = f'attachment; filename="{row.public_id}.ics"'
    return response


@stored_page
def feed(request: HttpRequest) -> HttpResponse:
    form = InitiativeFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    home = f"{settings.PUBLIC_URL}/{current_language()}"
    atom = Atom1Feed(
        title=_("Initiatives"),
        link=f"{home}/initiatives/",
        description=_("Initiatives that take volunteers, and what they achieved"),
        language=current_language(),
        feed_url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
    )
    for row in matching(chosen).order_by("-updated_at", "-pk")[:ITEMS_IN_FEED]:
        atom.add_item(
            title=row.title.plain,
            link=f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
            description=row.text.plain,
            unique_id=f"{settings.PUBLIC_URL}/#initiative/{row.public_id}",
            updateddate=row.updated_at,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


@require_safe
def export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    form = InitiativeFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    ids = matching(chosen).order_by().values("pk")
    rows = INITIATIVES.rows().filter(pk__in=ids)
    with_bom = request.GET.get("bom") == "1"
    return export_response(
        INITIATIVES, rows, file_format, "initiatives", with_bom=with_bom
    )


@require_safe
def certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """Say whether a certificate is genuine; an erased one names nobody any more."""
    row = get_object_or_404(Certificate, serial=serial)
    context = {"certificate": row, "has_demo": row.is_demo}
    response = render(request, "volunteers/certificate.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@stored_page
def consents(request: HttpRequest) -> HttpResponse:
    """Show every wording that was ever agreed to, the one in use first."""
    in_use = [current_text(purpose).pk for purpose in ConsentText.Purpose.values]
    context = {"texts": ConsentText.objects.all(), "in_use": in_use}
    return render(request, "volunteers/consents.html", context)
