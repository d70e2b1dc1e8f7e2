"""Which areas and bodies a staff member works on."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from foundation.accounts.models import User
from foundation.territory.models import Area, PublicBody, Scope

NOTHING = Q(pk__in=[])


def scope_of(user: User | AnonymousUser) -> Scope | None:
    return Scope.objects.filter(user=user.pk).select_related("body", "area").first()


def is_agency(user: User | AnonymousUser) -> bool:
    """Tell whether the user works for the agency itself, on everything."""
    if not user.is_active or not user.is_authenticated:
        return False
    if user.is_superuser:
        return True
    scope = scope_of(user)
    return scope is not None and scope.kind == Scope.Kind.AGENCY


def in_scope(user: User | AnonymousUser, *, body: str | None, area: str) -> Q:
    """Return the condition on rows the user works on; without a scope, none of them.

    `body` and `area` are the lookups from the row: `executor`, `risk__area`. Rows that
    belong to no body have None for it; who works for a body sees none of them.
    """
    if is_agency(user):
        return Q()
    scope = scope_of(user)
    if scope is None:
        return NOTHING
    if scope.body is not None:
        return Q(**{f"{body}__in": subtree(scope.body)}) if body else NOTHING
    assert scope.area is not None
    return Q(**{f"{area}__in": area_subtree(scope.area)})


def subtree(body: PublicBody) -> list[int]:
    """Return the ids of a body and of all bodies under it; one query per level."""
    found = level = [body.pk]
    while level:
        level = list(
            PublicBody.objects.filter(parent__in=level)
            .exclude(pk__in=found)
            .values_list("pk", flat=True)
        )
        found = found + level
    return found


def area_subtree(area: Area) -> list[int]:
    """Return the ids of an area and of the areas in it."""
    if area.kind == Area.Kind.COUNTRY:
        return list(Area.objects.values_list("pk", flat=True))
    return [area.pk, *area.children.values_list("pk", flat=True)]
