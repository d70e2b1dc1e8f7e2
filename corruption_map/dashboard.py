"""What of the map waits for a staff member, on the first page of the staff area."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corruption_map.models import Measure, PublicComment, Risk, RiskAnalysis
from corruption_map.permissions import is_of_a_body, measures_of, risks_of
from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from foundation.territory.permissions import in_scope, is_agency

SHOWN = 5
LONGEST = 80


def panels(user: User) -> list[Panel]:
    """Return what waits in the user's scope: first what only he can do."""
    mine = Measure.objects.filter(measures_of(user)).select_related("executor")
    risks = Risk.objects.filter(risks_of(user)).select_related("area", "body")
    reviews = not is_of_a_body(user)
    found = []
    if reviews:
        found += [_in_review(risks), _comments(user)]
    if is_agency(user):
        found.append(_to_verify(user, mine))
    found += [_overdue(mine), _returned(mine)]
    if not reviews:
        found.append(_to_answer(user))
    return [*found, _drafts(risks), _analyses(user)]


def _panel(
    title: str,
    rows: QuerySet[Any],
    show: Callable[[Any], Row],
    *,
    model: str,
    permission: str,
    **query: str,
) -> Panel:
    address = reverse(f"admin:corruption_map_{model}_changelist")
    return Panel(
        title=title,
        count=rows.count(),
        rows=[show(row) for row in rows[:SHOWN]],
        more_url=f"{address}?{urlencode(query)}",
        permission=f"corruption_map.{permission}",
    )


def _url(row: Any, model: str) -> str:
    return reverse(f"admin:corruption_map_{model}_change", args=[row.pk])


def _short(text: object) -> str:
    words = str(text)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _in_review(risks: QuerySet[Risk]) -> Panel:
    return _panel(
        _("Risks to review"),
        risks.filter(state=Risk.State.IN_REVIEW).order_by("updated_at"),
        _risk_row,
        model="risk",
        permission="review_risk",
        state__exact=Risk.State.IN_REVIEW,
    )


def _risk_row(risk: Risk) -> Row:
    return Row(_short(risk), _url(risk, "risk"), note=str(risk.body or risk.area))


def _to_verify(user: User, measures: QuerySet[Measure]) -> Panel:
    reported = measures.filter(state=Measure.State.REPORTED_DONE)
    return _panel(
        _("Measures to verify"),
        reported.exclude(reported_by=user).order_by("reported_on", "pk"),
        lambda row: Row(
            _short(row), _url(row, "measure"), note=str(row.executor or "")
        ),
        model="measure",
        permission="verify_measure",
        state__exact=Measure.State.REPORTED_DONE,
    )


def _overdue(measures: QuerySet[Measure]) -> Panel:
    today = timezone.localdate()

    def show(measure: Measure) -> Row:
        days = measure.days_overdue(today)
        late = ngettext("%(days)s day late", "%(days)s days late", days)
        note = late % {"days": days}
        return Row(_short(measure), _url(measure, "measure"), note=note, is_late=True)

    open_and_late = measures.filter(
        deadline__lt=today, state__in=Measure.OPEN_STATES
    ).order_by("deadline", "pk")
    return _panel(
        _("Measures overdue"),
        open_and_late,
        show,
        model="measure",
        permission="view_measure",
        overdue="yes",
    )


def _returned(measures: QuerySet[Measure]) -> Panel:
    return _panel(
        _("Measures returned"),
        measures.filter(state=Measure.State.RETURNED).order_by("list_order", "pk"),
        lambda row: Row(
            _short(row), _url(row, "measure"), note=_short(row.state_reason.plain)
        ),
        model="measure",
        permission="view_measure",
        state__exact=Measure.State.RETURNED,
    )


def _comments(user: User) -> Panel:
    rows = PublicComment.objects.waiting()
    return _panel(
        _("Comments to moderate"),
        rows.filter(in_scope(user, body="risk__body", area="risk__area")).order_by(
            "received_on", "pk"
        ),
        _comment_row,
        model="publiccomment",
        permission="moderate_publiccomment",
        state__exact=PublicComment.State.PENDING,
    )


def _comment_row(row: PublicComment) -> Row:
    note = _("May hold personal data") if row.personal_data else ""
    return Row(
        _short(row.text),
        _url(row, "publiccomment"),
        note=note,
        is_late=bool(row.personal_data),
    )


def _to_answer(user: User) -> Panel:
    mine = in_scope(user, body="risk__body", area="risk__area")
    mine |= in_scope(user, body="measure__executor", area="risk__area")
    rows = PublicComment.objects.published().filter(mine, replied_on=None)
    return _panel(
        _("Comments to reply to"),
        rows.order_by("received_on", "pk"),
        lambda row: Row(_short(row.text), _url(row, "publiccomment")),
        model="publiccomment",
        permission="reply_publiccomment",
        reply="waiting",
    )


def _drafts(risks: QuerySet[Risk]) -> Panel:
    def show(risk: Risk) -> Row:
        reason = risk.state_reason.plain
        note = _("Returned: %(reason)s") % {"reason": reason} if reason else ""
        return Row(_short(risk), _url(risk, "risk"), note=_short(note))

    return _panel(
        _("Drafts"),
        risks.filter(state=Risk.State.DRAFT).order_by("-updated_at"),
        show,
        model="risk",
        permission="change_risk",
        state__exact=Risk.State.DRAFT,
    )


def _analyses(user: User) -> Panel:
    today = timezone.localdate()
    mine = in_scope(user, body="body", area="body__area")

    def show(analysis: RiskAnalysis) -> Row:
        since = _("due on %(day)s") % {"day": analysis.next_due_on.isoformat()}
        return Row(
            _short(analysis.body),
            _url(analysis, "riskanalysis"),
            note=since,
            is_late=True,
        )

    rows = RiskAnalysis.objects.overdue(today).filter(mine).select_related("body")
    return _panel(
        _("Analyses overdue"),
        rows.order_by("next_due_on"),
        show,
        model="riskanalysis",
        permission="view_riskanalysis",
        due="overdue",
    )
