"""Organisations and their members: ask, approve, decline, suspend."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.models import Message
from foundation.publication import renew_pages
from foundation.territory.models import Area
from volunteers.letters import invite, tell_member, texts
from volunteers.links import invitation_path
from volunteers.models import Direction, Membership, Organisation
from volunteers.services.initiatives import cancel_initiative

State = Organisation.State
INVITATIONS_PER_DAY = 20


@transaction.atomic
def register_organisation(
    *, fields: dict[str, Any], area: Area, directions: list[Direction], by: User
) -> Organisation:
    """Ask for an organisation; who asks becomes its administrator."""
    organisation = Organisation.objects.create(area=area, **fields)
    organisation.directions.set(directions)
    Membership.objects.create(
        organisation=organisation,
        user=by,
        role=Membership.Role.ADMINISTRATOR,
        state=Membership.State.APPROVED,
    )
    return organisation


@transaction.atomic
def approve_organisation(*, organisation: Organisation, by: User) -> Organisation:
    if organisation.state == State.APPROVED:
        raise ValidationError(_("The organisation is approved already"))
    return _decide(organisation, State.APPROVED, "", by)


@transaction.atomic
def decline_organisation(
    *, organisation: Organisation, reason: str, by: User
) -> Organisation:
    if organisation.state != State.PENDING:
        raise ValidationError(_("The organisation is not waiting for approval"))
    return _decide(organisation, State.DECLINED, _needed(reason), by)


@transaction.atomic
def suspend_organisation(
    *, organisation: Organisation, reason: str, by: User
) -> Organisation:
    if organisation.state != State.APPROVED:
        raise ValidationError(_("The organisation is not approved"))
    reason = _needed(reason)
    # Nobody is left to meet those who signed up.
    for initiative in organisation.initiatives.coming():
        cancel_initiative(initiative=initiative, reason=reason, by=by)
    return _decide(organisation, State.SUSPENDED, reason, by)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ValidationError(_("Write the reason: the organisation will read it"))
    return reason


def _decide(
    organisation: Organisation, state: str, reason: str, by: User
) -> Organisation:
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    organisation.state = state
    organisation.state_reason = reason
    organisation.save(update_fields=["state", "state_reason"])
    key = f"{organisation.public_id}:{state}:{timezone.now():%Y%m%d%H%M%S%f}"
    for user in _administrators(organisation):
        _tell(organisation, user, state, key, note=reason)
    renew_pages()
    record(
        action=state,
        kind="volunteer organisation",
        public_id=organisation.public_id,
        by=by,
    )
    return organisation


def _administrators(organisation: Organisation) -> list[User]:
    rows = organisation.memberships.filter(
        role=Membership.Role.ADMINISTRATOR, state=Membership.State.APPROVED
    )
    return [row.user for row in rows.select_related("user")]


def _tell(
    organisation: Organisation, user: User, state: str, key: str, note: str = ""
) -> None:
    if organisation.is_demo:
        return
    # Only those who run an approved organisation find its page of people.
    people = f"/volunteers/organisations/{organisation.public_id}/people/"
    tell_member(
        user,
        state,
        key=key,
        title=texts(organisation, "name"),
        path=people if state in ("approved", "asks") else "/volunteers/me/",
        note=note,
    )


@transaction.atomic
def ask_to_join(*, organisation: Organisation, by: User) -> Membership:
    """Ask to become a member; asking twice, or as a member, changes nothing.

    The organisation chose whether that is enough, waits for its administrator, or is
    possible by invitation alone.
    """
    mode = organisation.join_mode
    membership = Membership.objects.filter(organisation=organisation, user=by).first()
    is_free = membership is None or membership.state == Membership.State.LEFT
    if membership is not None and not is_free:
        return membership
    if mode == Organisation.JoinMode.INVITATION:
        raise ValidationError(_("This organisation invites its members itself"))
    if mode == Organisation.JoinMode.OPEN:
        return _become_member(organisation, by)
    membership, _is_new = Membership.objects.update_or_create(
        organisation=organisation,
        user=by,
        defaults={
            "state": Membership.State.PENDING,
            "role": Membership.Role.MEMBER,
        },
    )
    key = f"{organisation.public_id}:asks:{membership.pk}:{timezone.now():%H%M%S%f}"
    for user in _administrators(organisation):
        _tell(organisation, user, "asks", key)
    return membership


def _become_member(organisation: Organisation, user: User) -> Membership:
    """Make somebody a member at once; who has a role already keeps it."""
    membership, _is_new = Membership.objects.get_or_create(
        organisation=organisation, user=user
    )
    if membership.state == Membership.State.APPROVED:
        return membership
    membership.state = Membership.State.APPROVED
    membership.role = Membership.Role.MEMBER
    membership.save(update_fields=["state", "role"])
    now = f"{timezone.now():%Y%m%d%H%M%S%f}"
    _tell(organisation, user, "joined", f"{organisation.public_id}:joined:{now}")
    return membership


@transaction.atomic
def invite_member(
    *, organisation: Organisation, email: str, language: str, by: User
) -> None:
    """Mail an invitation; the address is kept nowhere but in the outbox.

    The answer does not say whether the address is known to the portal.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    since = timezone.now() - timedelta(days=1)
    sent = Message.objects.filter(
        template="volunteer_invitation",
        created_at__gt=since,
        key__startswith=f"volunteers:invite:{organisation.public_id}:",
    )
    if sent.count() >= INVITATIONS_PER_DAY:
        raise ValidationError(_("Enough invitations for today: send more tomorrow"))
    path = invitation_path(organisation, email)
    if not organisation.is_demo:
        invite(organisation, email.lower(), language, path)
    record(
        action="invite a member",
        kind="volunteer organisation",
        public_id=organisation.public_id,
        by=by,
    )


@transaction.atomic
def accept_invitation(
    *, organisation: Organisation, email: str, by: User
) -> Membership:
    """Make the invited person a member; the invitation is good for one address."""
    if by.email.lower() != email.lower():
        raise ValidationError(
            _("The invitation was sent to another address than that of your login")
        )
    return _become_member(organisation, by)


@transaction.atomic
def leave_organisation(*, organisation: Organisation, by: User) -> Membership:
    """Leave of one's own will; the only administrator names another one first."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    rows = Membership.objects.select_for_update(of=("self",))
    own = rows.filter(organisation=organisation, user=by)
    membership = own.exclude(state=Membership.State.LEFT).first()
    if membership is None:
        raise ValidationError(_("You are not a member of this organisation"))
    is_administrator = (
        membership.state == Membership.State.APPROVED
        and membership.role == Membership.Role.ADMINISTRATOR
    )
    if is_administrator and _administrators(organisation) == [by]:
        raise ValidationError(
            _("An organisation needs an administrator: name another one first")
        )
    membership.state = Membership.State.LEFT
    membership.role = Membership.Role.MEMBER
    membership.save(update_fields=["state", "role"])
    _tell(organisation, by, "left", f"left:{timezone.now():%Y%m%d%H%M%S%f}")
    record(
        action="leave",
        kind="volunteer organisation",
        public_id=organisation.public_id,
        by=by,
    )
    return membership


@transaction.atomic
def decide_membership(
    *, membership: Membership, role: str | None, by: User
) -> Membership:
    """Give a member a role, or decline with None; one administrator always stays."""
    membership = Membership.objects.select_for_update(of=("self",)).get(
        pk=membership.pk
    )
    # Two administrators who take each other's role would both find the other one.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    others = [
        u for u in _administrators(membership.organisation) if u != membership.user
    ]
    if role != Membership.Role.ADMINISTRATOR and not others:
        raise ValidationError(_("An organisation needs an administrator"))
    was_approved = membership.state == Membership.State.APPROVED
    membership.state = Membership.State.APPROVED if role else Membership.State.REJECTED
    membership.role = role or Membership.Role.MEMBER
    membership.save(update_fields=["state", "role"])
    organisation = membership.organisation
    if role is None or not was_approved:
        state = "member" if role else "declined"
        key = f"{organisation.public_id}:{state}:{timezone.now():%Y%m%d%H%M%S%f}"
        _tell(organisation, membership.user, state, key)
    record(
        action=f"membership {membership.state} {membership.role}",
        kind="volunteer organisation",
        public_id=organisation.public_id,
        by=by,
    )
    return membership
