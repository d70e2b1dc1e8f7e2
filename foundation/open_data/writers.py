"""Write rows as CSV, XLSX, JSON and GeoJSON, piece by piece.

For people (CSV, XLSX) a text that a spreadsheet would take for a formula gets an
apostrophe in front; for programs (JSON) every text stays as it is.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

import orjson
import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.open_data.registry import Column

Rows = Iterator[Sequence[Any]]

BOM = b"\xef\xbb\xbf"
# OWASP's list, with the full-width signs that spreadsheets accept as well.
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
SPLITTING = re.compile('[,"\r\n]').search
LINE_END = "\r\n"
ROWS_A_PIECE = 1000
XLSX_ROWS = 1_048_576 - 1
XLSX_CELL = 32_767


class TooManyRowsError(Exception):
    """A worksheet has no room for that many rows."""


@dataclass(frozen=True)
class About:
    """What is said of the rows in the file itself."""

    name: str
    title: str
    source: str
    licence: str
    licence_url: str
    attribution: str = ""


def defused(text: str) -> str:
    return f"'{text}" if text[:1] in FORMULA_STARTS else text


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def as_text(value: Any) -> str:
    """Return a value as it stands in a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def cell(value: Any) -> str:
    """Return a value as RFC 4180 writes it: quoted where a reader would split it."""
    text = as_text(value)
    if SPLITTING(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def cells(column: Column, values: Sequence[Any]) -> Iterable[str]:
    """Return the CSV cells of one column; a value that repeats is looked at once."""
    if column.type == "number":
        # Equal decimals may have other zeros behind the point.
        return map(cell, values)
    known = {value: cell(value) for value in set(values)}
    return map(known.__getitem__, values)


def as_json(value: Any) -> Any:
    """Return what orjson cannot write: a decimal stays exact, a moment is in UTC."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    return str(value)


def dump(value: Any) -> bytes:
    return orjson.dumps(
        value, default=as_json, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
    )


def pieces_of(rows: Rows) -> Iterator[list[Sequence[Any]]]:
    piece: list[Sequence[Any]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == ROWS_A_PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def write_csv(
    columns: Sequence[Column], rows: Rows, *, with_bom: bool = False
) -> Generator[bytes]:
    """Write RFC 4180: commas, CRLF, UTF-8; with a BOM for old spreadsheets."""
    start = ",".join(cell(column.name) for column in columns) + LINE_END
    yield BOM + start.encode() if with_bom else start.encode()
    for piece in pieces_of(rows):
        by_column = zip(*piece, strict=True)
        lines: Iterator[str]
        lines = map(",".join, zip(*map(cells, columns, by_column), strict=True))
        if len(columns) == 1:
            # An empty line would be passed over.
            lines = (line or '""' for line in lines)
        yield (LINE_END.join(lines) + LINE_END).encode()


def write_json(
    columns: Sequence[Column], rows: Rows, *, about: About, count: int
) -> Generator[bytes]:
    """Write one object; its rows come last, so a cut file does not parse."""
    head = {
        "name": about.name,
        "title": about.title,
        "source": about.source,
        "licence": about.licence_url,
        "written_at": moment(timezone.now()),
        "row_count": count,
    }
    yield dump(head)[:-1] + b',"rows":['
    names = [column.name for column in columns]
    yield from _joined(dict(zip(names, row, strict=True)) for row in rows)
    yield b"]}\n"


def write_geojson(
    columns: Sequence[Column],
    rows: Rows,
    *,
    about: About,
    place: str,
    shapes: Mapping[str, orjson.Fragment],
    point: tuple[str, str] | None = None,
) -> Generator[bytes]:
    """Write an RFC 7946 collection; a row without a place has the geometry null.

    `point` names the columns of a row's own longitude and latitude.
    """
    head = {
        "type": "FeatureCollection",
        "name": about.name,
        "title": about.title,
        "source": about.source,
        "licence": about.licence_url,
        "attribution": about.attribution,
    }
    yield dump(head)[:-1] + b',"features":['
    names = [column.name for column in columns]
    where = names.index(place)
    own = [names.index(name) for name in point] if point else []

    def geometry(row: Sequence[Any]) -> Any:
        if own and all(row[place] is not None for place in own):
            return {"type": "Point", "coordinates": [row[place] for place in own]}
        return shapes.get(row[where], None)

    yield from _joined(
        {
            "type": "Feature",
            "geometry": geometry(row),
            "properties": dict(zip(names, row, strict=True)),
        }
        for row in rows
    )
    yield b"]}\n"


def _joined(values: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    between = b"\n"
    for piece in pieces_of(values):  # type: ignore[arg-type]
        yield between + b",\n".join(dump(value) for value in piece)
        between = b",\n"


def write_xlsx(
    columns: Sequence[Column], rows: Rows, *, about: About, count: int
) -> IO[bytes]:
    """Return a workbook of two sheets, the rows and what their columns mean.

    It lies in a file, for the format needs its end before its beginning; memory stays
    constant. A text longer than a cell holds is cut, ends in “…”, and is whole in CSV.
    """
    if count > XLSX_ROWS:
        raise TooManyRowsError
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115  # the answer closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True})
    time_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet(about.name[:31])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [column.name for column in columns], bold)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write_cell(sheet, line, place, value, time_format)
    _write_dictionary(book, columns, about, bold)
    book.close()
    file.seek(0)
    return file


def _write_cell(
    sheet: Any, line: int, place: int, value: Any, time_format: Any
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(line, place, fitted(defused(value)))
    elif isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(line, place, value.astimezone(UTC), time_format)
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value)
    else:
        sheet.write_number(line, place, value)


def fitted(text: str) -> str:
    return text if len(text) <= XLSX_CELL else text[: XLSX_CELL - 1] + "…"


def _write_dictionary(
    book: Any, columns: Sequence[Column], about: About, bold: Any
) -> None:
    sheet = book.add_worksheet("dictionary")
    head = [_("Column"), _("Meaning"), _("Type"), _("Description")]
    sheet.write_row(0, 0, head, bold)
    for line, column in enumerate(columns, start=1):
        words = [column.name, column.title, column.type_name, column.description]
        for place, word in enumerate(words):
            sheet.write_string(line, place, str(word))
    facts = [
        (_("Dataset"), about.title),
        (_("Source"), about.source),
        (_("Licence"), f"{about.licence} {about.licence_url}"),
    ]
    for line, (label, fact) in enumerate(facts, start=len(columns) + 2):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, fact)
