"""Which files are taken as evidence: told by their bytes, never by their name."""

from hashlib import sha256
from typing import IO
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

LARGEST_FILE = 20_000_000
HEAD = 1024
# What a workbook or document must hold, and what runs code when it is opened.
OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
ACTIVE_PARTS = ("vbaproject.bin", "activex", "embeddings/")


def check_evidence(file: File[bytes]) -> str:
    """Return the extension that fits the file's bytes, or refuse the file."""
    if file.size > LARGEST_FILE:
        raise ValidationError(
            _("The file is larger than %(megabytes)s MB"),
            params={"megabytes": LARGEST_FILE // 1_000_000},
        )
    extension = _extension(file)
    file.seek(0)
    if extension is None:
        raise ValidationError(
            _("Send a PDF, JPEG, PNG, DOCX or XLSX file without macros")
        )
    return extension


def _extension(file: IO[bytes] | File[bytes]) -> str | None:
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"PK\x03\x04"):
        return _office_extension(file)
    return None


def _office_extension(file: IO[bytes] | File[bytes]) -> str | None:
    try:
        with ZipFile(file) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (BadZipFile, OSError, ValueError):
        return None
    if any(part in name for name in names for part in ACTIVE_PARTS):
        return None
    if "[content_types].xml" not in names:
        return None
    return next((ext for ext, part in OFFICE.items() if part in names), None)


def digest(file: File[bytes]) -> str:
    """Return the SHA-256 of a file, read in pieces, and rewind it."""
    file.seek(0)
    hashed = sha256()
    for piece in file.chunks():
        hashed.update(piece)
    file.seek(0)
    return hashed.hexdigest()
