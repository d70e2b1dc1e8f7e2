"""Read figures from a table: strictly, every mistake by its row and column."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.tables.columns import CodedColumns
from foundation.tables.mistakes import FileRefusedError, Mistake, refuse
from foundation.tables.reading import read_table
from foundation.territory.models import Area
from indicators.models import Breakdown, Observation, Unit
from indicators.periods import bounds, is_known

FIGURES = CodedColumns(
    title=gettext_lazy("Figures of a release"),
    required=("unit", "year", "value", "breakdown", "breakdown_value"),
    optional=(
        "lower",
        "upper",
        "rank_of",
        "status",
        "section",
        "source_url",
        "confidence",
    ),
)
NUMBER = re.compile(r"-?\d+(\.\d{1,4})?$")
RANK_OF = re.compile(r"of (\d+)$")
AREA = re.compile(r"KZ(-[0-9A-Z]+)?$")
# An undivided figure of the country itself, as `data/statistics.csv` writes it.
COUNTRY = "Kazakhstan"
LONGEST = {"year": 60, "section": 200, "source_url": 700}


@dataclass
class Lookups:
    """What the codes in a file may name, each read once."""

    units: dict[str, Unit] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    breakdowns: dict[tuple[str, str], Breakdown] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Lookups":
        return cls(
            units={unit.code: unit for unit in Unit.objects.all()},
            areas={area.iso: area for area in Area.objects.all()},
            breakdowns={(row.kind, row.value): row for row in Breakdown.objects.all()},
        )


def read_file(content: bytes, lookups: Lookups) -> list[Observation]:
    """Return the observations of a file, without their release.

    Raises FileRefusedError with every mistake; the file is all right or not read at
    all.
    """
    _refuse_guesses(content)
    table = read_table(FIGURES, content)
    mistakes = list(table.mistakes)
    observations = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in table.rows:
        reader = RowReader(row.cells, row.number, lookups)
        observation = reader.observation()
        key = key_of(observation)
        if not reader.mistakes and key in seen:
            reader.refuse(
                "year", _("Row %(row)s gives the same figure") % {"row": seen[key]}
            )
        seen.setdefault(key, row.number)
        mistakes += reader.mistakes
        observations.append(observation)
    if mistakes:
        raise FileRefusedError(*mistakes)
    return observations


def key_of(observation: Observation) -> tuple[Any, ...]:
    """What tells an observation from the others of its release."""
    return (
        observation.unit_id,
        observation.period,
        observation.breakdown_id,
        observation.area_id,
    )


def _refuse_guesses(content: bytes) -> None:
    """Refuse what other tables may have: nothing of a figure is left to a guess."""
    if content.startswith(codecs.BOM_UTF8):
        raise refuse(
            _("The file begins with a byte order mark: save it as UTF-8 without one")
        )
    header = content.split(b"\n", 1)[0]
    if b";" in header and b"," not in header:
        raise refuse(_("The columns are parted by semicolons: use commas"))


class RowReader:
    """One row of a file on its way to an observation."""

    def __init__(self, row: Mapping[str, Any], number: int, lookups: Lookups) -> None:
        self.row = row
        self.number = number
        self.lookups = lookups
        self.mistakes: list[Mistake] = []

    def refuse(self, column: str, text: str) -> None:
        self.mistakes.append(Mistake(text, self.number, column))

    def cell(self, column: str) -> str:
        value = self.row.get(column)
        return value.strip() if isinstance(value, str) else ""

    def observation(self) -> Observation:
        self._check_cells()
        period = self.cell("year")
        start, end = bounds(period) if is_known(period) else (None, None)
        rank_of, breakdown, area = self.place()
        return Observation(
            unit=self.unit(),
            period=period,
            period_start=start,
            period_end=end,
            value=self.number_in("value") or Decimal(0),
            lower=self.number_in("lower", required=False),
            upper=self.number_in("upper", required=False),
            rank_of=rank_of or self.whole_number("rank_of"),
            breakdown=breakdown,
            area=area,
            status=self.choice("status", Observation.Status),
            confidence=self.choice("confidence", Observation.Confidence),
            section=self.cell("section"),
            source_url=self.cell("source_url"),
            row_number=self.number,
        )

    def _check_cells(self) -> None:
        if None in self.row or None in self.row.values():
            self.refuse("", _("The row has another number of cells than the header"))
        for column in FIGURES.codes():
            cell = self.cell(column)
            if "<" in cell or ">" in cell:
                self.refuse(column, _("HTML is not allowed"))
            if len(cell) > LONGEST.get(column, 100):
                self.refuse(column, _("The text is too long"))
        if not is_known(self.cell("year")):
            self.refuse(
                "year",
                _("“%(value)s” is not a period: write 2024, 2024-Q1 or 2024-01..09")
                % {"value": self.cell("year")[:60]},
            )

    def unit(self) -> Unit | None:
        unit = self.lookups.units.get(self.cell("unit"))
        if unit is None:
            self.refuse(
                "unit",
                _("The unit “%(value)s” is not known")
                % {"value": self.cell("unit")[:60]},
            )
        return unit

    def number_in(self, column: str, *, required: bool = True) -> Decimal | None:
        text = self.cell(column)
        if not text and not required:
            return None
        if "," in text:
            self.refuse(
                column,
                _("“%(value)s” has a comma: write decimals with a point")
                % {"value": text[:60]},
            )
            return None
        if not NUMBER.match(text):
            self.refuse(column, _("“%(value)s” is not a number") % {"value": text[:60]})
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("Infinity")
        if abs(value) >= Decimal(10) ** 18:
            self.refuse(column, _("The number is too large"))
            return None
        return value

    def whole_number(self, column: str) -> int | None:
        text = self.cell(column)
        if text and not (text.isascii() and text.isdigit() and int(text) < 1000):
            self.refuse(
                column,
                _("“%(value)s” is not a whole number below 1,000")
                % {"value": text[:60]},
            )
            return None
        return int(text) if text else None

    def choice(self, column: str, choices: Any) -> str:
        text = self.cell(column)
        if text and text not in choices.values:
            self.refuse(
                column,
                _("“%(value)s” is not one of %(choices)s")
                % {
                    "value": text[:60],
                    "choices": ", ".join(choices.values),
                },
            )
        return text or str(next(iter(choices)))

    def place(self) -> tuple[int | None, Breakdown | None, Area | None]:
        """Return out of how many a rank is, the breakdown and the area."""
        kind, value = self.cell("breakdown"), self.cell("breakdown_value")
        rank_of, area = None, None
        if AREA.match(value):
            area = self.lookups.areas.get(value)
            if area is None:
                self.refuse(
                    "breakdown_value",
                    _("The area “%(value)s” is not known") % {"value": value},
                )
            value = ""
            kind = "" if kind == "region" else kind
        elif kind == "region":
            self.refuse(
                "breakdown_value",
                _("The area “%(value)s” is not known") % {"value": value[:60]},
            )
            return None, None, None
        if found := RANK_OF.match(kind):
            rank_of, kind = int(found[1]), ""
        if value == COUNTRY and kind != "country":
            value = ""
        if not kind and not value:
            return rank_of, None, area
        breakdown = self.lookups.breakdowns.get((kind, value))
        if breakdown is None:
            self.refuse(
                "breakdown",
                _("The breakdown “%(value)s” is not known")
                % {"value": f"{kind} {value}".strip()[:60]},
            )
        return rank_of, breakdown, area
