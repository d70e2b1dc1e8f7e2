"""Read an uploaded file as a table of texts, whichever program wrote it.

The result has the codes of the columns and the filled rows with their numbers in the
file. What cannot be a table is refused whole; what is wrong with single cells is
collected, so that a person mends a file once and not cell by cell.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.tables.columns import Columns, fold
from foundation.tables.limits import MOST_COLUMNS
from foundation.tables.mistakes import FileRefusedError, Mistake, refuse

# Half of a row's cells being labels is enough to know a row of labels by.
HALF = 2


@dataclass(frozen=True)
class Cell:
    """A cell's text; a mistake, where the cell cannot be read as one."""

    text: str = ""
    mistake: str = ""


@dataclass(frozen=True)
class RawRow:
    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class TableRow:
    number: int
    cells: dict[str, str]


@dataclass
class Table:
    """The filled rows of a file by column code, and what is wrong with its cells."""

    codes: list[str]
    rows: list[TableRow] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def table_of(columns: Columns, raw: Iterable[RawRow]) -> Table:
    """Return the table that raw rows hold; the first filled row names the columns."""
    filled = (
        row for row in raw if any(cell.text or cell.mistake for cell in row.cells)
    )
    header = next(filled, None)
    if header is None:
        raise refuse(_("The file is empty"))
    places = _places(columns, header)
    table = Table(codes=list(places.values()))
    for position, row in enumerate(filled):
        if position == 0 and _is_labels(columns, row):
            continue
        if len(table.rows) >= columns.most_rows:
            raise refuse(too_many_rows(columns.most_rows))
        _read_row(table, places, row)
    if not table.rows:
        raise refuse(_("The file has a header and no rows"))
    return table


def too_many_rows(most: int) -> str:
    return _("The file has more than %(most)s rows: split it into several files") % {
        "most": most
    }


def too_many_columns() -> str:
    return _("The file has cells beyond column %(most)s: delete those columns") % {
        "most": MOST_COLUMNS
    }


def _places(columns: Columns, header: RawRow) -> dict[int, str]:
    """Return which column stands at which place, or refuse the header."""
    if len(header.cells) > MOST_COLUMNS:
        raise refuse(too_many_columns())
    places: dict[int, str] = {}
    mistakes = []
    for place, cell in enumerate(header.cells):
        name = " ".join(cell.text.split())
        code = columns.column_of(name)
        if code:
            places[place] = code
        elif name or cell.mistake:
            mistakes.append(_unknown_column(columns, header.number, name))
    if not places:
        raise refuse(
            _(
                "The first row names none of the columns: begin with the template of"
                " “%(title)s”"
            )
            % {"title": columns.title}
        )
    mistakes += _twice_named(header.number, places)
    mistakes += _missing(columns, header.number, places)
    if mistakes:
        raise FileRefusedError(*mistakes)
    return places


def _unknown_column(columns: Columns, row: int, name: str) -> Mistake:
    known = {fold(text): code for code, text in columns.labels().items()}
    known |= {code: code for code in columns.codes()}
    near = get_close_matches(fold(name), known, n=1)
    if near:
        message = _("Unknown column “%(name)s”: did you mean “%(near)s”?") % {
            "name": name[:60],
            "near": known[near[0]],
        }
    else:
        message = _("Unknown column “%(name)s”") % {"name": name[:60]}
    return Mistake(message, row)


def _twice_named(row: int, places: dict[int, str]) -> Iterator[Mistake]:
    for code, times in Counter(places.values()).items():
        if times > 1:
            message = ngettext(
                "The column is named %(times)s time",
                "The column is named %(times)s times",
                times,
            ) % {"times": times}
            yield Mistake(message, row, code)


def _missing(columns: Columns, row: int, places: dict[int, str]) -> Iterator[Mistake]:
    for code in columns.required:
        if code not in places.values():
            yield Mistake(_("The column is missing"), row, code)


def _is_labels(columns: Columns, row: RawRow) -> bool:
    """Tell whether a row only repeats the columns in words, as templates do."""
    texts = [cell.text for cell in row.cells if cell.text]
    return HALF * sum(bool(columns.column_of(text)) for text in texts) > len(texts)


def _read_row(table: Table, places: dict[int, str], row: RawRow) -> None:
    cells = {}
    for place, cell in enumerate(row.cells):
        code = places.get(place)
        if code is None:
            if cell.text or cell.mistake:
                table.mistakes.append(
                    Mistake(
                        _("Cell %(place)s stands outside the named columns")
                        % {"place": place + 1},
                        row.number,
                    )
                )
            continue
        if cell.mistake:
            table.mistakes.append(Mistake(cell.mistake, row.number, code))
        cells[code] = cell.text
    for code in table.codes:
        cells.setdefault(code, "")
    table.rows.append(TableRow(row.number, cells))


# Line ends and tabs are text; other control characters and halves of letters are not.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def clean_text(text: str) -> Cell:
    """Return a text with plain line ends, or say which sign it must not hold."""
    found = FORBIDDEN.search(text)
    if found:
        return Cell(
            mistake=_("The cell holds a control character (code %(code)s)")
            % {"code": ord(found.group())}
        )
    return Cell(text.replace("\r\n", "\n").replace("\r", "\n").strip())
