"""Mails of this room: one for each change of state, in the reader's language."""

from typing import Any

from django.utils import translation

from foundation.accounts.models import User
from foundation.notifications.services import send
from volunteers.calendar_file import calendar_of
from volunteers.models import (
    Initiative,
    Letter,
    Organisation,
    SignUp,
    VolunteerProfile,
)

# Mails that say when to come bring the calendar's entry; a cancelled one takes it back.
WITH_CALENDAR = ("accepted", "promoted", "reminder", "cancelled")


def texts(row: Any, field: str) -> dict[str, str]:
    return {code: getattr(row, f"{field}_{code}") for code in ("kk", "ru", "en")}


def tell_applicant(
    profile: VolunteerProfile,
    state: str,
    *,
    key: str,
    path: str,
    note: str = "",
    join_url: str = "",
) -> None:
    """Tell an applicant where he stands; `join_url` is for who has no login yet."""
    send(
        key=f"volunteers:{profile.public_id}:{key}",
        recipient=profile.email,
        language=profile.language,
        template="volunteer_application",
        context={"state": state, "path": path, "note": note, "join_url": join_url},
    )


def tell_guardian(profile: VolunteerProfile, path: str) -> None:
    send(
        key=f"volunteers:{profile.public_id}:guardian:{profile.guardian_email}",
        recipient=profile.guardian_email,
        language=profile.language,
        template="volunteer_guardian",
        context={"name": profile.name, "path": path},
    )


def tell_volunteer(
    sign_up: SignUp, state: str, *, key: str = "", note: str = ""
) -> None:
    """Tell a volunteer what happened to his sign-up; nothing after his erasure."""
    profile = sign_up.profile
    if profile is None or profile.is_demo:
        return
    initiative = sign_up.initiative
    context = {
        "state": state,
        "title": texts(initiative, "title"),
        "path": f"/initiatives/{initiative.public_id}/",
        "note": note,
    }
    if state in WITH_CALENDAR:
        with translation.override(profile.language):
            context["calendar"] = calendar_of(initiative).decode()
    send(
        # A second turn is another event; the same turn and state are the same one.
        key=f"volunteers:sign-up:{sign_up.pk}:{sign_up.turn}:{state}:{key}",
        recipient=profile.email,
        language=profile.language,
        template="volunteer_sign_up",
        context=context,
    )


def tell_member(
    user: User,
    state: str,
    *,
    key: str,
    title: dict[str, str],
    path: str,
    note: str = "",
) -> None:
    """Tell somebody of an organisation what happened to it or its initiative."""
    send(
        key=f"volunteers:member:{user.pk}:{key}",
        recipient=user.email,
        language=user.language,
        template="volunteer_organisation",
        context={"state": state, "title": title, "path": path, "note": note},
    )


def tell_organisers(
    initiative: Initiative, state: str, *, key: str, note: str = ""
) -> None:
    """Tell those who run an initiative's organisation."""
    if initiative.organisation is None or initiative.is_demo:
        return
    running = initiative.organisation.memberships.running().select_related("user")
    for membership in running:
        tell_member(
            membership.user,
            state,
            key=f"{initiative.public_id}:{key}",
            title=texts(initiative, "title"),
            path=f"/initiatives/{initiative.public_id}/people/",
            note=note,
        )


def tell_of_letter(letter: Letter) -> None:
    """Tell those who run the initiative that a volunteer wrote.

    The words stay on the page: no mailbox but the writer's own ever holds them.
    """
    tell_organisers(letter.initiative, "letter", key=f"letter:{letter.pk}")


def invite(organisation: Organisation, email: str, language: str, path: str) -> None:
    send(
        key=f"volunteers:invite:{organisation.public_id}:{path}",
        recipient=email,
        language=language,
        template="volunteer_invitation",
        context={"title": texts(organisation, "name"), "path": path},
    )
