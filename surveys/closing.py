"""What follows the close of a wave: the last answers, then no trace of who was asked."""

from django.db import connection, transaction

from surveys.flushing import flush
from surveys.kept import keep
from surveys.models import Draft, Invitation, Receipt, TokenSpend, Wave
from surveys.pairs import count_pairs

FORGOTTEN = (Invitation, TokenSpend, Receipt, Draft)


def finish(wave: Wave) -> None:
    """Store what waits, forget who was asked, make the tables; any step may repeat.

    The tables come last: a wave without them was not finished, and the next sweep goes on.
    """
    flush(wave, is_last=True)
    forget_people(wave)
    _clean_tables()
    count_pairs(wave)
    keep(wave)


@transaction.atomic
def forget_people(wave: Wave) -> None:
    """Keep of those who were asked only how many they were, for the response rate."""
    locked = Wave.objects.select_for_update().get(pk=wave.pk)
    if locked.needs_code and locked.invited is None:
        asked = Invitation.objects.filter(wave=locked, spend_hash__isnull=False)
        locked.invited = asked.count()
        locked.save(update_fields=["invited"])
    for model in FORGOTTEN:
        model._default_manager.filter(wave=locked).delete()
    wave.invited = locked.invited


def _clean_tables() -> None:
    """Take what was deleted off the disk as well."""
    if not connection.in_atomic_block:
        names = ", ".join(model._meta.db_table for model in FORGOTTEN)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {names}")
