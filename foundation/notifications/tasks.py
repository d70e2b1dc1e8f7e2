from time import monotonic

from celery import shared_task
from django.core.mail import get_connection

from foundation.notifications.mail import deliver_message
from foundation.notifications.models import Message, Subscription

BATCH = 100
# Well under the time limit of a task, for one mail may wait for the server's timeout.
LONGEST_SWEEP = 240.0


@shared_task
def deliver(message_id: int) -> None:
    """Send one mail of the outbox. At least once: see `deliver_message`."""
    deliver_message(message_id)


@shared_task
def sweep_messages() -> None:
    """Send everything that is due, also what a dead broker left. At least once.

    Each mail has a transaction of its own. Rows that fail are put off, so the next
    batch never starts with them again; another sweep beside this one skips its rows.
    """
    started = monotonic()
    with get_connection() as connection:
        seen = 0
        while monotonic() - started < LONGEST_SWEEP:
            batch = _next_batch(after=seen)
            if not batch:
                return
            seen = batch[-1]
            for message_id in batch:
                if not deliver_message(message_id, connection):
                    # A connection that failed is not trusted with the next mail.
                    connection.close()
                if monotonic() - started >= LONGEST_SWEEP:
                    return


def _next_batch(*, after: int) -> list[int]:
    due = Message.objects.due().filter(pk__gt=after).order_by("pk")
    return list(due.values_list("pk", flat=True)[:BATCH])


@shared_task
def forget_outdated() -> None:
    """Delete unconfirmed subscriptions and old mails. At least once: it may repeat."""
    Subscription.objects.never_confirmed().delete()
    Message.objects.outdated().delete()
