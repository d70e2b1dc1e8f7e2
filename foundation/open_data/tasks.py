import logging

from celery import shared_task

from foundation.open_data.editions import (
    forget_outdated,
    forget_withdrawn,
    keep_edition,
)
from foundation.open_data.registry import datasets
from foundation.publication import renew_pages

logger = logging.getLogger(__name__)


@shared_task
def keep_editions() -> None:
    """Store the datasets that have changed. At least once: a day has one edition.

    One dataset that fails does not keep the others from being stored.
    """
    for dataset in datasets():
        try:
            keep_edition(dataset)
        except Exception:
            logger.exception("No edition of %s could be stored", dataset.slug)
    forget_withdrawn()
    forget_outdated()
    renew_pages()
