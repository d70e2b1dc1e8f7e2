"""What the room does by itself."""

import logging

from celery import shared_task

from courses.marking import finish_attempt, overdue_attempts
from courses.models import Attempt

logger = logging.getLogger(__name__)


@shared_task
def close_overdue_attempts() -> None:
    """Grade what was saved in tests whose time has run out.

    At least once: a second run finds the attempt closed. One attempt in each
    transaction, so that one that fails does not hold up the others.
    """
    for pk in overdue_attempts():
        try:
            finish_attempt(attempt=Attempt.objects.get(pk=pk))
        except Exception:  # noqa: BLE001  the sweep goes on with the next attempt
            logger.exception("Attempt %s could not be closed", pk)
