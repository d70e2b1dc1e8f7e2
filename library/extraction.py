"""Read the text of an uploaded file, in a process of its own with narrow limits.

A file that unpacks to gigabytes or never ends takes that process down, not the worker.
`python -m library.extraction FILE` prints what was read as JSON.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader
from pypdf.errors import PdfReadError

SECONDS = 120
MEMORY = 1 << 30
MOST_CHARACTERS = 5_000_000
# A page of text has more letters than this; a scan has a page number at most.
LETTERS_OF_A_PAGE = 20
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Reading:
    """What a file gave: `read`, or why there is no text: `scan`, `encrypted` …"""

    state: str
    text: str = ""


def read_text(path: Path) -> Reading:
    """Return the text of a PDF or Office file; anything that fails is unreadable."""
    command = [sys.executable, "-m", "library.extraction", str(path)]
    try:
        done = subprocess.run(  # noqa: S603  # our own module and a path of ours
            command,
            cwd=ROOT,
            capture_output=True,
            timeout=SECONDS * 2,
            check=True,
            preexec_fn=_limit,
        )
        return Reading(**json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError):
        return Reading("unreadable")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _pdf(path: Path) -> Reading:
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return Reading("encrypted")
    text = _joined(page.extract_text() for page in reader.pages)
    if len(text.strip()) < LETTERS_OF_A_PAGE * len(reader.pages):
        return Reading("scan", text)
    return Reading("read", text)


def _word(path: Path) -> Reading:
    document = Document(str(path))
    cells = (
        cell.text
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    )
    text = _joined(paragraph.text for paragraph in document.paragraphs)
    return Reading("read", _joined([text, *cells]))


def _slides(path: Path) -> Reading:
    shapes = (
        shape for slide in Presentation(str(path)).slides for shape in slide.shapes
    )
    return Reading(
        "read",
        _joined(shape.text_frame.text for shape in shapes if shape.has_text_frame),
    )


def _workbook(path: Path) -> Reading:
    book = load_workbook(path, read_only=True, data_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return Reading(
        "read",
        _joined(
            " ".join(str(value) for value in row if value is not None) for row in rows
        ),
    )


def _joined(parts: "Iterator[str] | list[str]") -> str:
    found, length = [], 0
    for part in parts:
        if part and length < MOST_CHARACTERS:
            found.append(part)
            length += len(part)
    # PostgreSQL stores no zero character.
    return "\n".join(found)[:MOST_CHARACTERS].replace("\x00", "")


READERS: dict[str, Callable[[Path], Reading]] = {
    ".pdf": _pdf,
    ".docx": _word,
    ".pptx": _slides,
    ".xlsx": _workbook,
}
# What Office writes when it encrypts: not a ZIP but an OLE container.
OLE = b"\xd0\xcf\x11\xe0"


def can_be_read(name: str) -> bool:
    return Path(name).suffix.lower() in READERS


def _read(path: Path) -> Reading:
    with path.open("rb") as file:
        if file.read(4) == OLE:
            return Reading("encrypted")
    try:
        return READERS[path.suffix.lower()](path)
    except (PdfReadError, PackageNotFoundError, OSError, KeyError, ValueError):
        return Reading("unreadable")


if __name__ == "__main__":
    found = _read(Path(sys.argv[1]))
    sys.stdout.write(json.dumps({"state": found.state, "text": found.text}))
