"""Tables as text: CSV with commas, semicolons or tabs."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from foundation.tables.columns import Columns
from foundation.tables.limits import LONGEST_CELL
from foundation.tables.mistakes import refuse
from foundation.tables.table import Cell, RawRow, clean_text

DELIMITERS = ",;\t"
# An apostrophe keeps a program from taking the text for a formula; export adds it.
GUARDED = re.compile(r"'+[=+\-@\t]")


def csv_rows(columns: Columns, content: bytes) -> Iterator[RawRow]:
    text = _decode(content)
    delimiter = _delimiter(columns, text)
    # The limit is the whole process's, and libraries raise it.
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    width = 0
    while True:
        number = lines.line_num + 1
        try:
            values = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise refuse(_broken(number, error)) from error
        width = width or len(values)
        yield RawRow(number, _cells(values, width))


def _broken(number: int, error: csv.Error) -> str:
    if "limit" in str(error):
        return _("Line %(number)s holds a cell that never ends") % {"number": number}
    return _(
        "From line %(number)s on the quotation marks do not match: write a mark inside a"
        " cell twice"
    ) % {"number": number}


def _cells(values: list[str], width: int) -> list[Cell]:
    cells = [clean_text(unguard(value)) for value in values]
    if any(values) and len(values) < width:
        missing = _("The row ends here: it has %(found)s cells of %(wanted)s") % {
            "found": len(values),
            "wanted": width,
        }
        cells.append(Cell(mistake=missing))
    return cells


def unguard(value: str) -> str:
    return value[1:] if GUARDED.match(value) else value


def _decode(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, encoding)
    return _strictly(content, "utf-8")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        # Windows-1251 has no Kazakh letters, so a file in it has lost some already.
        raise refuse(
            _(
                "The file is not in UTF-8: save it in Excel as “CSV UTF-8”, or as an"
                " Excel workbook"
            )
        ) from error


def _delimiter(columns: Columns, text: str) -> str:
    """Return the sign that parts the first line into the most known columns."""
    first = text.lstrip("\r\n").split("\n", 1)[0]

    def known(delimiter: str) -> int:
        try:
            names = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(columns.column_of(name) is not None for name in names)

    return max(DELIMITERS, key=known)
