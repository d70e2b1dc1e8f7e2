"""Who runs what: managers and administrators of an approved organisation, only theirs.

What somebody may not run is not found, so that nothing is said about it.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from foundation.accounts.models import User
from foundation.territory.permissions import in_scope
from volunteers.models import Initiative, Membership, Observation, Organisation


def run_by(user: User) -> QuerySet[Organisation]:
    running = Membership.objects.running().filter(user=user)
    return Organisation.objects.filter(pk__in=running.values("organisation"))


def organisation_run_by(user: User, public_id: str) -> Organisation:
    return get_object_or_404(run_by(user), public_id=public_id)


def initiative_run_by(user: User, public_id: str) -> Initiative:
    rows = Initiative.objects.select_related("organisation", "area", "direction")
    return get_object_or_404(
        rows.filter(organisation__in=run_by(user)), public_id=public_id
    )


def is_administrator(user: User, organisation: Organisation) -> bool:
    return (
        Membership.objects.running()
        .filter(
            user=user,
            organisation=organisation,
            role=Membership.Role.ADMINISTRATOR,
        )
        .exists()
    )


def may_see_photos(user: User | AnonymousUser, row: Observation) -> bool:
    """Show what nobody verified yet to who saw it and to who may verify it."""
    if row.state == Observation.State.VERIFIED:
        return True
    if not isinstance(user, User):
        return False
    if row.profile is not None and row.profile.user_id == user.pk:
        return True
    in_reach = Observation.objects.filter(in_scope(user, body=None, area="area"))
    if user.has_perm("volunteers.view_observation"):
        return in_reach.filter(pk=row.pk).exists()
    return run_by(user).filter(initiatives=row.initiative_id).exists()
