from celery import shared_task


@shared_task
def deliver(message_id: int) -> None:
    """Send one mail of the outbox. At least once."""


@shared_task
def sweep_messages() -> None:
    """Send what a dead broker left. At least once."""
