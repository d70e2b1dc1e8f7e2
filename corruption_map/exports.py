"""Tables in the import's own columns: what is exported can be imported as it is."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from corruption_map.sheets import Sheet, Value

# A spreadsheet would take a text with such a beginning for a formula.
FORMULA = re.compile(r"'*[=+\-@\t]")
CODES_SHEET = "codes"
WIDTHS = {"public_id": 14, "year": 8, "area": 10}
WIDTH = 24


def text_of(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def csv_lines(sheet: Sheet, rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Return the table as CSV line by line: UTF-8 with a mark, so that Excel knows."""
    yield "\ufeff" + _line(sheet.codes())
    for row in rows:
        yield _line([guard(text_of(value)) for value in row])


def _line(values: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue()


def guard(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; import undoes it."""
    return f"'{text}" if FORMULA.match(text) else text


def workbook(
    sheet: Sheet,
    rows: Iterable[Sequence[Value]],
    codes: Iterable[tuple[str, str, str]] = (),
) -> bytes:
    """Return the table as a workbook, labels under the codes, with the known codes.

    `codes` are triples of column, code and name.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False}
    )
    page = book.add_worksheet(sheet.noun)
    strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    quiet = book.add_format(
        {"font_color": "#595959", "text_wrap": True, "valign": "top"}
    )
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.freeze_panes(2, 1)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, WIDTHS.get(column.code, WIDTH))
        page.write_string(0, place, column.code, strong)
    for place, column in enumerate(sheet.columns):
        mark = " *" if column.code in sheet.required else ""
        page.write_string(1, place, f"{column.label}{mark}", quiet)
        if column.hint:
            page.write_comment(0, place, str(column.hint))
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, place, value, day)
            elif isinstance(value, int | Decimal):
                page.write_number(number, place, value)
            elif value is not None:
                page.write_string(number, place, value)
    _write_codes(book, codes, strong)
    book.close()
    return file.getvalue()


def _write_codes(
    book: xlsxwriter.Workbook, codes: Iterable[tuple[str, str, str]], strong: object
) -> None:
    page = book.add_worksheet(CODES_SHEET)
    page.set_column(0, 1, WIDTH)
    page.set_column(2, 2, 3 * WIDTH)
    for place, title in enumerate(
        [_("column"), _("code"), pgettext("of a thing", "name")]
    ):
        page.write_string(0, place, title, strong)
    for number, row in enumerate(codes, start=1):
        for place, text in enumerate(row):
            page.write_string(number, place, text)
