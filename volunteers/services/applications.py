"""From an application to a volunteer: confirm, review, accept, leave."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.models import Message
from foundation.publication import renew_pages
from foundation.territory.models import Area
from volunteers.letters import tell_applicant, tell_guardian
from volunteers.links import (
    confirm_path,
    guardian_path,
    join_url,
    login_path,
    status_path,
)
from volunteers.models import Consent, ConsentText, Direction, VolunteerProfile

State = VolunteerProfile.State
# Nobody can fill a stranger's mailbox through the form.
MAILS_PER_DAY = 3


def current_text(purpose: str) -> ConsentText:
    texts = ConsentText.objects.filter(
        purpose=purpose, valid_from__lte=timezone.localdate()
    )
    return texts.order_by("-valid_from", "-pk")[0]


@transaction.atomic
def apply(
    *,
    fields: dict[str, Any],
    area: Area,
    directions: Iterable[Direction],
    language: str,
    user: User | None,
) -> VolunteerProfile | None:
    """Store an application and ask its address by mail whether it is meant.

    A known address gets the link to its application instead, and nothing stored is
    changed, so that the answer does not say whether an address is known. None beyond
    the day's mails.
    """
    email = fields.pop("email").lower()
    with connection.cursor() as cursor:
        # Two forms sent at once would both find the address unknown.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [email])
    if _mails_today(email) >= MAILS_PER_DAY:
        return None
    known = VolunteerProfile.objects.annotate(lower=Lower("email"))
    profile = known.filter(lower=email).first()
    now = f"{timezone.now():%Y%m%d%H%M%S%f}"
    if profile is not None:
        waits = profile.state == State.UNCONFIRMED
        path = confirm_path(profile) if waits else status_path(profile)
        state = "confirm" if waits else "known"
        tell_applicant(profile, state, key=f"again:{now}", path=path)
        return profile
    is_own = user is not None and user.email == email
    free = is_own and not VolunteerProfile.objects.filter(user=user).exists()
    profile = VolunteerProfile.objects.create(
        email=email,
        language=language,
        area=area,
        user=user if free else None,
        **fields,
    )
    profile.directions.set(directions)
    for purpose in (ConsentText.Purpose.DATA, ConsentText.Purpose.RULES):
        Consent.objects.create(profile=profile, text=current_text(purpose))
    tell_applicant(profile, "confirm", key=f"new:{now}", path=confirm_path(profile))
    return profile


def _mails_today(email: str) -> int:
    return Message.objects.filter(
        recipient=email,
        template="volunteer_application",
        created_at__gt=timezone.now() - timedelta(days=1),
    ).count()


@transaction.atomic
def confirm_application(*, profile: VolunteerProfile) -> VolunteerProfile:
    """Put a confirmed application before staff; a second confirmation is none."""
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    if profile.state != State.UNCONFIRMED:
        return profile
    profile.state = State.APPLIED
    profile.last_active_at = timezone.now()
    profile.save(update_fields=["state", "last_active_at"])
    tell_applicant(profile, "received", key="received", path=status_path(profile))
    if profile.is_minor:
        tell_guardian(profile, guardian_path(profile))
    return profile


@transaction.atomic
def confirm_guardian(*, profile: VolunteerProfile) -> VolunteerProfile:
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    if profile.guardian_confirmed_at is not None:
        return profile
    profile.guardian_confirmed_at = timezone.now()
    profile.save(update_fields=["guardian_confirmed_at"])
    Consent.objects.create(
        profile=profile, text=current_text(ConsentText.Purpose.GUARDIAN)
    )
    tell_applicant(profile, "guardian", key="guardian", path=status_path(profile))
    return profile


REVIEWED = (State.APPLIED, State.ASKED)


@transaction.atomic
def accept(*, profile: VolunteerProfile, by: User) -> VolunteerProfile:
    profile = _under_review(profile)
    if profile.is_minor and profile.guardian_confirmed_at is None:
        raise ValidationError(
            _("A parent or guardian has not confirmed this application yet")
        )
    if profile.user_id is not None:
        return _decide(profile, State.ACCEPTED, "", by, path="/volunteers/me/")
    return _decide(
        profile,
        State.ACCEPTED,
        "",
        by,
        path=login_path(profile),
        onwards=join_url(profile),
    )


@transaction.atomic
def ask(*, profile: VolunteerProfile, question: str, by: User) -> VolunteerProfile:
    profile = _under_review(profile)
    _need(question)
    return _decide(profile, State.ASKED, question, by, path=status_path(profile))


@transaction.atomic
def decline(*, profile: VolunteerProfile, reason: str, by: User) -> VolunteerProfile:
    profile = _under_review(profile)
    _need(reason)
    return _decide(profile, State.DECLINED, reason, by, path=status_path(profile))


@transaction.atomic
def answer_question(*, profile: VolunteerProfile, answer: str) -> VolunteerProfile:
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    if profile.state != State.ASKED:
        raise ValidationError(_("Nothing is asked of this application"))
    profile.answer = answer
    profile.state = State.APPLIED
    profile.last_active_at = timezone.now()
    profile.save(update_fields=["answer", "state", "last_active_at"])
    return profile


def _under_review(profile: VolunteerProfile) -> VolunteerProfile:
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    if profile.state not in REVIEWED:
        raise ValidationError(_("This application is not waiting for a decision"))
    return profile


def _need(text: str) -> None:
    if not text.strip():
        raise ValidationError(_("Write the reason: the applicant will read it"))


def _decide(
    profile: VolunteerProfile,
    state: str,
    text: str,
    by: User,
    *,
    path: str,
    onwards: str = "",
) -> VolunteerProfile:
    profile.state = state
    profile.state_reason = text
    profile.save(update_fields=["state", "state_reason"])
    now = f"{timezone.now():%Y%m%d%H%M%S%f}"
    key = f"{state}:{now}"
    tell_applicant(profile, state, key=key, path=path, note=text, join_url=onwards)
    record(action=state, kind="volunteer", public_id=profile.public_id, by=by)
    return profile


@transaction.atomic
def link_login(*, profile: VolunteerProfile, user: User) -> VolunteerProfile:
    """Give a volunteer his login: the link was in his mailbox, the login is his."""
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    taken = VolunteerProfile.objects.filter(user=user).exclude(pk=profile.pk).exists()
    if taken or profile.user_id not in (None, user.pk):
        raise ValidationError(_("This login or this application is linked already"))
    profile.user = user
    profile.last_active_at = timezone.now()
    profile.save(update_fields=["user", "last_active_at"])
    return profile


@transaction.atomic
def show_publicly(*, profile: VolunteerProfile, display_name: str) -> None:
    """Put a volunteer on the public list under the name he chose, or take him off."""
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    was_public = profile.is_public
    profile.display_name = display_name.strip()
    profile.is_public = bool(profile.display_name)
    profile.save(update_fields=["display_name", "is_public"])
    given = profile.consents.filter(text__purpose=ConsentText.Purpose.PUBLIC)
    if profile.is_public and not was_public:
        Consent.objects.create(
            profile=profile, text=current_text(ConsentText.Purpose.PUBLIC)
        )
    elif was_public and not profile.is_public:
        given.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    renew_pages()
