"""Excel workbooks, distrusted: a package is weighed before it is opened."""

import io
import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from foundation.tables import limits
from foundation.tables.columns import Columns
from foundation.tables.mistakes import FileRefusedError, refuse
from foundation.tables.table import (
    Cell,
    RawRow,
    clean_text,
    too_many_columns,
    too_many_rows,
)

# Whatever openpyxl stumbles over in a broken package, it is the package that is broken.
UNREADABLE = (
    AttributeError,
    BadZipFile,
    DefusedXmlException,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    LargeZipFile,
    NotImplementedError,
    OSError,
    OverflowError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)
# Sheets that help to fill in the table; the template has one.
HELP_SHEETS = {"codes"}
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*ref=[\"']([A-Z0-9:]+)[\"']")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
WORKSHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
MOST_NAMED = 5


def workbook_rows(columns: Columns, content: bytes) -> Iterator[RawRow]:
    """Return the rows of the one sheet that holds the table."""
    check_package(content)
    try:
        yield from _rows(columns, content)
    except FileRefusedError:
        raise
    except UNREADABLE as error:
        raise refuse(damaged()) from error


def damaged() -> str:
    return _(
        "The workbook is damaged: open it in Excel or LibreOffice and save it anew as"
        " .xlsx"
    )


def check_package(content: bytes) -> None:
    """Refuse a package that unpacks to too much, before any of it is unpacked."""
    try:
        with ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except UNREADABLE as error:
        raise refuse(damaged()) from error
    names = {part.filename.lower() for part in parts}
    if "mimetype" in names or "content.xml" in names:
        raise refuse(
            _("This is an OpenDocument file: save it as .xlsx or as CSV UTF-8")
        )
    if any(name.endswith(".bin") and "vba" in name for name in names):
        raise refuse(_("The workbook has macros: save it as .xlsx without them"))
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(locked_text())
    if "xl/workbook.xml" not in names:
        raise refuse(_("This is not an Excel workbook: send .xlsx or CSV UTF-8"))
    if len(parts) > limits.MOST_PARTS or _is_too_heavy(parts):
        raise refuse(
            _(
                "The workbook unpacks to far more than a table needs, so it is not opened"
            )
        )


def locked_text() -> str:
    return _(
        "This is an old .xls file or one with a password: save it as .xlsx without a"
        " password"
    )


def _is_too_heavy(parts: list[ZipInfo]) -> bool:
    if sum(part.file_size for part in parts) > limits.LARGEST_UNPACKED:
        return True
    for part in parts:
        is_sheet = WORKSHEET_PART.fullmatch(part.filename)
        largest = limits.LARGEST_PART if is_sheet else limits.LARGEST_TEXTS
        if part.file_size > largest:
            return True
        steep = part.file_size > limits.STEEPEST_PACKING * max(part.compress_size, 1)
        if steep and part.file_size > limits.SMALL_PART:
            return True
    return False


def _rows(columns: Columns, content: bytes) -> Iterator[RawRow]:
    _weigh_sheets(columns, content)
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        page = _page_with_table(book)
        # A file's own word on its size is not trusted, in either direction.
        page.reset_dimensions()
        for number, cells in enumerate(page.iter_rows(), start=1):
            if number > columns.most_rows + limits.EMPTY_ROWS:
                raise refuse(too_many_rows(columns.most_rows))
            if len(cells) > limits.MOST_COLUMNS:
                raise refuse(too_many_columns())
            yield RawRow(number, _without_tail([_cell(cell) for cell in cells]))
    finally:
        book.close()


def _page_with_table(book: Any) -> Any:
    hidden = [page.title for page in book.worksheets if page.sheet_state != "visible"]
    if hidden:
        raise refuse(
            _("The sheet “%(name)s” is hidden: show it or delete it")
            % {"name": hidden[0]}
        )
    pages = [page for page in book.worksheets if fold_title(page) not in HELP_SHEETS]
    if not pages:
        raise refuse(_("The workbook has no sheet with a table"))
    others = [page.title for page in pages[1:] if not _is_blank(page)]
    if others:
        raise refuse(
            _("The workbook has another filled sheet, “%(name)s”: keep one")
            % {"name": others[0]}
        )
    return pages[0]


def fold_title(page: Any) -> str:
    return str(page.title).strip().casefold()


def _is_blank(page: Any) -> bool:
    rows = page.iter_rows(max_row=50, max_col=50, values_only=True)
    return not any(value is not None for row in rows for value in row)


def _weigh_sheets(columns: Columns, content: bytes) -> None:
    """Refuse what can be told from the bytes of a sheet, before it is parsed.

    Of merged cells only one would be read; and a sheet that does not state its size
    is parsed whole by openpyxl, however long it is.
    """
    with ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if WORKSHEET_PART.fullmatch(name):
                part = package.read(name)
                if (
                    sum(1 for _row in ROW.finditer(part))
                    > columns.most_rows + limits.EMPTY_ROWS
                ):
                    raise refuse(too_many_rows(columns.most_rows))
                _refuse_merged(part)


def _refuse_merged(part: bytes) -> None:
    found = MERGED.findall(part)
    if found:
        cells = ", ".join(ref.decode() for ref in found[:MOST_NAMED])
        raise refuse(
            _("Cells are merged (%(cells)s): part them again") % {"cells": cells}
        )


def _without_tail(cells: list[Cell]) -> list[Cell]:
    while cells and not (cells[-1].text or cells[-1].mistake):
        cells.pop()
    return cells


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell()
    if cell.data_type == "f":
        return Cell(mistake=_("The cell holds a formula: paste its value instead"))
    if cell.data_type == "e":
        return Cell(mistake=_("The cell holds the error %(error)s") % {"error": value})
    if isinstance(value, str):
        return clean_text(value)
    return _number_or_date(value)


def _number_or_date(value: object) -> Cell:
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, datetime):
        if value.time() != time():
            return Cell(mistake=_("The cell holds a time of day beside the date"))
        return Cell(value.date().isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        return Cell(str(int(value)))
    if isinstance(value, int | float):
        return Cell(repr(value))
    return Cell(mistake=_("The cell holds neither text nor number nor date"))
