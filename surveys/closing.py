"""What follows the close of a wave: the last answers, then no trace of who was asked."""

from django.db import transaction

from surveys.flushing import flush
from surveys.kept import keep
from surveys.models import Draft, Invitation, Receipt, TokenSpend, Wave


def finish(wave: Wave) -> None:
    """Store what waits, forget who was asked, make the tables; any step may repeat.

    The tables come last: a wave without them was not finished, and the next sweep goes on.
    """
    flush(wave, is_last=True)
    forget_people(wave)
    keep(wave)


@transaction.atomic
def forget_people(wave: Wave) -> None:
    """Keep of those who were asked only how many they were, for the response rate."""
    locked = Wave.objects.select_for_update().get(pk=wave.pk)
    if locked.needs_code and locked.invited is None:
        asked = Invitation.objects.filter(wave=locked, spend_hash__isnull=False)
        locked.invited = asked.count()
        locked.save(update_fields=["invited"])
    for model in (Invitation, TokenSpend, Receipt, Draft):
        model._default_manager.filter(wave=locked).delete()
    wave.invited = locked.invited
