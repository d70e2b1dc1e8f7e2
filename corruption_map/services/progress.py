"""Quarterly reports: what the executor claims and, apart from it, what was found."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.models import Measure, ProgressReport
from corruption_map.permissions import check_in_scope, measures_of, stands_for
from corruption_map.services.changes import record_changes, set_texts
from corruption_map.services.measures import locked
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from foundation.territory.permissions import is_agency


@transaction.atomic
def report_progress(
    *,
    measure: Measure,
    year: int,
    quarter: int,
    claimed_state: str,
    text: dict[str, str],
    by: User,
) -> ProgressReport:
    """Store what the executor says of a quarter; it is said once."""
    measure = locked(measure)
    check_in_scope(by, measures_of(by), measure)
    if not measure.is_open:
        raise ValidationError(_("The measure is over: there is nothing to report"))
    if claimed_state not in claimable_states():
        raise ValidationError(
            {"claimed_state": _("An executor does not claim this state")}
        )
    if measure.reports.filter(year=year, quarter=quarter).exists():
        raise ValidationError(
            {"quarter": _("This quarter has been reported on already")}
        )
    report = ProgressReport(
        measure=measure,
        year=year,
        quarter=quarter,
        claimed_state=claimed_state,
        reported_on=timezone.localdate(),
        reported_by=by,
    )
    set_texts(report, "text", text)
    report.save()
    _show(report, "claimed_state", claimed_state)
    record(action="report progress", kind="measure", public_id=measure.public_id, by=by)
    return report


def claimable_states() -> tuple[Measure.State, ...]:
    return (
        Measure.State.PLANNED,
        Measure.State.IN_PROGRESS,
        Measure.State.REPORTED_DONE,
    )


@transaction.atomic
def verify_progress(
    *, report: ProgressReport, state: str, finding: dict[str, str], by: User
) -> ProgressReport:
    """Store what the agency found of a claim; the claim itself stays as it was."""
    report = (
        ProgressReport.objects.select_for_update(of=("self",))
        .select_related("measure__risk", "measure__executor")
        .get(pk=report.pk)
    )
    if not may_verify_progress(by, report):
        raise PermissionDenied(
            _("A report is verified by the agency, not by the executor's side")
        )
    if report.verified_state:
        raise ValidationError(_("This report has been verified already"))
    report.verified_state = Measure.State(state)
    report.verified_on = timezone.localdate()
    report.verified_by = by
    set_texts(report, "finding", finding)
    report.save()
    _show(report, "verified_state", state)
    record(
        action="verify progress",
        kind="measure",
        public_id=report.measure.public_id,
        by=by,
    )
    return report


def may_verify_progress(user: User, report: ProgressReport) -> bool:
    return (
        user.has_perm("corruption_map.verify_measure")
        and is_agency(user)
        and report.reported_by_id != user.pk
        and not stands_for(user, report.measure.executor)
    )


def _show(report: ProgressReport, column: str, state: str) -> None:
    risk = report.measure.risk
    if risk.is_public:
        record_changes(
            risk=risk,
            before={},
            after={column: f"{report.year} Q{report.quarter}: {state}"},
            measure=report.measure,
        )
        renew_pages()
