import logging

from celery import shared_task
from django.utils import timezone

from surveys.closing import finish
from surveys.flushing import differences, flush
from surveys.letters import write_letters
from surveys.models import Draft, Wave

logger = logging.getLogger(__name__)


@shared_task
def store_answers() -> None:
    """Store waiting answers of every open wave. At least once: what is stored is gone.

    A close that broke off before its last answers were stored is brought to its end.
    """
    for wave in Wave.objects.filter(state=Wave.State.OPEN):
        flush(wave)
    unfinished = Wave.objects.filter(state=Wave.State.CLOSED).exclude(
        kept_results__is_final=True
    )
    for wave in unfinished:
        finish(wave)


@shared_task
def forget_drafts() -> None:
    """Erase drafts nobody came back for. At least once: a second run finds nothing."""
    Draft.objects.filter(expires_on__lt=timezone.localdate()).delete()


@shared_task
def compare_counts() -> None:
    """Count open waves anew and tell where counts differ. At least once: it changes nothing."""
    for wave in Wave.objects.filter(state=Wave.State.OPEN):
        found = differences(wave)
        if found:
            logger.error(
                "Counts of wave %s differ from its responses in %d places",
                wave.public_id,
                len(found),
            )


@shared_task
def send_letters(wave_id: int, template: str) -> None:
    """Write to those listed. At least once: who has the letter does not get another."""
    wave = (
        Wave.objects.filter(pk=wave_id, state=Wave.State.OPEN)
        .select_related("questionnaire__survey")
        .first()
    )
    if wave is not None:
        write_letters(wave, template)
