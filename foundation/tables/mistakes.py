"""What is wrong with a file, said where it is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

# A page of more helps nobody.
MOST_TOLD = 100


@dataclass(frozen=True)
class Mistake:
    """One thing to mend; without a row it is about the file as a whole."""

    message: str
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        text = f"{self.column}: {self.message}" if self.column else self.message
        if self.row is None:
            return text
        return _("Row %(number)s: %(fault)s") % {"number": self.row, "fault": text}


class FileRefusedError(Exception):
    """The file as a whole cannot be read as a table."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(*(mistake.message for mistake in mistakes))
        self.mistakes = list(mistakes)


def refuse(message: str) -> FileRefusedError:
    return FileRefusedError(Mistake(message))


def told(mistakes: Sequence[Mistake]) -> list[str]:
    """Return the first mistakes in words, and how many more there are."""
    words = [str(mistake) for mistake in mistakes[:MOST_TOLD]]
    rest = len(mistakes) - MOST_TOLD
    return [*words, _("And %(n)s more") % {"n": rest}] if rest > 0 else words
