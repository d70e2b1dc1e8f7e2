"""The columns of the tables that bodies send and take: one declaration for both ways.

A column's code never changes and is the same in every language; its label is what
people read. Import, export and template all follow the order given here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django.db.models import Model, Prefetch, QuerySet
from django.utils.translation import gettext_lazy, override
from django_stubs_ext import StrPromise

from corruption_map.models import (
    Level,
    Measure,
    Risk,
    RiskAssessment,
    VulnerablePosition,
)
from foundation.languages import languages
from foundation.tables.columns import fold
from foundation.tables.limits import MOST_ROWS

Value = str | int | Decimal | date | None

# Codes in one cell, as in `risks` of a position.
SEPARATOR = "; "


@dataclass(frozen=True)
class Column:
    """One column: its code, its label and how an existing row fills it."""

    code: str
    label: StrPromise
    value: Callable[[Any], Value]
    hint: StrPromise | str = ""


@dataclass(frozen=True)
class Sheet:
    """One kind of table."""

    noun: str
    title: StrPromise
    model: type[Model]
    columns: tuple[Column, ...]
    # Columns that every file has; another one that is left out is left alone.
    required: tuple[str, ...]
    prepared: Callable[[Any], QuerySet[Any]]
    most_rows: int = MOST_ROWS

    def codes(self) -> list[str]:
        return [column.code for column in self.columns]

    def labels(self) -> dict[str, str]:
        return {column.code: str(column.label) for column in self.columns}

    def column_of(self, header: str) -> str | None:
        """Return the code that a header means: a code, or a label in any language."""
        return _meanings(self.noun).get(fold(header))

    def rows(self, found: QuerySet[Any]) -> Iterator[list[Value]]:
        """Return the cells of existing rows, in a stable order."""
        for row in self.prepared(found.order_by("pk")).iterator(chunk_size=1000):
            yield [column.value(row) for column in self.columns]


@cache
def _meanings(noun: str) -> dict[str, str]:
    sheet = SHEETS[noun]
    meanings = {}
    for language in languages():
        with override(language):
            meanings.update(
                {fold(label): code for code, label in sheet.labels().items()}
            )
    return {**meanings, **{code: code for code in sheet.codes()}}


def _plain(field: str) -> Callable[[Any], Value]:
    def value(row: Any) -> Value:
        found: Value = getattr(row, field)
        return found.strip().replace("\r\n", "\n") if isinstance(found, str) else found

    return value


def _related(field: str, key: str) -> Callable[[Any], Value]:
    def value(row: Any) -> Value:
        related = getattr(row, field)
        return getattr(related, key) if related else None

    return value


def _listed(field: str, key: str) -> Callable[[Any], Value]:
    def value(row: Any) -> Value:
        return SEPARATOR.join(
            sorted(getattr(each, key) for each in getattr(row, field).all())
        )

    return value


def _assessed(field: str) -> Callable[[Any], Value]:
    def value(row: Risk) -> Value:
        newest = next(iter(row.current_assessments), None)  # type: ignore[attr-defined]  # prefetched
        return getattr(newest, field) if newest else None

    return value


def _column(
    model: type[Model], field: str, hint: StrPromise | str = "", key: str = ""
) -> Column:
    label = cast(StrPromise, model._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    value = _related(field, key) if key else _plain(field)
    return Column(field, label, value, hint)


def _texts(model: type[Model], field: str) -> Iterator[Column]:
    for code in languages():
        yield _column(model, f"{field}_{code}")


PUBLIC_ID = gettext_lazy("Empty for a new row; the id of a stored row changes that row")
DATE = gettext_lazy("2024-12-31 or 31.12.2024")
CODE = gettext_lazy("A code of the sheet “codes”, or the full name")


def prepared_risks(found: QuerySet[Risk]) -> QuerySet[Risk]:
    newest = RiskAssessment.objects.filter(kind=RiskAssessment.Kind.CURRENT)
    return found.select_related(
        "area", "body", "sphere", "detection_source", "source"
    ).prefetch_related(Prefetch("assessments", newest, to_attr="current_assessments"))


def prepared_measures(found: QuerySet[Measure]) -> QuerySet[Measure]:
    return found.select_related("risk", "executor").prefetch_related("co_executors")


def prepared_positions(
    found: QuerySet[VulnerablePosition],
) -> QuerySet[VulnerablePosition]:
    return found.select_related("body").prefetch_related("risks")


RISKS = Sheet(
    noun="risks",
    title=gettext_lazy("Risks"),
    model=Risk,
    columns=(
        _column(Risk, "public_id", PUBLIC_ID),
        _column(Risk, "year"),
        _column(Risk, "area", CODE, key="iso"),
        _column(Risk, "body", CODE, key="code"),
        *_texts(Risk, "body_note"),
        _column(Risk, "sphere", CODE, key="code"),
        _column(Risk, "detection_source", CODE, key="code"),
        *_texts(Risk, "process"),
        *_texts(Risk, "title"),
        *_texts(Risk, "description"),
        *_texts(Risk, "response"),
        _column(Risk, "original_language", "kk, ru, en"),
        _column(Risk, "amount_kzt"),
        *_texts(Risk, "amount_note"),
        _column(Risk, "source", CODE, key="code"),
        _column(Risk, "source_section"),
        _column(Risk, "quote"),
        _column(Risk, "quote_language", "kk, ru, en"),
        Column(
            "current_likelihood",
            gettext_lazy("current level: likelihood"),
            _assessed("likelihood"),
            "1–5",
        ),
        Column(
            "current_impact",
            gettext_lazy("current level: impact"),
            _assessed("impact"),
            "1–5",
        ),
        Column(
            "current_assessed_on",
            gettext_lazy("current level: assessed on"),
            _assessed("assessed_on"),
            DATE,
        ),
    ),
    required=("year", "area", "sphere", "detection_source", "title_kk", "title_ru"),
    prepared=prepared_risks,
)

MEASURES = Sheet(
    noun="measures",
    title=gettext_lazy("Measures"),
    model=Measure,
    columns=(
        _column(Measure, "public_id", PUBLIC_ID),
        _column(
            Measure, "risk", gettext_lazy("The public id of the risk"), "public_id"
        ),
        *_texts(Measure, "text"),
        _column(Measure, "executor", CODE, key="code"),
        Column(
            "co_executors",
            gettext_lazy("executors who help"),
            _listed("co_executors", "code"),
            gettext_lazy("Codes, a semicolon between them"),
        ),
        _column(Measure, "deadline", DATE),
        *_texts(Measure, "reporting_form"),
        *_texts(Measure, "indicator"),
    ),
    required=("risk", "text_kk", "text_ru", "executor", "deadline"),
    prepared=prepared_measures,
)

POSITIONS = Sheet(
    noun="positions",
    title=gettext_lazy("Exposed positions"),
    model=VulnerablePosition,
    columns=(
        _column(VulnerablePosition, "public_id", PUBLIC_ID),
        _column(VulnerablePosition, "body", CODE, key="code"),
        *_texts(VulnerablePosition, "title"),
        *_texts(VulnerablePosition, "functions"),
        *_texts(VulnerablePosition, "reason"),
        _column(VulnerablePosition, "level", ", ".join(Level.values)),
        Column(
            "risks",
            gettext_lazy("risks"),
            _listed("risks", "public_id"),
            gettext_lazy("Public ids, a semicolon between them"),
        ),
        _column(VulnerablePosition, "act"),
        _column(VulnerablePosition, "valid_from", DATE),
        _column(VulnerablePosition, "valid_to", DATE),
        Column(
            "is_published",
            gettext_lazy("published"),
            lambda row: "yes" if row.is_published else "no",
            "yes, no",
        ),
    ),
    required=("body", "title_kk", "title_ru"),
    prepared=prepared_positions,
)

SHEETS = {sheet.noun: sheet for sheet in (RISKS, MEASURES, POSITIONS)}
