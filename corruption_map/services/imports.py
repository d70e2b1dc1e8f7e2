"""Write the rows of a checked table, all or none, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from corruption_map.models import (
    Change,
    Measure,
    Risk,
    RiskAssessment,
    VulnerablePosition,
)
from corruption_map.permissions import is_of_a_body, measures_of, risks_of
from corruption_map.services.changes import changes_between, show, snapshot
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from foundation.search.services import index
from foundation.territory.permissions import in_scope

LEVEL = ("current_likelihood", "current_impact", "current_assessed_on")
BATCH = 500


class Row(Protocol):
    """A checked row: the stored row it changes, if any, and the new values."""

    existing: Any
    values: dict[str, Any]


@dataclass
class Imported:
    """What an import did, row by row."""

    added: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    unchanged: list[Any] = field(default_factory=list)

    @property
    def touched(self) -> list[Any]:
        return [*self.added, *self.changed]

    @property
    def everything(self) -> list[Any]:
        return [*self.added, *self.changed, *self.unchanged]


@transaction.atomic
def import_risks(*, rows: Sequence[Row], by: User) -> Imported:
    """Add risks as drafts and revise stored ones; every change is recorded."""
    stored = _locked(Risk, rows, "area", "body", "sphere", "detection_source", "source")
    if is_of_a_body(by) and any(
        risk.state != Risk.State.DRAFT for risk in stored.values()
    ):
        raise PermissionDenied(
            _("A risk that was handed in or published is changed by the agency")
        )
    newest = _newest_assessments(stored.values())
    imported = Imported()
    changes: list[Change] = []
    assessments: list[RiskAssessment] = []
    for row in rows:
        risk = _row_to_write(Risk, stored, row)
        before = snapshot(risk) if risk.pk else {}
        level = _assessment(risk, row.values, newest.get(risk.pk))
        values = {name: row.values[name] for name in row.values if name not in LEVEL}
        _write(imported, risk, values, differs=bool(level), extra=["updated_at"])
        assessments += level
        if risk.pk and risk.is_public:
            changes += changes_between(
                risk=risk, before=before, after=snapshot(risk), measure=None
            )
            changes += map(_level_change, level)
    Risk.objects.bulk_create(imported.added, batch_size=BATCH)
    RiskAssessment.objects.bulk_create(assessments, batch_size=BATCH)
    _check_scope(Risk, imported.everything, risks_of(by))
    public = [risk for risk in imported.changed if risk.is_public]
    # The cells that a moved risk left are counted too.
    left = [row.existing for row in rows if row.existing is not None]
    _publish(changes, [*public, *left] if public else [])
    _audit("risk", imported, by)
    return imported


def _newest_assessments(risks: Any) -> dict[int, RiskAssessment]:
    current = RiskAssessment.objects.filter(
        risk__in=list(risks), kind=RiskAssessment.Kind.CURRENT
    )
    newest = current.order_by("risk_id", "-assessed_on", "-pk").distinct("risk_id")
    return {assessment.risk_id: assessment for assessment in newest}


def _assessment(
    risk: Risk, values: Mapping[str, Any], newest: RiskAssessment | None
) -> list[RiskAssessment]:
    """Return the assessment that a row adds: none where it says what is known."""
    likelihood, impact, day = (values.get(name) for name in LEVEL)
    if not (likelihood and impact and day):
        return []
    known = newest and (newest.likelihood, newest.impact, newest.assessed_on)
    if known == (likelihood, impact, day):
        return []
    if newest is None or newest.assessed_on <= day:
        risk.current_score = likelihood * impact
        if risk.pk:
            Risk.objects.filter(pk=risk.pk).update(current_score=risk.current_score)
    kind = RiskAssessment.Kind.CURRENT
    return [
        RiskAssessment(
            risk=risk, kind=kind, likelihood=likelihood, impact=impact, assessed_on=day
        )
    ]


def _level_change(assessment: RiskAssessment) -> Change:
    return Change(
        risk=assessment.risk,
        field="current_assessment",
        after=f"{assessment.likelihood} × {assessment.impact}",
    )


@transaction.atomic
def import_measures(*, rows: Sequence[Row], by: User) -> Imported:
    """Add planned measures and revise open ones; deadlines are set, never moved."""
    stored = _locked(Measure, rows, "risk", "executor")
    imported = Imported()
    changes: list[Change] = []
    links: list[tuple[Any, list[Any]]] = []
    for row in rows:
        measure = _row_to_write(Measure, stored, row)
        before = snapshot(measure) if measure.pk else {}
        values = dict(row.values)
        differs = _link(measure, "co_executors", values, links)
        _check_kept(measure, values)
        _write(imported, measure, values, differs=differs)
        if measure.risk.is_public:
            changes += changes_between(
                risk=measure.risk,
                before=before,
                after=snapshot(measure),
                measure=measure,
            )
    Measure.objects.bulk_create(imported.added, batch_size=BATCH)
    for measure, bodies in links:
        measure.co_executors.set(bodies)
    revised = [*imported.changed, *imported.unchanged]
    _check_scope(Measure, revised, measures_of(by))
    _check_scope(Risk, [measure.risk for measure in imported.added], risks_of(by))
    touched = (measure.risk for measure in imported.touched)
    _publish(changes, [risk for risk in touched if risk.is_public])
    _audit("measure", imported, by)
    return imported


def _check_kept(measure: Measure, values: Mapping[str, Any]) -> None:
    deadline = values.get("deadline", measure.deadline)
    if measure.pk and measure.deadline and deadline != measure.deadline:
        raise ValidationError(
            _("A deadline is not overwritten: move it with a reason instead")
        )


@transaction.atomic
def import_positions(*, rows: Sequence[Row], by: User) -> Imported:
    """Add and revise exposed positions."""
    stored = _locked(VulnerablePosition, rows, "body")
    imported = Imported()
    links: list[tuple[Any, list[Any]]] = []
    for row in rows:
        position = _row_to_write(VulnerablePosition, stored, row)
        values = dict(row.values)
        differs = _link(position, "risks", values, links)
        _write(imported, position, values, differs=differs)
    VulnerablePosition.objects.bulk_create(imported.added, batch_size=BATCH)
    for position, risks in links:
        position.risks.set(risks)
    scope = in_scope(by, body="body", area="body__area")
    _check_scope(VulnerablePosition, imported.everything, scope)
    index("position", *(row.public_id for row in imported.everything))
    index("position", *(row.public_id for row in imported.touched))
    renew_pages()
    _audit("position", imported, by)
    return imported


IMPORTS = {
    "risks": import_risks,
    "measures": import_measures,
    "positions": import_positions,
}


def _locked(model: type[Any], rows: Sequence[Row], *related: str) -> dict[str, Any]:
    """Return the stored rows as they are now, locked in one order until the end."""
    keys = {row.existing.pk for row in rows if row.existing is not None}
    found = model.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    stored = {
        row.public_id: row for row in found.select_related(*related).filter(pk__in=keys)
    }
    if len(stored) != len(keys):
        raise ValidationError(
            _("Some of the rows were deleted meanwhile: check the file again")
        )
    return stored


def _row_to_write(model: type[Any], stored: Mapping[str, Any], row: Row) -> Any:
    if row.existing is not None:
        return stored[row.existing.public_id]
    # A measure's risk is asked for before its row is filled in.
    return model(risk=row.values["risk"]) if model is Measure else model()


def _link(
    row: Any, name: str, values: dict[str, Any], links: list[tuple[Any, list[Any]]]
) -> bool:
    """Take the linked rows out of the values; tell whether they differ."""
    if name not in values:
        return False
    wanted = values.pop(name)
    now = set(getattr(row, name).all()) if row.pk else set()
    if now == set(wanted):
        return False
    links.append((row, wanted))
    return True


def _write(
    imported: Imported,
    row: Any,
    values: Mapping[str, Any],
    *,
    differs: bool,
    extra: Sequence[str] = (),
) -> None:
    """Put the values into a row and store one that was stored before."""
    changed = [name for name, value in values.items() if _put(row, name, value)]
    if row.pk is None:
        imported.added.append(row)
        return
    if changed:
        row.save(update_fields=[*changed, *extra])
    (imported.changed if changed or differs else imported.unchanged).append(row)


def _put(row: Any, name: str, value: Any) -> bool:
    """Set one column; tell whether it held something else. An empty cell empties it."""
    if name == "public_id":
        return False
    column = row._meta.get_field(name)
    if value is None and not column.null:
        value = column.get_default()
    # Asked of the key, for a new row has no related row to look at.
    now = getattr(row, column.attname)
    wanted = value.pk if column.is_relation and value is not None else value
    if isinstance(now, str) and now.strip().replace("\r\n", "\n") == wanted:
        return False
    if now == wanted:
        return False
    setattr(row, name, value)
    return True


def _check_scope(model: type[Any], rows: Sequence[Any], scope: Q) -> None:
    keys = {row.pk for row in rows}
    if model.objects.filter(scope, pk__in=keys).count() != len(keys):
        raise PermissionDenied(_("This does not belong to what you work on"))


def _publish(changes: Sequence[Change], risks: Sequence[Risk]) -> None:
    Change.objects.bulk_create(changes, batch_size=BATCH)
    if risks:
        show(*risks)


def _audit(kind: str, imported: Imported, by: User) -> None:
    for action, rows in (
        ("import new", imported.added),
        ("import change", imported.changed),
    ):
        for row in rows:
            record(action=action, kind=kind, public_id=row.public_id, by=by)
