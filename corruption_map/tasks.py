from celery import shared_task

from corruption_map.counts import recount_all
from foundation.publication import renew_pages


@shared_task
def recount_map() -> None:
    """Count the map's figures for the new day. At least once: it starts from nothing."""
    recount_all()
    renew_pages()


@shared_task
def remind_of_deadlines() -> None:
    """Mail staff what is due. At least once; the outbox key keeps a day's mail single."""
