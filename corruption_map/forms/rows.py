"""Check the rows of an imported table: every mistake of every row, none written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.forms.cells import (
    CodeCell,
    CodesCell,
    DateCell,
    DecimalCell,
    KnownRows,
    TextCell,
    WholeNumberCell,
    WordCell,
)
from corruption_map.models import (
    DetectionSource,
    Level,
    Measure,
    Risk,
    SourceDocument,
    Sphere,
    VulnerablePosition,
)
from corruption_map.permissions import may_edit_risk, measures_of, risks_of
from corruption_map.sheets import SEPARATOR, Sheet
from foundation.accounts.models import User
from foundation.languages import languages
from foundation.tables.mistakes import Mistake
from foundation.tables.table import Table, TableRow
from foundation.territory.models import Area, PublicBody
from foundation.territory.permissions import in_scope, is_agency

LANGUAGE_WORDS = {code: code for code in ("kk", "ru", "en")}
YES_NO = {
    "yes": True,
    "no": False,
    "иә": True,
    "жоқ": False,
    "да": True,
    "нет": False,
}
# The database takes lists of this size at a time.
BATCH = 5_000


@dataclass
class CheckedRow:
    """A row that is right: what to write, onto which stored row if any."""

    number: int
    existing: Any
    values: dict[str, Any]


@dataclass
class Checked:
    rows: list[CheckedRow] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def check_table(sheet: Sheet, table: Table, by: User) -> Checked:
    """Return the rows to write and every mistake, in the order of the file."""
    form = ROW_FORMS[sheet.noun](table, by)
    checked = Checked(mistakes=list(table.mistakes))
    broken = {(mistake.row, mistake.column) for mistake in table.mistakes}
    for row in table.rows:
        found = [
            mistake
            for mistake in form.mistakes_of(row)
            if (mistake.row, mistake.column) not in broken
        ]
        checked.mistakes += found
        if not found:
            checked.rows.append(
                CheckedRow(row.number, form.existing, dict(form.cleaned_data))
            )
    checked.mistakes += repeated(table.rows)
    checked.mistakes.sort(key=lambda mistake: mistake.row or 0)
    return checked


def repeated(rows: Iterable[TableRow]) -> Iterator[Mistake]:
    """Return the rows that stand twice in a file, by their id or in every cell."""
    ids: dict[str, int] = {}
    contents: dict[tuple[str, ...], int] = {}
    for row in rows:
        public_id = row.cells.get("public_id", "")
        if public_id:
            first = ids.setdefault(public_id, row.number)
            column, message = "public_id", _("The same id stands in row %(row)s")
        else:
            first = contents.setdefault(tuple(row.cells.values()), row.number)
            column, message = "", _("The row repeats row %(row)s")
        if first != row.number:
            yield Mistake(message % {"row": first}, row.number, column)


class RowForm(forms.Form):
    """One form for all rows of a file: rows differ, what they may name does not."""

    public_id = TextCell(max_length=20)

    existing: Any = None

    def __init__(self, table: Table, by: User) -> None:
        super().__init__({})
        self.by = by
        self.fields = {
            name: self.fields[name] for name in self.fields if name in table.codes
        }
        ids = values_of(table, "public_id")
        self.stored = {row.public_id: row for row in self.stored_rows(ids)}

    def stored_rows(self, ids: Sequence[str]) -> Iterable[Any]:
        raise NotImplementedError

    def know(self, name: str, known: KnownRows, beyond: Iterable[str] = ()) -> None:
        cell = self.fields.get(name)
        if isinstance(cell, CodeCell):
            cell.known, cell.beyond_scope = known, frozenset(beyond)

    def mistakes_of(self, row: TableRow) -> list[Mistake]:
        """Check one row; what is right stays in `cleaned_data` until the next."""
        self.data = row.cells
        self.existing = self.stored.get(row.cells.get("public_id", ""))
        self._errors = None
        self.full_clean()
        return [
            Mistake(str(message), row.number, "" if name == "__all__" else name)
            for name, messages in self.errors.items()
            for message in messages
        ]

    def clean_public_id(self) -> str:
        public_id: str = self.cleaned_data["public_id"]
        if public_id and self.existing is None:
            raise forms.ValidationError(
                _(
                    "There is no row with this id among what you work on; leave the cell"
                    " empty for a new row"
                )
            )
        return public_id

    def now(self, name: str) -> Any:
        """Return what a column will hold: from the file, else as it is stored."""
        if name in self.fields:
            return self.cleaned_data.get(name)
        return getattr(self.existing, name, None)

    def need(self, *names: str, message: Any = None) -> None:
        for name in names:
            if not self.now(name) and name not in self.errors:
                self._add(name, message or _("This cell must not be empty"))

    def need_one_of(self, *names: str) -> None:
        if not any(self.now(name) for name in names) and not self._wrong(*names):
            self._add(names[0], _("Write this in at least one language"))

    def _wrong(self, *names: str) -> bool:
        return any(name in self.errors for name in names)

    def _add(self, name: str, message: Any) -> None:
        self.add_error(name if name in self.fields else None, message)


def texts(field_name: str) -> list[str]:
    return [f"{field_name}_{code}" for code in languages()]


def values_of(table: Table, column: str) -> list[str]:
    found = {row.cells.get(column, "") for row in table.rows}
    return sorted(found - {""})


def split_values(table: Table, column: str) -> list[str]:
    parts = (value.split(SEPARATOR.strip()) for value in values_of(table, column))
    return sorted({part.strip() for row in parts for part in row} - {""})


def rows_by_id(rows: Any, ids: Sequence[str]) -> Iterator[Any]:
    for start in range(0, len(ids), BATCH):
        yield from rows.filter(public_id__in=ids[start : start + BATCH])


def known_codes(
    rows: Iterable[Any], code: str = "code", name: str = "name"
) -> KnownRows:
    """Return rows by code and by name; a name that two rows share names neither."""
    by_code = {getattr(row, code): row for row in rows}
    names: dict[str, str] = {}
    shared = set()
    for key, row in by_code.items():
        for text in {getattr(row, f"{name}_{language}") for language in languages()}:
            if names.setdefault(text, key) != key:
                shared.add(text)
    return KnownRows(by_code, {t: c for t, c in names.items() if t and t not in shared})


class BodyScope:
    """The bodies a person may name, and the codes of the others."""

    def __init__(self, by: User) -> None:
        everything = list(PublicBody.objects.all())
        mine = set(
            PublicBody.objects.filter(in_scope(by, body="pk", area="area")).values_list(
                "pk", flat=True
            )
        )
        self.known = known_codes(body for body in everything if body.pk in mine)
        self.beyond = [body.code for body in everything if body.pk not in mine]


class RiskRowForm(RowForm):
    year = WholeNumberCell(min_value=1991, max_value=2100)
    area = CodeCell(required=True)
    body = CodeCell()
    body_note_kk = TextCell(max_length=300)
    body_note_ru = TextCell(max_length=300)
    body_note_en = TextCell(max_length=300)
    sphere = CodeCell(required=True)
    detection_source = CodeCell(required=True)
    process_kk = TextCell(max_length=300)
    process_ru = TextCell(max_length=300)
    process_en = TextCell(max_length=300)
    title_kk = TextCell(max_length=300)
    title_ru = TextCell(max_length=300)
    title_en = TextCell(max_length=300)
    description_kk = TextCell()
    description_ru = TextCell()
    description_en = TextCell()
    response_kk = TextCell()
    response_ru = TextCell()
    response_en = TextCell()
    original_language = WordCell(LANGUAGE_WORDS)
    amount_kzt = DecimalCell(
        required=False, min_value=0, max_digits=18, decimal_places=2
    )
    amount_note_kk = TextCell(max_length=300)
    amount_note_ru = TextCell(max_length=300)
    amount_note_en = TextCell(max_length=300)
    source = CodeCell()
    source_section = TextCell(max_length=200)
    quote = TextCell()
    quote_language = WordCell(LANGUAGE_WORDS)
    current_likelihood = WholeNumberCell(required=False, min_value=1, max_value=5)
    current_impact = WholeNumberCell(required=False, min_value=1, max_value=5)
    current_assessed_on = DateCell()

    def __init__(self, table: Table, by: User) -> None:
        super().__init__(table, by)
        bodies = BodyScope(by)
        self.is_agency = is_agency(by)
        self.know("area", known_codes(Area.objects.all(), "iso"))
        self.know("body", bodies.known, bodies.beyond)
        self.know("sphere", known_codes(Sphere.objects.all()))
        self.know("detection_source", known_codes(DetectionSource.objects.all()))
        self.know("source", known_codes(SourceDocument.objects.all(), name="title"))
        self.my_areas = self._areas_in_scope()

    def _areas_in_scope(self) -> set[int]:
        condition = in_scope(self.by, body="bodies", area="pk")
        return set(Area.objects.filter(condition).values_list("pk", flat=True))

    def stored_rows(self, ids: Sequence[str]) -> Iterable[Risk]:
        return rows_by_id(Risk.objects.filter(risks_of(self.by)).with_names(), ids)

    def clean_public_id(self) -> str:
        public_id = super().clean_public_id()
        if self.existing is not None and not may_edit_risk(self.by, self.existing):
            raise forms.ValidationError(
                _("A risk that was handed in or published is changed by the agency")
            )
        return public_id

    def clean(self) -> dict[str, Any]:
        self._check_scope()
        if self.existing is not None and self.existing.is_public:
            message = _("A published risk has a title in Kazakh and in Russian")
            self.need("title_kk", "title_ru", message=message)
        else:
            self.need_one_of("title_kk", "title_ru", "title_en")
        if self.now("quote"):
            message = _("A quotation names its source and its language")
            self.need("source", "quote_language", message=message)
        self._check_level()
        return self.cleaned_data

    def _check_scope(self) -> None:
        if self.is_agency:
            return
        body, area = self.now("body"), self.now("area")
        works_on_area = bool(self.my_areas) and not self._is_of_a_body()
        if works_on_area:
            if area is not None and area.pk not in self.my_areas:
                self._add("area", _("The area does not belong to what you work on"))
        elif body is None and not self._wrong("body"):
            self._add("body", _("Name the body that you work for"))

    def _is_of_a_body(self) -> bool:
        scope = getattr(self.by, "scope", None)
        return scope is not None and scope.body_id is not None

    def _check_level(self) -> None:
        names = ["current_likelihood", "current_impact", "current_assessed_on"]
        given = [self.cleaned_data.get(name) for name in names]
        if any(given):
            message = _("A level needs likelihood, impact and the day it was assessed")
            self.need(*(name for name in names if name in self.fields), message=message)
        day = given[2]
        if day and day > timezone.localdate():
            self._add(names[2], _("The day lies in the future"))


class MeasureRowForm(RowForm):
    risk = CodeCell(required=True)
    text_kk = TextCell()
    text_ru = TextCell()
    text_en = TextCell()
    executor = CodeCell()
    co_executors = CodesCell()
    deadline = DateCell()
    reporting_form_kk = TextCell(max_length=300)
    reporting_form_ru = TextCell(max_length=300)
    reporting_form_en = TextCell(max_length=300)
    indicator_kk = TextCell(max_length=300)
    indicator_ru = TextCell(max_length=300)
    indicator_en = TextCell(max_length=300)

    def __init__(self, table: Table, by: User) -> None:
        super().__init__(table, by)
        self.is_agency = is_agency(by)
        bodies = BodyScope(by)
        everybody = known_codes(PublicBody.objects.all())
        self.know("executor", bodies.known, bodies.beyond)
        self.know("co_executors", everybody)
        mine = rows_by_id(Risk.objects.filter(risks_of(by)), values_of(table, "risk"))
        known = {risk.public_id: risk for risk in mine}
        # A measure that the person's body carries out stays with its risk elsewhere.
        known |= {row.risk.public_id: row.risk for row in self.stored.values()}
        self.know("risk", KnownRows(known))

    def stored_rows(self, ids: Sequence[str]) -> Iterable[Measure]:
        rows = Measure.objects.filter(measures_of(self.by))
        return rows_by_id(
            rows.select_related("risk", "executor").prefetch_related("co_executors"),
            ids,
        )

    def clean_public_id(self) -> str:
        public_id = super().clean_public_id()
        if self.existing is not None and not (self.existing.is_open or self.is_agency):
            raise forms.ValidationError(
                _("A measure that is over is changed by the agency")
            )
        return public_id

    def clean(self) -> dict[str, Any]:
        self.need_one_of("text_kk", "text_ru", "text_en")
        if self.existing is None:
            self.need("executor", "deadline")
        else:
            self._check_kept()
        deadline, risk = self.cleaned_data.get("deadline"), self.now("risk")
        if deadline and risk and deadline.year < risk.year:
            self._add(
                "deadline",
                _("The deadline lies before the year of the risk, %(year)s")
                % {"year": risk.year},
            )
        executor = self.now("executor")
        if executor and executor in (self.cleaned_data.get("co_executors") or []):
            self._add("co_executors", _("The executor is named among those who help"))
        return self.cleaned_data

    def _check_kept(self) -> None:
        old = self.existing
        risk = self.cleaned_data.get("risk")
        if risk is not None and risk.pk != old.risk_id:
            self._add("risk", _("A measure stays with its risk"))
        is_moved = "deadline" in self.fields and (
            self.cleaned_data.get("deadline") != old.deadline
        )
        if old.deadline and is_moved and not self._wrong("deadline"):
            self._add(
                "deadline",
                _("A deadline is not overwritten: move it with a reason instead"),
            )


def _level_words() -> dict[str, str]:
    return {level.value: level.value for level in Level}


class PositionRowForm(RowForm):
    body = CodeCell(required=True)
    title_kk = TextCell(max_length=300)
    title_ru = TextCell(max_length=300)
    title_en = TextCell(max_length=300)
    functions_kk = TextCell()
    functions_ru = TextCell()
    functions_en = TextCell()
    reason_kk = TextCell()
    reason_ru = TextCell()
    reason_en = TextCell()
    level = WordCell(_level_words())
    risks = CodesCell()
    act = TextCell(max_length=200)
    valid_from = DateCell()
    valid_to = DateCell()
    is_published = WordCell(YES_NO)

    def __init__(self, table: Table, by: User) -> None:
        super().__init__(table, by)
        bodies = BodyScope(by)
        self.know("body", bodies.known, bodies.beyond)
        mine = rows_by_id(
            Risk.objects.filter(risks_of(by)), split_values(table, "risks")
        )
        known = {risk.public_id: risk for risk in mine}
        known |= {
            risk.public_id: risk
            for row in self.stored.values()
            for risk in row.risks.all()
        }
        self.know("risks", KnownRows(known))

    def stored_rows(self, ids: Sequence[str]) -> Iterable[VulnerablePosition]:
        rows = VulnerablePosition.objects.filter(
            in_scope(self.by, body="body", area="body__area")
        )
        return rows_by_id(rows.select_related("body").prefetch_related("risks"), ids)

    def clean(self) -> dict[str, Any]:
        self.need_one_of("title_kk", "title_ru", "title_en")
        if self.now("is_published"):
            message = _("A published position has a title in Kazakh and in Russian")
            self.need("title_kk", "title_ru", message=message)
        start, end = self.now("valid_from"), self.now("valid_to")
        if start and end and end < start:
            self._add("valid_to", _("The list ends before it begins"))
        return self.cleaned_data


ROW_FORMS: dict[str, type[RowForm]] = {
    "risks": RiskRowForm,
    "measures": MeasureRowForm,
    "positions": PositionRowForm,
}
