"""What waits for a recipient: cases by their deadline, and requests for a name."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from reports.models import Disclosure, Tip, Wrap

SHOWN = 5


def panels(user: User) -> list[Panel]:
    return [_cases(user), _requests(user), _intake()]


def _cases(user: User) -> Panel:
    today = timezone.localdate()
    waiting = Tip.objects.held_by(user).unanswered().order_by("answer_due_on")
    return Panel(
        title=_("Reports that wait for an answer"),
        count=waiting.count(),
        rows=[
            Row(
                text=tip.reference,
                url=reverse("admin:reports_tip_change", args=[tip.pk]),
                note=tip.answer_due_on.isoformat(),
                is_late=tip.answer_due_on < today,
            )
            for tip in waiting[:SHOWN]
        ],
        more_url=reverse("admin:reports_tip_changelist"),
        permission="reports.answer_tip",
    )


def _requests(user: User) -> Panel:
    held = Wrap.objects.filter(purpose=Wrap.Purpose.IDENTITY, recipient__user=user)
    asked = Disclosure.objects.filter(
        state=Disclosure.State.ASKED, tip__in=held.values("tip")
    ).select_related("tip")
    return Panel(
        title=_("Requests for a reporter's name"),
        count=asked.count(),
        rows=[
            Row(
                text=row.tip.reference,
                url=reverse("admin:reports_disclosure_change", args=[row.pk]),
                note=row.asked_on.isoformat(),
            )
            for row in asked[:SHOWN]
        ],
        more_url=reverse("admin:reports_disclosure_changelist"),
        permission="reports.decide_disclosure",
    )


def _intake() -> Panel:
    return Panel(
        title=_("Take a report for somebody"),
        count=0,
        rows=[],
        more_url=reverse("admin:reports_intake"),
        permission="reports.take_tip",
    )
