"""Whoever may not do the work any more keeps no keys: the room follows the ground.

The ground changes logins and roles and knows no room, so these are receivers.
"""

from functools import partial
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from foundation.accounts.models import User
from reports.models import Recipient
from reports.services.holders import close

NEEDED: dict[str, str] = {
    Recipient.Kind.RECIPIENT: "reports.answer_tip",
    Recipient.Kind.CUSTODIAN: "reports.decide_disclosure",
}


def close_with_login(instance: User, created: bool, **kwargs: Any) -> None:
    """Follow a login that was saved; whoever may sign in no more keeps no keys."""
    columns = kwargs.get("update_fields")
    is_about_it = columns is None or {"is_active", "is_staff"} & set(columns)
    if created or not is_about_it or (instance.is_active and instance.is_staff):
        return
    for person in Recipient.objects.filter(user=instance, is_active=True):
        close(person=person)


def close_with_role(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Follow roles and permissions that were taken from somebody.

    It is looked at when all is stored: who gets another role for the same work in the
    same step keeps the keys.
    """
    if action not in {"post_remove", "post_clear"}:
        return
    users = pk_set if reverse else {instance.pk}
    transaction.on_commit(partial(close_strays, users))


def close_with_permission(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Follow permissions that were taken from a role: all who have it are looked at."""
    if action not in {"post_remove", "post_clear"}:
        return
    groups = pk_set if reverse else {instance.pk}
    members = None if groups is None else _members(groups)
    transaction.on_commit(partial(close_strays, members))


def close_with_group(instance: Group, **kwargs: Any) -> None:
    """Follow a role that is about to be deleted; afterwards nobody knows who had it."""
    transaction.on_commit(partial(close_strays, _members({instance.pk})))


def _members(groups: set[int]) -> set[int]:
    return set(User.objects.filter(groups__in=groups).values_list("pk", flat=True))


def close_strays(users: set[int] | None) -> None:
    """Take the keys of those whose role does not ask for them; of everybody's, if None."""
    people = Recipient.objects.filter(is_active=True)
    if users is not None:
        people = people.filter(user__in=users)
    for person in people:
        # Read afresh: a user at hand remembers what they were allowed to do.
        if not User.objects.get(pk=person.user_id).has_perm(NEEDED[person.kind]):
            close(person=person)
