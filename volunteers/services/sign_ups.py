"""Sign up, withdraw, take part, and the hours of it."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from volunteers.letters import tell_organisers, tell_volunteer
from volunteers.models import Hours, Initiative, SignUp, VolunteerProfile
from volunteers.places import promote

State = SignUp.State


@transaction.atomic
def sign_up(*, initiative: Initiative, profile: VolunteerProfile) -> SignUp:
    """Give a place or a turn on the waiting list; signed up already changes nothing.

    All sign-ups of one initiative pass its row's lock one after another, so that no
    place is given twice and the waiting list has the order of arrival.
    """
    initiative = Initiative.objects.select_for_update().get(pk=initiative.pk)
    if profile.state != VolunteerProfile.State.ACCEPTED:
        raise ValidationError(_("Only accepted volunteers can sign up"))
    if not initiative.takes_sign_ups(timezone.now()):
        raise ValidationError(_("This initiative takes no sign-ups any more"))
    if profile.is_minor and not initiative.is_for_minors:
        raise ValidationError(_("This initiative is for people of 18 and older"))
    found = SignUp.objects.filter(initiative=initiative, profile=profile).first()
    if found is not None and found.state != State.WITHDRAWN:
        return found
    has_place = initiative.free > 0
    found = found or SignUp(initiative=initiative, profile=profile)
    found.state = State.ACCEPTED if has_place else State.WAITING
    found.turn = initiative.next_turn
    found.signed_up_at = timezone.now()
    found.reminded_at = None
    found.save()
    initiative.next_turn += 1
    initiative.taken += int(has_place)
    initiative.save(update_fields=["next_turn", "taken"])
    VolunteerProfile.objects.filter(pk=profile.pk).update(last_active_at=timezone.now())
    tell_volunteer(found, found.state)
    _show_places(initiative)
    return found


@transaction.atomic
def withdraw(*, initiative: Initiative, profile: VolunteerProfile) -> SignUp:
    """Give a place back before the start; the first who waits has it at once."""
    initiative = Initiative.objects.select_for_update().get(pk=initiative.pk)
    found = SignUp.objects.live().filter(initiative=initiative, profile=profile).first()
    if found is None:
        raise ValidationError(_("You are not signed up for this initiative"))
    if initiative.starts_at <= timezone.now():
        raise ValidationError(_("The initiative has begun: write to the organiser"))
    had_place = found.state == State.ACCEPTED
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    tell_volunteer(found, State.WITHDRAWN)
    if had_place:
        initiative.taken -= 1
        initiative.save(update_fields=["taken"])
        # In the same transaction: it needs no worker that could be down.
        promote(initiative)
    _show_places(initiative)
    return found


def _show_places(initiative: Initiative) -> None:
    """Show the number of free places anew, where it says something new.

    A sign-up on a long waiting list changes nothing that a stored page shows.
    """
    if initiative.free <= 1 or initiative.taken <= 1:
        renew_pages()


@transaction.atomic
def note_attendance(*, sign_up: SignUp, came: bool, by: User) -> SignUp:
    sign_up = SignUp.objects.select_for_update(of=("self",)).get(pk=sign_up.pk)
    if sign_up.state not in (State.ACCEPTED, State.ATTENDED, State.NO_SHOW):
        raise ValidationError(_("Only who has a place can have taken part"))
    if sign_up.initiative.starts_at > timezone.now():
        raise ValidationError(_("The initiative has not begun yet"))
    state = State.ATTENDED if came else State.NO_SHOW
    if state == sign_up.state:
        return sign_up
    if not came and Hours.objects.confirmed().filter(sign_up=sign_up).exists():
        raise ValidationError(_("Hours of this volunteer are confirmed already"))
    sign_up.state = state
    sign_up.save(update_fields=["state"])
    tell_volunteer(sign_up, state)
    _record(sign_up, state, by)
    return sign_up


@transaction.atomic
def propose_hours(
    *, initiative: Initiative, profile: VolunteerProfile, hours: Decimal
) -> Hours:
    """Store what a volunteer says he worked; what is confirmed stays as it is."""
    rows = SignUp.objects.select_for_update(of=("self",))
    sign_up = rows.filter(initiative=initiative, profile=profile).first()
    if sign_up is None or sign_up.state not in (State.ACCEPTED, State.ATTENDED):
        raise ValidationError(_("Only who took part can propose hours"))
    if initiative.starts_at > timezone.now():
        raise ValidationError(_("The initiative has not begun yet"))
    stored = Hours.objects.filter(sign_up=sign_up).first()
    if stored is not None and stored.confirmed_on is not None:
        raise ValidationError(_("Your hours are confirmed already"))
    stored = stored or Hours(sign_up=sign_up)
    stored.proposed = hours
    stored.proposed_on = timezone.localdate()
    stored.save()
    VolunteerProfile.objects.filter(pk=profile.pk).update(last_active_at=timezone.now())
    tell_organisers(initiative, "hours", key=f"hours:{timezone.localdate()}")
    return stored


@transaction.atomic
def confirm_hours(*, hours: Hours, confirmed: Decimal, by: User) -> Hours:
    """Confirm hours, as proposed or others; nobody confirms his own."""
    hours = Hours.objects.select_for_update(of=("self",)).get(pk=hours.pk)
    sign_up = hours.sign_up
    profile = sign_up.profile
    if profile is not None and profile.user_id == by.pk:
        raise ValidationError(_("Nobody confirms his own hours"))
    if hours.confirmed_on is not None:
        raise ValidationError(_("These hours are confirmed already"))
    hours.confirmed = confirmed
    hours.confirmed_on = timezone.localdate()
    hours.confirmed_by = by
    hours.save(update_fields=["confirmed", "confirmed_on", "confirmed_by"])
    if sign_up.state == State.ACCEPTED:
        sign_up.state = State.ATTENDED
        sign_up.save(update_fields=["state"])
    if profile is not None:
        _count_hours(profile)
    tell_volunteer(sign_up, "hours", note=str(confirmed))
    _record(sign_up, "confirm hours", by)
    renew_pages()
    return hours


def _count_hours(profile: VolunteerProfile) -> None:
    confirmed = Hours.objects.confirmed().filter(sign_up__profile=profile)
    VolunteerProfile.objects.filter(pk=profile.pk).update(
        hours_total=confirmed.aggregate(sum=Sum("confirmed"))["sum"] or 0,
        last_confirmed_on=timezone.localdate(),
    )


def _record(sign_up: SignUp, action: str, by: User) -> None:
    record(
        action=action,
        kind="volunteer sign-up",
        public_id=f"{sign_up.initiative.public_id}/{sign_up.turn}",
        by=by,
    )
