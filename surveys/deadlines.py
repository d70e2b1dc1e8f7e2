"""How long what came of a survey may be missing."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone


def decided_by() -> date:
    """Return the day before which a survey must have ended for its decision to be late."""
    return timezone.localdate() - timedelta(days=settings.SURVEY_DECISION_DAYS)
