from celery import shared_task

from reports.retention import forget_outdated, sweep_files


@shared_task
def forget() -> None:
    """Erase what is due. At least once: a second run finds nothing left."""
    forget_outdated()
    sweep_files()
