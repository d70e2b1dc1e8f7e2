"""Who has a place and who waits: always under the lock of the initiative's row."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from volunteers.letters import tell_volunteer
from volunteers.models import Initiative, SignUp

# How long before the start a volunteer is reminded.
REMINDER = timedelta(hours=48)


def promote(initiative: Initiative) -> int:
    """Give free places to those who wait, in their order; the row must be locked."""
    if initiative.state != Initiative.State.OPEN:
        return 0
    if initiative.free <= 0 or initiative.starts_at <= timezone.now():
        return 0
    first = SignUp.objects.waiting().filter(initiative=initiative)
    promoted = list(first.select_related("profile")[: initiative.free])
    for sign_up in promoted:
        sign_up.initiative = initiative
        sign_up.state = SignUp.State.ACCEPTED
        sign_up.save(update_fields=["state"])
        tell_volunteer(sign_up, "promoted")
    initiative.taken += len(promoted)
    initiative.save(update_fields=["taken"])
    return len(promoted)


def with_free_places_and_waiters() -> list[int]:
    """Return the initiatives where somebody waits although there is a place."""
    rows = Initiative.objects.filter(
        state=Initiative.State.OPEN, starts_at__gt=timezone.now(), taken__lt=F("slots")
    ).filter(sign_ups__state=SignUp.State.WAITING)
    return list(rows.order_by("pk").distinct().values_list("pk", flat=True))


@transaction.atomic
def promote_in(initiative_id: int) -> int:
    locked = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
    return promote(locked) if locked else 0


def to_remind() -> list[int]:
    now = timezone.now()
    rows = SignUp.objects.holding().filter(
        reminded_at=None,
        initiative__state__in=[Initiative.State.OPEN, Initiative.State.CLOSED],
        initiative__starts_at__gt=now,
        initiative__starts_at__lte=now + REMINDER,
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def remind(sign_up_id: int) -> None:
    """Remind one volunteer, once: the row is marked in the mail's transaction."""
    rows = SignUp.objects.select_for_update(skip_locked=True, of=("self",))
    sign_up = rows.filter(pk=sign_up_id, reminded_at=None).first()
    if sign_up is None:
        return
    sign_up.reminded_at = timezone.now()
    sign_up.save(update_fields=["reminded_at"])
    tell_volunteer(sign_up, "reminder")


def short_of_people() -> Q:
    """Initiatives that start soon and are less than half full."""
    soon = timezone.now() + timedelta(days=14)
    return Q(
        state=Initiative.State.OPEN,
        starts_at__gt=timezone.now(),
        starts_at__lte=soon,
        taken__lt=F("slots") / 2,
    )


def numbers_of(initiative: Initiative) -> dict[str, int]:
    """Count the sign-ups of an initiative by state."""
    rows = initiative.sign_ups.order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)
