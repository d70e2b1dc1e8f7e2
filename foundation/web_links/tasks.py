import logging
import time
from datetime import date

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.utils import timezone

from foundation.web_links.gathering import gather
from foundation.web_links.models import WebLink
from foundation.web_links.visiting import Visitor

logger = logging.getLogger(__name__)

# A run leaves the rest to the next day in time for Celery's own limit.
RUN_SECONDS = 480
RUNNING = "web-links-are-visited"
LENGTH = WebLink._meta.get_field("moved_to").max_length


@shared_task
def check_links() -> None:
    """Gather the addresses, and visit those that are due. At least once.

    The cache keeps two runs from asking one server at a time; a run that was killed
    keeps others away for ten minutes.
    """
    gather()
    if settings.CHECK_LINKS and cache.add(RUNNING, 1, 600):
        try:
            visit_due(Visitor())
        finally:
            cache.delete(RUNNING)


def visit_due(visitor: Visitor) -> None:
    day = timezone.localdate()
    end = time.monotonic() + RUN_SECONDS
    for pk in WebLink.objects.due(day).values_list("pk", flat=True):
        if time.monotonic() > end:
            break
        try:
            _visit(pk, day, visitor)
        except DatabaseError:
            logger.exception("Web link %s was passed over", pk)


@transaction.atomic
def _visit(pk: int, day: date, visitor: Visitor) -> None:
    """Visit an address unless that was done meanwhile, and write down how it went."""
    waiting = WebLink.objects.due(day).select_for_update(skip_locked=True)
    link = waiting.filter(pk=pk).first()
    if link is None:
        return
    answer = visitor.visit(link.address)
    link.state = answer.state
    link.status = answer.status
    link.moved_to = answer.moved_to[:LENGTH]
    link.checked_on = day
    link.failures = link.failures + 1 if answer.state in WebLink.FAILED else 0
    link.save(update_fields=["state", "status", "moved_to", "checked_on", "failures"])
