"""The public history of a risk: every change of what was published."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.forms.models import model_to_dict

from corruption_map.counts import recount
from corruption_map.models import Change, Measure, Risk
from foundation.languages import languages
from foundation.publication import renew_pages
from foundation.search.services import index

# Columns that only the database or the services write.
INTERNAL = {"id", "public_id", "is_demo", "risk", "risks", "analysis", "co_executors"}


def snapshot(row: Model) -> dict[str, str]:
    """Return what readers see of a row, by column, as text."""
    names = [
        field.name
        for field in row._meta.concrete_fields
        if field.editable and field.name not in INTERNAL
    ]
    return {
        name: _as_text(row, name, value)
        for name, value in model_to_dict(row, fields=names).items()
    }


def _as_text(row: Model, name: str, value: Any) -> str:
    if value is None:
        return ""
    field = row._meta.get_field(name)
    if field.is_relation:
        related = getattr(row, name)
        return str(getattr(related, "code", None) or getattr(related, "iso", related))
    return str(value)


def changes_between(
    *,
    risk: Risk,
    before: dict[str, str],
    after: dict[str, str],
    measure: Measure | None,
) -> list[Change]:
    return [
        Change(
            risk=risk,
            measure=measure,
            field=name,
            before=before.get(name, ""),
            after=value,
        )
        for name, value in after.items()
        if value != before.get(name, "")
    ]


def record_changes(
    *,
    risk: Risk,
    before: dict[str, str],
    after: dict[str, str],
    measure: Measure | None,
) -> None:
    """Write one public row for each column that differs."""
    Change.objects.bulk_create(
        changes_between(risk=risk, before=before, after=after, measure=measure)
    )


def show(*risks: Risk) -> None:
    """Bring figures, search and stored pages up to date with changed risks."""
    recount(risks)
    index("risk", *{risk.public_id for risk in risks})
    measures = Measure.objects.filter(risk__in=[risk.pk for risk in risks])
    index("measure", *measures.values_list("public_id", flat=True))
    renew_pages()


def set_texts(row: Model, field: str, texts: Mapping[str, str] | None) -> None:
    """Write a text in each language; a language without one is emptied."""
    for code in languages():
        setattr(row, f"{field}_{code}", (texts or {}).get(code, ""))


def columns_except(row: Model, guarded: set[str]) -> list[str]:
    """Return the columns that an edit may write: what a workflow guards stays."""
    return [
        field.name
        for field in row._meta.concrete_fields
        if not field.primary_key and not field.generated and field.name not in guarded
    ]
