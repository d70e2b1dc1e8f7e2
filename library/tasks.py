import logging
from pathlib import Path

from celery import shared_task
from django.db import transaction

from foundation.publication import renew_pages
from foundation.search.services import index
from library.extraction import read_text
from library.models import Edition, Item

logger = logging.getLogger(__name__)


@shared_task
def read_file(edition_id: int) -> None:
    """Read the text of an edition's file. At least once: only while it waits.

    The row is locked, so two workers never read one file at a time.
    """
    with transaction.atomic():
        waiting = Edition.objects.select_for_update(skip_locked=True)
        edition = waiting.filter(
            pk=edition_id, text_state=Edition.TextState.WAITING
        ).first()
        if edition is None:
            return
        found = read_text(Path(edition.file.path))
        edition.text = found.text
        edition.text_state = found.state
        edition.save(update_fields=["text", "text_state"])
        if edition.item.state == Item.State.PUBLISHED:
            index("library", edition.item.public_id)
            renew_pages()


@shared_task
def read_waiting() -> None:
    """Read the files that a dead broker left waiting. At least once."""
    waiting = Edition.objects.filter(text_state=Edition.TextState.WAITING)
    for edition_id in waiting.values_list("pk", flat=True):
        try:
            read_file(edition_id)
        except OSError:
            logger.exception("The file of edition %s is not there", edition_id)
