"""Organisations and their people: register, join, be invited, decide, leave."""

from collections.abc import Callable
from functools import partial

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from foundation.accounts.models import User
from foundation.accounts.permissions import member_page
from foundation.languages import current_language
from foundation.publication import renew_pages
from volunteers.forms.organiser import (
    InvitationForm,
    JoinModeForm,
    MemberForm,
    OrganisationForm,
)
from volunteers.links import LinkTooOldError, invited_by
from volunteers.models import Initiative, Membership, Organisation
from volunteers.permissions import is_administrator, organisation_run_by
from volunteers.services.organisations import (
    accept_invitation,
    ask_to_join,
    decide_membership,
    invite_member,
    leave_organisation,
    register_organisation,
)


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@member_page
@require_http_methods(["GET", "POST"])
def new_organisation(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        register_organisation(
            area=fields.pop("area"),
            directions=list(fields.pop("directions")),
            fields=fields,
            by=user_of(request),
        )
        return redirect("volunteers:me")
    status = 422 if form.is_bound else 200
    context = {"form": form}
    return render(request, "volunteers/new_organisation.html", context, status=status)


def _ask_then_do(
    request: HttpRequest,
    template: str,
    organisation: Organisation,
    act: Callable[[], object],
) -> HttpResponse:
    """Show a page that asks; do it when the answer is posted, or say why not."""
    refused = ""
    if request.method == "POST":
        try:
            act()
        except ValidationError as error:
            refused = " ".join(error.messages)
        else:
            return redirect("volunteers:me")
    context = {"organisation": organisation, "refused": refused}
    return render(request, template, context, status=422 if refused else 200)


@member_page
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Organisation.objects.approved(), public_id=public_id)
    act = partial(ask_to_join, organisation=row, by=user_of(request))
    return _ask_then_do(request, "volunteers/join.html", row, act)


@member_page
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Become a member by the link of an invitation; opening it changes nothing."""
    try:
        found = invited_by(token)
    except LinkTooOldError:
        return render(request, "volunteers/too_old.html", status=410)
    if found is None:
        raise Http404
    row, email = found
    act = partial(accept_invitation, organisation=row, email=email, by=user_of(request))
    return _ask_then_do(request, "volunteers/invitation.html", row, act)


@member_page
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    own = Membership.objects.filter(user=user_of(request)).exclude(state="left")
    membership = get_object_or_404(
        own.select_related("organisation"), organisation__public_id=public_id
    )
    row = membership.organisation
    act = partial(leave_organisation, organisation=row, by=user_of(request))
    return _ask_then_do(request, "volunteers/leave.html", row, act)


@member_page
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the people of an organisation by name; administrators decide on them."""
    row = organisation_run_by(user_of(request), public_id)
    may_decide = is_administrator(user_of(request), row)
    is_post = request.method == "POST" and may_decide
    inviting = is_post and "email" in request.POST
    form = InvitationForm(
        request.POST if inviting else None, initial={"language": current_language()}
    )
    refused = ""
    if is_post:
        try:
            is_done = _decide(request, row, form if inviting else None)
        except ValidationError as error:
            refused, is_done = " ".join(error.messages), False
        if is_done:
            return redirect(request.path)
    context = {
        "organisation": row,
        "memberships": row.memberships.exclude(state="left")
        .select_related("user")
        .order_by("pk"),
        "initiatives": Initiative.objects.filter(organisation=row)[:100],
        "roles": Membership.Role.choices,
        "may_decide": may_decide,
        "invitation": form,
        "join_mode": JoinModeForm(instance=row),
        "refused": refused,
    }
    status = 422 if refused or form.errors else 200
    return render(request, "volunteers/members.html", context, status=status)


def _decide(
    request: HttpRequest, row: Organisation, invitation: InvitationForm | None
) -> bool:
    """Invite somebody, choose who may join, or decide on a member."""
    by = user_of(request)
    if invitation is not None:
        if not invitation.is_valid():
            return False
        invite_member(organisation=row, by=by, **invitation.cleaned_data)
        return True
    if "join_mode" in request.POST:
        form = JoinModeForm(request.POST, instance=row)
        if form.is_valid():
            row.save(update_fields=["join_mode"])
            renew_pages()
        return form.is_valid()
    member = MemberForm(request.POST)
    if not member.is_valid():
        return False
    own = Membership.objects.filter(organisation=row)
    membership = get_object_or_404(own, pk=member.cleaned_data["member"])
    role = member.cleaned_data["role"] or None
    decide_membership(membership=membership, role=role, by=by)
    return True
