"""What waits for a recipient: cases by their deadline, and requests for a name."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from reports.models import WARNING_DAYS, Disclosure, Questionnaire, Tip, Wrap

SHOWN = 5


def panels(user: User) -> list[Panel]:
    own = [_cases(user), _erasures(user), _requests(user), _intake()]
    return [*own, *_offered()]


def _cases(user: User) -> Panel:
    today = timezone.localdate()
    waiting = Tip.objects.held_by(user).unanswered().by_deadline()
    return Panel(
        title=_("Reports that wait for an answer"),
        count=waiting.count(),
        rows=[
            Row(
                text=tip.reference,
                url=reverse("admin:reports_tip_change", args=[tip.pk]),
                note=tip.next_due_on().isoformat(),
                is_late=tip.is_answer_late(today) or tip.is_first_step_late(today),
            )
            for tip in waiting[:SHOWN]
        ],
        more_url=reverse("admin:reports_tip_changelist"),
        permission="reports.answer_tip",
    )


def _erasures(user: User) -> Panel:
    today = timezone.localdate()
    soon = Tip.objects.held_by(user).soon_erased(today)
    changelist = reverse("admin:reports_tip_changelist")
    last = today + timedelta(days=WARNING_DAYS[0])
    return Panel(
        title=_("Reports that are soon erased"),
        count=soon.count(),
        rows=[
            Row(
                text=tip.reference,
                url=reverse("admin:reports_tip_change", args=[tip.pk]),
                note=tip.erase_on.isoformat() if tip.erase_on else "",
                is_late=tip.warning_due(today) == WARNING_DAYS[-1],
            )
            for tip in soon[:SHOWN]
        ],
        more_url=f"{changelist}?state=closed&erase_on__lte={last}",
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


def _offered() -> list[Panel]:
    """Tell of questionnaires that came with the portal, as long as there are any."""
    offered = Questionnaire.objects.offered()
    rows = [
        Row(
            text=_("Questionnaire, version %(number)s") % {"number": row.version},
            url=reverse("admin:reports_questionnaire_change", args=[row.pk]),
        )
        for row in offered
    ]
    panel = Panel(
        title=_("Drafts that came with the portal"),
        count=len(rows),
        rows=rows[:SHOWN],
        more_url=reverse("admin:reports_questionnaire_changelist"),
        permission="reports.change_questionnaire",
    )
    return [panel] if rows else []


def _intake() -> Panel:
    return Panel(
        title=_("Take a report for somebody"),
        count=0,
        rows=[],
        more_url=reverse("admin:reports_intake"),
        permission="reports.take_tip",
    )
