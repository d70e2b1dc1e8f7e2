"""Files as people send them, good and broken, made byte by byte."""

import csv
import io
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

RISK = {
    "public_id": "",
    "year": "2024",
    "area": "KZ-35",
    "body": "",
    "sphere": "customs",
    "detection_source": "survey",
    "title_kk": "Кедендегі кезек",
    "title_ru": "Очередь на таможне",
    "title_en": "Queue at the customs",
}


def csv_bytes(rows, header=None, *, delimiter=",", encoding="utf-8"):
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter)
    header = header or list(rows[0])
    writer.writerow(header)
    for row in rows:
        writer.writerow([row.get(name, "") for name in header])
    return lines.getvalue().encode(encoding)


def xlsx_bytes(rows, change=None):
    """Write rows of values as a workbook; `change` may spoil it before it is saved."""
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def risk_xlsx(change=None, **values):
    row = {**RISK, **values}
    return xlsx_bytes([list(row), list(row.values())], change)


def repacked(content, parts=None, *, drop=()):
    """Return a package with some parts replaced, added or left out."""
    file = io.BytesIO()
    parts = dict(parts or {})
    with (
        ZipFile(io.BytesIO(content)) as old,
        ZipFile(file, "w", ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in drop:
                new.writestr(name, parts.pop(name, None) or old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return file.getvalue()
