"""A volunteer's own pages: his place, his hours, his data. Never stored."""

from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.accounts.models import User
from foundation.accounts.permissions import member_page
from foundation.languages import pick
from foundation.open_data.registry import publisher_names
from volunteers.certificate_file import certificate_pdf
from volunteers.forms.application import EraseForm, HoursForm, LetterForm, ShowForm
from volunteers.models import (
    Certificate,
    Hours,
    Initiative,
    Letter,
    Membership,
    SignUp,
    VolunteerProfile,
)
from volunteers.services.applications import show_publicly
from volunteers.services.certificates import issue_certificate
from volunteers.services.contact import write_to_organiser
from volunteers.services.people import all_of, erase_person
from volunteers.services.sign_ups import propose_hours, sign_up, withdraw


def profile_of(request: HttpRequest) -> VolunteerProfile | None:
    assert isinstance(request.user, User)
    return VolunteerProfile.objects.filter(user=request.user).first()


@member_page
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    return _me(request)


def _me(
    request: HttpRequest,
    show_form: ShowForm | None = None,
    erase_form: EraseForm | None = None,
) -> HttpResponse:
    profile = profile_of(request)
    memberships = Membership.objects.filter(user=request.user.pk)
    context: dict[str, Any] = {
        "profile": profile,
        "memberships": memberships.select_related("organisation"),
    }
    if profile is not None:
        name = profile.display_name if profile.is_public else ""
        context |= {
            "sign_ups": _history(profile),
            "certificates": profile.certificates.all(),
            "observations": profile.observations.select_related("initiative")[:50],
            "consents": profile.consents.select_related("text"),
            "show_form": show_form or ShowForm(initial={"display_name": name}),
            "erase_form": erase_form or EraseForm(),
        }
    refused = bool(
        (show_form and show_form.errors) or (erase_form and erase_form.errors)
    )
    return render(
        request, "volunteers/me.html", context, status=422 if refused else 200
    )


def _history(profile: VolunteerProfile) -> QuerySet[SignUp]:
    rows = SignUp.objects.filter(profile=profile)
    return rows.select_related("initiative", "hours").order_by("-initiative__starts_at")


@member_page
@require_POST
def show(request: HttpRequest) -> HttpResponse:
    form = ShowForm(request.POST)
    profile = profile_of(request)
    if profile is None:
        return redirect("volunteers:me")
    if not form.is_valid():
        return _me(request, show_form=form)
    show_publicly(profile=profile, display_name=form.cleaned_data["display_name"])
    return redirect("volunteers:me")


@member_page
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    form = EraseForm(request.POST)
    profile = profile_of(request)
    if profile is None:
        return redirect("volunteers:me")
    if not form.is_valid():
        return _me(request, erase_form=form)
    erase_person(profile=profile)
    return render(request, "volunteers/erased.html")


@member_page
@require_GET
def own_data(request: HttpRequest) -> HttpResponse:
    """Return everything the portal keeps of the volunteer, as a file."""
    profile = profile_of(request)
    if profile is None:
        return redirect("volunteers:me")
    content = orjson.dumps(
        all_of(profile),
        default=_plain,
        option=orjson.OPT_INDENT_2,
    )
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="volunteer.json"'
    return response


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError


@member_page
@require_POST
def new_certificate(request: HttpRequest) -> HttpResponse:
    profile = profile_of(request)
    if profile is not None:
        try:
            issue_certificate(profile=profile)
        except ValidationError:
            # The button is not shown without confirmed hours.
            return redirect("volunteers:me")
    return redirect("volunteers:me")


@member_page
@require_GET
def certificate_file(request: HttpRequest, serial: str) -> HttpResponse:
    rows = Certificate.objects.filter(profile__user=request.user.pk)
    certificate = get_object_or_404(rows, serial=serial)
    issuer = pick(publisher_names())
    content = certificate_pdf(certificate, issuer=issuer.plain)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{serial}.pdf"'
    return response


@member_page
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign up, withdraw and propose hours: one page for one initiative."""
    rows = Initiative.objects.public().select_related("area")
    initiative = get_object_or_404(rows, public_id=public_id)
    profile = profile_of(request)
    form, refused = HoursForm(), ""
    if request.method == "POST" and profile is not None:
        if "hours" in request.POST:
            form = HoursForm(request.POST)
        try:
            is_done = _do(request, initiative, profile, form)
        except ValidationError as error:
            refused = " ".join(error.messages)
        else:
            if is_done:
                return redirect(request.path)
    context = _place(initiative, profile) | {"form": form, "refused": refused}
    status = 422 if refused or form.errors else 200
    return render(request, "volunteers/mine.html", context, status=status)


@member_page
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write to those who run an initiative; neither side sees an address."""
    rows = Initiative.objects.public().select_related("organisation")
    initiative = get_object_or_404(rows, public_id=public_id)
    profile = profile_of(request)
    may_write = profile is not None and profile.is_accepted
    form = LetterForm(request.POST or None)
    if request.method == "POST" and profile is not None and form.is_valid():
        text = form.cleaned_data["letter"]
        try:
            write_to_organiser(initiative=initiative, profile=profile, text=text)
        except ValidationError as error:
            form.add_error("letter", error)
        else:
            return redirect(request.path)
    context = {
        "initiative": initiative,
        "may_write": may_write,
        "form": form,
        "letters": Letter.objects.filter(initiative=initiative, profile=profile)
        if profile
        else [],
    }
    status = 422 if form.errors else 200
    return render(request, "volunteers/contact.html", context, status=status)


def _do(
    request: HttpRequest,
    initiative: Initiative,
    profile: VolunteerProfile,
    form: HoursForm,
) -> bool:
    if "withdraw" in request.POST:
        withdraw(initiative=initiative, profile=profile)
    elif "hours" not in request.POST:
        sign_up(initiative=initiative, profile=profile)
    elif form.is_valid():
        hours = form.cleaned_data["hours"]
        propose_hours(initiative=initiative, profile=profile, hours=hours)
    else:
        return False
    return True


def _place(
    initiative: Initiative, profile: VolunteerProfile | None
) -> dict[str, object]:
    now = timezone.now()
    own = SignUp.objects.filter(initiative=initiative, profile=profile)
    found = own.first() if profile else None
    others = SignUp.objects.filter(profile=profile).exclude(initiative=initiative)
    before = SignUp.objects.waiting().filter(
        initiative=initiative, turn__lt=found.turn if found else 0
    )
    return {
        "initiative": initiative,
        "profile": profile,
        "sign_up": found,
        "ahead": before.count(),
        "is_live": found is not None and found.state in SignUp.LIVE,
        "has_begun": initiative.starts_at <= now,
        "takes_sign_ups": initiative.takes_sign_ups(now),
        "conflicts": others.overlapping(initiative).select_related("initiative")
        if profile
        else [],
        "hours": Hours.objects.filter(sign_up=found).first() if found else None,
    }
