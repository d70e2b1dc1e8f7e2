import logging

from celery import shared_task
from django.db import DatabaseError

from volunteers.counting import recount
from volunteers.models import Letter, VolunteerProfile
from volunteers.places import (
    promote_in,
    remind,
    to_remind,
    with_free_places_and_waiters,
)
from volunteers.retention import erase

logger = logging.getLogger(__name__)


@shared_task
def promote_waiting() -> None:
    """Give free places to those who wait. At least once: it may repeat.

    A withdrawal promotes in its own transaction; this finds what came otherwise.
    """
    for initiative_id in with_free_places_and_waiters():
        try:
            promote_in(initiative_id)
        except DatabaseError:
            logger.exception("Initiative %s could not be promoted", initiative_id)


@shared_task
def send_reminders() -> None:
    """Remind 48 hours before the start. Each sign-up at most once: it is marked."""
    for sign_up_id in to_remind():
        remind(sign_up_id)


@shared_task
def recount_volunteers() -> None:
    """Count the numbers of the first page. At least once: it may repeat."""
    recount()


@shared_task
def erase_outdated() -> None:
    """Erase who was inactive for 24 months or never confirmed. It may repeat."""
    VolunteerProfile.objects.never_confirmed().delete()
    Letter.objects.outdated().delete()
    for profile_id in VolunteerProfile.objects.inactive().values_list("pk", flat=True):
        erase(profile_id)
