"""Apply, confirm, look after the application: all without a login."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from foundation.accounts.models import User
from foundation.accounts.permissions import member_page
from foundation.languages import current_language
from volunteers.forms.application import AnswerForm, ApplicationForm, EraseForm
from volunteers.links import (
    CONFIRM,
    GUARDIAN,
    LOGIN,
    STATUS,
    LinkTooOldError,
    profile_of,
    status_path,
)
from volunteers.models import ConsentText, VolunteerProfile
from volunteers.services.applications import (
    answer_question,
    apply,
    confirm_application,
    confirm_guardian,
    current_text,
    link_login,
)
from volunteers.services.people import erase_person


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = request.user if isinstance(request.user, User) else None
        apply(
            fields=form.stored(),
            area=form.cleaned_data["area"],
            directions=form.cleaned_data["directions"],
            language=current_language(),
            user=user,
        )
        return redirect("volunteers:sent")
    status = 422 if form.is_bound else 200
    return render(request, "volunteers/apply.html", {"form": form}, status=status)


@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "volunteers/sent.html")


def _profile(request: HttpRequest, token: str, salt: str) -> VolunteerProfile | None:
    """Return whose link it is; None where its time is over."""
    try:
        profile = profile_of(token, salt)
    except LinkTooOldError:
        return None
    if profile is None:
        raise Http404
    return profile


def _too_old(request: HttpRequest) -> HttpResponse:
    return render(request, "volunteers/too_old.html", status=410)


# The signed value in the address is the right to post; mail programs have no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before confirming: programs that scan mails open links, but never post."""
    profile = _profile(request, token, CONFIRM)
    if profile is None:
        return _too_old(request)
    if request.method == "POST":
        profile = confirm_application(profile=profile)
        return redirect(f"/{current_language()}{status_path(profile)}")
    return render(request, "volunteers/confirm.html", {"profile": profile})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    profile = _profile(request, token, GUARDIAN)
    if profile is None:
        return _too_old(request)
    if request.method == "POST":
        profile = confirm_guardian(profile=profile)
    text = current_text(ConsentText.Purpose.GUARDIAN)
    context = {"profile": profile, "text": text.text}
    return render(request, "volunteers/guardian.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Show where an application stands; its writer may answer or have it erased."""
    profile = _profile(request, token, STATUS)
    if profile is None:
        return _too_old(request)
    is_post = request.method == "POST"
    answering = is_post and "answer" in request.POST
    answer_form = AnswerForm(request.POST if answering else None)
    erase_form = EraseForm(request.POST if is_post and not answering else None)
    if answering and answer_form.is_valid():
        try:
            answer_question(profile=profile, answer=answer_form.cleaned_data["answer"])
        except ValidationError as error:
            answer_form.add_error(None, error)
        else:
            return redirect(request.path)
    elif is_post and erase_form.is_valid():
        erase_person(profile=profile)
        return render(request, "volunteers/erased.html")
    context = {
        "profile": profile,
        "answer_form": answer_form,
        "erase_form": erase_form,
        "consents": profile.consents.select_related("text"),
    }
    return render(request, "volunteers/application.html", context)


@member_page
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest, token: str) -> HttpResponse:
    """Link an accepted application with the login that opened the mail's link."""
    profile = _profile(request, token, LOGIN)
    if profile is None or not isinstance(request.user, User):
        return _too_old(request)
    error = ""
    if request.method == "POST":
        try:
            link_login(profile=profile, user=request.user)
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            return redirect("volunteers:me")
    context = {"profile": profile, "error": error}
    return render(request, "volunteers/login.html", context)
