"""Organisations and their members: ask, approve, decline, suspend."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from foundation.territory.models import Area
from volunteers.letters import tell_member, texts
from volunteers.models import Direction, Membership, Organisation

State = Organisation.State


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
    return _decide(organisation, State.SUSPENDED, _needed(reason), by)


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
    tell_member(
        user,
        state,
        key=key,
        title=texts(organisation, "name"),
        path=f"/volunteers/organisations/{organisation.public_id}/people/",
        note=note,
    )


@transaction.atomic
def ask_to_join(*, organisation: Organisation, by: User) -> Membership:
    """Ask to become a member; asking twice, or as a member, changes nothing."""
    membership, is_new = Membership.objects.get_or_create(
        organisation=organisation, user=by
    )
    if not is_new and membership.state == Membership.State.LEFT:
        membership.state = Membership.State.PENDING
        membership.role = Membership.Role.MEMBER
        membership.save(update_fields=["state", "role"])
        is_new = True
    if is_new:
        key = f"{organisation.public_id}:asks:{membership.pk}:{timezone.now():%H%M%S%f}"
        for user in _administrators(organisation):
            _tell(organisation, user, "asks", key)
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
