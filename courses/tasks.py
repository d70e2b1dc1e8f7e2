"""What the room does by itself."""

import logging

from celery import shared_task
from django.utils import timezone

from courses.analysis import analyse_quiz
from courses.marking import finish_attempt, overdue_attempts
from courses.models import Attempt, Course, Quiz, Requirement
from courses.training import (
    days_to_count,
    digest,
    open_obligations,
    remind,
    settle_obligations,
    waiting_obligations,
    write_shares,
)
from foundation.publication import renew_pages
from foundation.territory.models import Scope

logger = logging.getLogger(__name__)


@shared_task
def close_overdue_attempts() -> None:
    """Grade what was saved in tests whose time has run out.

    At least once: a second run finds the attempt closed. One attempt in each
    transaction, so that one that fails does not hold up the others.
    """
    for pk in overdue_attempts():
        try:
            finish_attempt(attempt=Attempt.objects.get(pk=pk))
        except Exception:
            logger.exception("Attempt %s could not be closed", pk)


@shared_task
def keep_obligations() -> None:
    """Open, settle and remind of duties to learn.

    At least once: duties and reminders are unique in the database, and the outbox
    takes a key only once.
    """
    today = timezone.localdate()
    for requirement in Requirement.objects.select_related("body"):
        open_obligations(requirement, today)
    settle_obligations()
    for duty in waiting_obligations(today):
        remind(duty, today)
    if today.weekday() == 0:
        for scope in Scope.objects.filter(kind="body").select_related("user", "body"):
            digest(scope, today)


@shared_task
def count_trained() -> None:
    """Publish yesterday's shares. At least once: a day's figures are written once."""
    today = timezone.localdate()
    for course in Course.objects.filter(requirements__isnull=False).distinct():
        for day in days_to_count(course, today):
            write_shares(course, day)
    renew_pages()


@shared_task
def analyse_tests() -> None:
    """Count the statistics of all tests anew. At least once: it starts from nothing."""
    for quiz in Quiz.objects.filter(attempts__isnull=False).distinct():
        analyse_quiz(quiz)
