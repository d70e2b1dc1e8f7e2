"""Read a table of people to be asked: CSV or a workbook, every fault with its row.

Nothing is written here. A file with one fault is refused whole, so that a person mends
it once and knows what the portal has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.languages import languages
from foundation.tables.columns import CodedColumns
from foundation.tables.mistakes import FileRefusedError, Mistake, told
from foundation.tables.reading import read_table
from foundation.tables.table import TableRow

PEOPLE = CodedColumns(
    title=gettext_lazy("People to be asked"),
    required=("email",),
    optional=("language", "stratum"),
    most_rows=50_000,
)
# The longest address that the database holds.
LONGEST = 254


@dataclass(frozen=True)
class Invitee:
    """Somebody to be asked, as a row of a file names them."""

    row: int
    email: str
    language: str
    stratum: str


@dataclass
class Listed:
    """Who stands in a file, and every row that stands in the way."""

    people: list[Invitee] = field(default_factory=list)
    faults: list[Mistake] = field(default_factory=list)

    def refuse(self, row: int, fault: str) -> None:
        self.faults.append(Mistake(fault, row))

    @property
    def told(self) -> list[str]:
        return told(self.faults)


def read_invitees(content: bytes, strata: Mapping[str, Any]) -> Listed:
    """Read a file of people; of strata only those with a design weight are known."""
    listed = Listed()
    try:
        table = read_table(PEOPLE, content)
    except FileRefusedError as error:
        listed.faults = error.mistakes
        return listed
    listed.faults = table.mistakes
    for row in table.rows:
        _read(listed, row, strata)
    _refuse_doubles(listed)
    return listed


def _read(listed: Listed, row: TableRow, strata: Mapping[str, Any]) -> None:
    email = row.cells["email"].lower()
    language = row.cells.get("language", "").lower() or languages()[0]
    stratum = row.cells.get("stratum", "")
    before = len(listed.faults)
    if not _is_address(email):
        # The word may be somebody's address all but one letter; it is theirs to see.
        listed.refuse(
            row.number, _("“%(text)s” is no e-mail address") % {"text": email[:80]}
        )
    if language not in languages():
        listed.refuse(
            row.number,
            _("unknown language “%(text)s”, use %(known)s")
            % {"text": language[:20], "known": ", ".join(languages())},
        )
    if strata and stratum not in strata:
        listed.refuse(
            row.number,
            _("the stratum “%(text)s” has no design weight") % {"text": stratum[:40]},
        )
    elif stratum and not strata:
        listed.refuse(row.number, _("this wave has no strata, leave the cell empty"))
    if len(listed.faults) == before:
        listed.people.append(Invitee(row.number, email, language, stratum))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST


def _refuse_doubles(listed: Listed) -> None:
    first: dict[str, int] = {}
    for person in listed.people:
        row = first.setdefault(person.email, person.row)
        if row != person.row:
            listed.refuse(
                person.row,
                _("%(email)s stands in row %(row)s already")
                % {"email": person.email, "row": row},
            )
