"""Count a quarter's reports in an open vault; only what may be shown is kept.

Where and what is sealed, so it is counted by somebody who may read it, in memory. No
report is marked with an area or a subject, neither before nor after.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrPromise

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.languages import languages
from foundation.territory.models import Area
from reports.crypto import SealBrokenError
from reports.figures import FEWEST, OTHER, shown
from reports.models import Figure, FiguresRelease, Tip, Wrap
from reports.questionnaires import SUBJECT, Question, read_schema
from reports.services.cases import NoKeyError, key_of
from reports.services.conversation import read_head
from reports.services.vaults import OpenVault

Names = dict[str, str]
UNKNOWN = "unknown"
# The last day of each group of answers, counted from the day of receipt.
DAYS = (15, 30, 60)
QUARTERS_OFFERED = 8
MONTHS = 3
T = Figure.Table


class NoQuarterError(Exception):
    """The quarter has not ended, or its figures are published."""


@dataclass(frozen=True)
class Cell:
    table: str
    code: str
    names: Names
    count: int


def begin_of(day: date) -> date:
    """Return the first day of a day's quarter."""
    return date(day.year, day.month - (day.month - 1) % MONTHS, 1)


def _next(quarter: date) -> date:
    return begin_of(quarter + timedelta(days=31 * MONTHS))


def open_quarters() -> list[date]:
    """Return the latest ended quarters without figures, the newest first."""
    published = set(FiguresRelease.objects.values_list("quarter", flat=True))
    quarters, quarter = [], begin_of(timezone.localdate())
    for _place in range(QUARTERS_OFFERED):
        quarter = begin_of(quarter - timedelta(days=1))
        if quarter not in published:
            quarters.append(quarter)
    return quarters


def count_quarter(*, quarter: date, vault: OpenVault, by: User) -> list[Cell]:
    """Return a quarter's figures as they may be shown.

    A report the vault does not open counts, under “not known to who counted”.
    """
    ends = _next(quarter)
    days = {"gte": quarter, "lt": ends}
    received = _within("received_on", days)
    answered = _within("answered_on", days)
    closed = _within("closed_on", days)
    whole = {"received": received, "answered": answered, "closed": closed}
    cells = [
        Cell(T.ALL, code, _in_all(ALL[code]), len(tips))
        for code, tips in whole.items()
        if len(tips) >= FEWEST
    ]
    areas, subjects, options = _opened(received, vault, by)
    return [
        *cells,
        *_cells(T.AREA, areas, _areas()),
        *_cells(T.SUBJECT, subjects, options),
        *_cells(T.OUTCOME, Counter(tip.outcome for tip in closed), OUTCOMES),
        *_cells(T.TERM, Counter(map(_term, answered)), TERMS),
        *_cells(T.DAYS, Counter(map(_wait, answered)), WAITS),
    ]


def _within(column: str, days: dict[str, date]) -> list[Tip]:
    wanted = {f"{column}__{edge}": day for edge, day in days.items()}
    return list(Tip.objects.filter(**wanted).select_related("questionnaire"))


def _cells(
    table: str, counts: Counter[str], names: Mapping[str, Names | StrPromise]
) -> Iterator[Cell]:
    """Return a table's cells in the order of their names."""
    known, named = shown(counts), {**names, **REST}
    for code, name in named.items():
        if code in known:
            texts = name if isinstance(name, dict) else _in_all(name)
            yield Cell(table, code, texts, known[code])


def _areas() -> dict[str, Names]:
    return {
        area.iso: {code: getattr(area, f"name_{code}") for code in languages()}
        for area in Area.objects.filter(valid_to=None)
    }


def _opened(
    tips: list[Tip], vault: OpenVault, by: User
) -> tuple[Counter[str], Counter[str], dict[str, Names]]:
    """Count areas and subjects, and return the names of the subjects."""
    known, options = _areas(), dict[str, Names]()
    areas, subjects = Counter[str](), Counter[str]()
    for tip in tips:
        answers = _answers(tip, vault, by)
        questions = list(read_schema(tip.questionnaire.schema).questions())
        options |= _subjects(questions)
        place = next((q.id for q in questions if q.kind == "area"), "")
        area, subject = answers.get(place, ""), answers.get(SUBJECT, "")
        areas[area if area in known else UNKNOWN] += 1
        subjects[subject if subject in options else UNKNOWN] += 1
    return areas, subjects, options


def _answers(tip: Tip, vault: OpenVault, by: User) -> dict[str, str]:
    try:
        return read_head(tip, key_of(tip, vault, Wrap.Purpose.CONTENT, by)).answers
    except (NoKeyError, SealBrokenError):
        return {}


def _subjects(questions: list[Question]) -> dict[str, Names]:
    question = next((q for q in questions if q.id == SUBJECT), None)
    return dict(question.choices) if question else {}


def _term(tip: Tip) -> str:
    assert tip.answered_on is not None
    return "late" if tip.answered_on > tip.answer_due_on else "in_time"


def _wait(tip: Tip) -> str:
    assert tip.answered_on is not None
    days = (tip.answered_on - tip.received_on).days
    return next((f"to_{last}" for last in DAYS if days <= last), "longer")


@transaction.atomic
def publish_quarter(*, quarter: date, vault: OpenVault, by: User) -> FiguresRelease:
    """Keep a quarter's figures for good; it is counted anew, and once."""
    if quarter not in open_quarters():
        raise NoQuarterError
    cells = count_quarter(quarter=quarter, vault=vault, by=by)
    release = FiguresRelease.objects.create(
        quarter=quarter, published_on=timezone.localdate()
    )
    Figure.objects.bulk_create(
        [
            Figure(
                public_id=f"{release}-{cell.table}-{cell.code}",
                release=release,
                table=cell.table,
                code=cell.code,
                count=cell.count,
                **{f"name_{code}": cell.names.get(code, "") for code in languages()},
            )
            for cell in cells
        ]
    )
    record(action="publish", kind="report figures", public_id=str(release), by=by)
    return release


def _in_all(label: StrPromise | str) -> Names:
    """Return a text of the portal in each of its languages."""
    names = {}
    for code in languages():
        with override(code):
            names[code] = str(label)
    return names


ALL: dict[str, StrPromise] = {
    "received": _("Reports received"),
    "answered": _("Reports answered"),
    "closed": _("Reports closed"),
}
OUTCOMES: dict[str, StrPromise] = dict(Tip.Outcome.choices)
TERMS: dict[str, StrPromise] = {"in_time": _("In time"), "late": _("Late")}
WAITS: dict[str, StrPromise] = {
    "to_15": _("Up to 15 days"),
    "to_30": _("16 to 30 days"),
    "to_60": _("31 to 60 days"),
    "longer": _("More than 60 days"),
}
REST: dict[str, StrPromise] = {
    UNKNOWN: _("Not said, or not known to who counted"),
    OTHER: _("Other, put together because each may be under five"),
}
