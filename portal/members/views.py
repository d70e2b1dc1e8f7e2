"""How a learner or volunteer gets a login, and the page that is hers."""

from allauth.core.ratelimit import consume
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.models import User
from foundation.accounts.permissions import member_page
from foundation.languages import current_language
from portal.members.forms import ChoosePasswordForm, JoinForm, MemberForm
from portal.members.services import (
    Request,
    StaleLinkError,
    ask_to_join,
    join,
    read_link,
)


def own_path(path: str) -> str:
    """Return the path where it is the portal's own, else nothing."""
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form = JoinForm(
        request.POST or None, initial={"next": own_path(request.GET.get("next", ""))}
    )
    if request.method == "POST" and form.is_valid():
        if consume(request, action="signup") is None:
            form.add_error(None, _("Too many attempts: wait a minute"))
        else:
            ask_to_join(
                Request(
                    email=form.cleaned_data["email"],
                    name=form.cleaned_data["name"].strip(),
                    language=current_language(),
                    next=own_path(form.cleaned_data["next"]),
                )
            )
            return redirect("join_asked")
    return render(request, "account/join.html", {"form": form})


@never_cache
@require_http_methods(["GET"])
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "account/join_asked.html")


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Make the login when the password is sent: opening the link changes nothing."""
    try:
        wanted = read_link(token)
        form = ChoosePasswordForm(
            User(email=wanted.email, name=wanted.name), request.POST or None
        )
        if request.method == "POST" and form.is_valid():
            user = join(wanted, password=form.cleaned_data["new_password1"])
            login(request, user)
            with override(user.language):
                return redirect(own_path(wanted.next) or reverse("me"))
    except StaleLinkError:
        return render(request, "account/join_stale.html", status=410)
    return render(request, "account/join_confirm.html", {"form": form})


@member_page
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = MemberForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.save(update_fields=["name", "language"])
        return redirect("me")
    return render(request, "portal/me.html", {"form": form})
