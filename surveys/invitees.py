"""Read a table of people to be asked: CSV or a workbook, every fault with its line.

Nothing is written here. A file with one fault is refused whole, so that a person mends
it once and knows what the portal has.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import openpyxl
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from foundation.languages import languages

COLUMNS = ("email", "language", "stratum")
MOST_ROWS = 50_000
MOST_BYTES = 5_000_000
# A workbook of fifty thousand addresses unpacks to some ten million bytes.
MOST_UNPACKED = 60_000_000
MOST_FAULTS = 100
DELIMITERS = ",;\t"
# The longest address that the database holds.
LONGEST = 254


@dataclass(frozen=True)
class Invitee:
    """Somebody to be asked, as a line of a file names them."""

    line: int
    email: str
    language: str
    stratum: str


@dataclass
class Listed:
    """Who stands in a file, and every line that stands in the way."""

    people: list[Invitee] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def refuse(self, line: int, fault: str) -> None:
        self.faults.append(
            _("Line %(line)s: %(fault)s") % {"line": line, "fault": fault}
        )

    @property
    def told(self) -> list[str]:
        """The first faults, and how many more there are."""
        rest = len(self.faults) - MOST_FAULTS
        if rest <= 0:
            return self.faults
        return [*self.faults[:MOST_FAULTS], _("And %(n)s more") % {"n": rest}]


def read_invitees(file: IO[bytes], name: str, strata: Mapping[str, Any]) -> Listed:
    """Read a file of people; of strata only those with a design weight are known."""
    listed = Listed()
    try:
        rows = _lines(file, name)
        _number, header = next(rows, (0, []))
        names = [cell.casefold() for cell in header]
        if "email" not in names or not set(names) <= set(COLUMNS):
            raise _refused(
                _("The first line names the columns: %(columns)s")
                % {"columns": ", ".join(COLUMNS)}
            )
        if max(Counter(names).values()) > 1:
            raise _refused(_("A column is named twice"))
        for line, cells in rows:
            if len(listed.people) + len(listed.faults) >= MOST_ROWS:
                raise _refused(
                    _("The file has more than %(most)s lines: split it")
                    % {"most": MOST_ROWS}
                )
            _read(listed, line, names, cells, strata)
    except ValidationError as error:
        listed.faults = error.messages
    if not (listed.people or listed.faults):
        listed.faults.append(_("Nobody stands in the file"))
    _refuse_doubles(listed)
    return listed


def _refused(text: str) -> ValidationError:
    return ValidationError(text)


def _read(
    listed: Listed,
    line: int,
    names: list[str],
    cells: list[str],
    strata: Mapping[str, Any],
) -> None:
    if any(cells[len(names) :]):
        listed.refuse(line, _("there are more cells than columns"))
        return
    row = dict(zip(names, cells, strict=False))
    email = row.get("email", "").lower()
    language = row.get("language", "").lower() or languages()[0]
    stratum = row.get("stratum", "")
    before = len(listed.faults)
    if not _is_address(email):
        # The word may be somebody's address all but one letter; it is theirs to see.
        listed.refuse(line, _("“%(text)s” is no e-mail address") % {"text": email[:80]})
    if language not in languages():
        listed.refuse(
            line,
            _("unknown language “%(text)s”, use %(known)s")
            % {"text": language[:20], "known": ", ".join(languages())},
        )
    if strata and stratum not in strata:
        listed.refuse(
            line,
            _("the stratum “%(text)s” has no design weight") % {"text": stratum[:40]},
        )
    elif stratum and not strata:
        listed.refuse(line, _("this wave has no strata, leave the cell empty"))
    if len(listed.faults) == before:
        listed.people.append(Invitee(line, email, language, stratum))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST


def _refuse_doubles(listed: Listed) -> None:
    first: dict[str, int] = {}
    for person in listed.people:
        line = first.setdefault(person.email, person.line)
        if line != person.line:
            listed.refuse(
                person.line,
                _("%(email)s stands in line %(line)s already")
                % {"email": person.email, "line": line},
            )


def _lines(file: IO[bytes], name: str) -> Iterator[tuple[int, list[str]]]:
    """Give the filled lines with their numbers in the file."""
    if name.lower().endswith(".xlsx"):
        found = _workbook(file)
    elif name.lower().endswith(".csv"):
        found = _csv(file)
    else:
        raise _refused(_("Choose a .csv or an .xlsx file"))
    for line, cells in found:
        texts = [cell.strip() for cell in cells]
        if any(texts):
            yield line, texts


def _csv(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    try:
        text = file.read(MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(_("The file is not in UTF-8: save it as CSV UTF-8")) from error
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise _refused(
            _("Line %(line)s cannot be read: a quotation mark is not closed")
            % {"line": reader.line_num}
        ) from error


def _workbook(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    try:
        with ZipFile(file) as package:
            size = sum(part.file_size for part in package.infolist())
        if size > MOST_UNPACKED:
            raise _refused(_("The workbook unpacks to far more than a table needs"))
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, ["" if value is None else str(value) for value in cells]
    except (BadZipFile, KeyError, IndexError, ValueError, OSError) as error:
        raise _refused(_("This is not a workbook (.xlsx)")) from error
