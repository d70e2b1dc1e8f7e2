"""Tell what an uploaded file is by its first bytes, and read it."""

from django.utils.translation import gettext as _

from foundation.tables.columns import Columns
from foundation.tables.csv_file import csv_rows
from foundation.tables.limits import LARGEST_FILE
from foundation.tables.mistakes import refuse
from foundation.tables.table import Table, table_of
from foundation.tables.workbook import locked_text, workbook_rows

PACKAGE = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_TABLES = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"PK\x05\x06")
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")


def read_table(columns: Columns, content: bytes) -> Table:
    """Return the table in an uploaded file; raise `FileRefusedError` for no table."""
    if len(content) > LARGEST_FILE:
        raise refuse(too_large())
    if not content.strip():
        raise refuse(_("The file is empty"))
    if content.startswith(PACKAGE):
        return table_of(columns, workbook_rows(columns, content))
    if content.startswith(OLD_OFFICE):
        raise refuse(locked_text())
    if content.startswith(NO_TABLES) or content.lstrip().lower().startswith(MARKUP):
        raise refuse(_("The file is neither an Excel workbook nor CSV"))
    return table_of(columns, csv_rows(columns, content))


def too_large() -> str:
    return _(
        "The file is larger than %(megabytes)s MB: split it into several files"
    ) % {"megabytes": LARGEST_FILE // 1_000_000}
