import logging

from celery import shared_task
from django.db import DatabaseError, transaction

from foundation.search.saved import announce_new_finds, watched

logger = logging.getLogger(__name__)


@shared_task
def announce_finds() -> None:
    """Mail the followers of searches. At least once: a mail's key is used once only."""
    for saved in watched():
        try:
            with transaction.atomic():
                announce_new_finds(saved)
        except DatabaseError:
            logger.exception("A followed search was passed over")
