"""What of this room waits for a staff member."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from foundation.territory.permissions import scope_of
from surveys.deadlines import decided_by
from surveys.models import Finding, PolicyAction, Wave

SHOWN = 5


def panels(user: User) -> list[Panel]:
    """Tell the agency's staff what is late; those of a body run no surveys."""
    scope = scope_of(user)
    if scope is not None and scope.body is not None:
        return []
    today = timezone.localdate()
    waves = Wave.objects.select_related("questionnaire__survey")
    return [
        _panel(
            _("Surveys to close: their last day has passed"),
            waves.filter(state=Wave.State.OPEN, closes_on__lt=today),
            "state__exact=open",
        ),
        _panel(
            _("Closed surveys without published results"),
            waves.filter(state=Wave.State.CLOSED).exclude(
                releases__state__in=["published", "superseded", "withdrawn"]
            ),
            "state__exact=closed",
        ),
        _panel(
            _("Results nobody has drawn anything from"),
            waves.without_finding(decided_by()),
            "state__exact=closed",
        ),
        _panel(
            _("Findings about which nothing was decided"),
            Finding.objects.undecided(decided_by()),
            "undecided=1",
            permission="change_finding",
        ),
        _panel(
            _("Overdue decisions and actions of surveys"),
            PolicyAction.objects.public().overdue(today).select_related("finding"),
            "undecided=2",
            model="finding",
            of=lambda row: row.finding_id,
            permission="change_finding",
        ),
    ]


def _panel(
    title: str,
    rows: QuerySet[Any],
    query: str,
    *,
    model: str = "",
    of: Callable[[Any], int] = lambda row: row.pk,
    permission: str = "field_questionnaire",
) -> Panel:
    name = model or rows.model._meta.model_name
    base = reverse(f"admin:surveys_{name}_changelist")
    return Panel(
        title=title,
        count=rows.count(),
        rows=[
            Row(
                str(row),
                reverse(f"admin:surveys_{name}_change", args=[of(row)]),
                is_late=True,
            )
            for row in rows[:SHOWN]
        ],
        more_url=f"{base}?{query}",
        permission=f"surveys.{permission}",
    )
