"""What of this room waits for a staff member."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from foundation.territory.permissions import in_scope, scope_of
from volunteers.models import (
    Hours,
    Initiative,
    Letter,
    Observation,
    Organisation,
    VolunteerProfile,
)
from volunteers.places import short_of_people

SHOWN = 5


def panels(user: User) -> list[Panel]:
    scope = scope_of(user)
    if scope is not None and scope.body is not None:
        return []
    mine = in_scope(user, body="pk", area="area")
    of_hours = in_scope(user, body="pk", area="sign_up__initiative__area")
    review = "review_volunteerprofile"
    initiatives = Initiative.objects.filter(mine)
    waiting = VolunteerProfile.objects.filter(mine, state="applied")
    return [
        _panel(_("Volunteers who applied"), waiting, review, state__exact="applied"),
        _panel(
            _("Organisations to approve"),
            Organisation.objects.filter(mine, state="pending"),
            review,
            state__exact="pending",
        ),
        _panel(
            _("Initiatives to review"),
            initiatives.filter(state="in_review"),
            "run_initiative",
            state__exact="in_review",
        ),
        _panel(
            _("Initiatives short of people"),
            initiatives.filter(short_of_people()).order_by("starts_at"),
            "run_initiative",
            show=lambda row: f"{row}: {row.taken}/{row.slots}",
            state__exact="open",
        ),
        _panel(
            _("Hours to confirm"),
            Hours.objects.to_confirm()
            .filter(of_hours)
            .select_related("sign_up__initiative"),
            "run_initiative",
            show=lambda row: f"{row.sign_up.initiative}: {row.proposed}",
            confirmed_on__isempty="1",
        ),
        _panel(
            _("Letters of volunteers to answer"),
            # Organisations answer their own; the authority's are for its staff.
            Letter.objects.to_answer()
            .filter(
                in_scope(user, body="pk", area="initiative__area"),
                initiative__organisation=None,
            )
            .select_related("initiative"),
            "run_initiative",
            waits="1",
        ),
        _panel(
            _("Observations to verify"),
            Observation.objects.filter(mine, state="received"),
            "run_initiative",
            state__exact="received",
        ),
    ]


def _panel(
    title: str,
    rows: QuerySet[Any],
    permission: str,
    *,
    show: Callable[[Any], str] = str,
    **query: str,
) -> Panel:
    model = rows.model._meta.model_name
    base = reverse(f"admin:volunteers_{model}_changelist")
    return Panel(
        title=title,
        count=rows.count(),
        rows=[
            Row(show(row), reverse(f"admin:volunteers_{model}_change", args=[row.pk]))
            for row in rows[:SHOWN]
        ],
        more_url=f"{base}?{urlencode(query)}",
        permission=f"volunteers.{permission}",
    )
