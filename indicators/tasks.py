from celery import shared_task

from indicators.derived import derive_anew


@shared_task
def derive() -> None:
    """Count rates, shares and ranks anew. Idempotent: a second run changes nothing."""
    derive_anew()
