"""What a table may hold: the columns that its first row names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from foundation.tables.limits import MOST_ROWS


class Columns(Protocol):
    """The columns of one kind of table."""

    @property
    def title(self) -> object:
        """Return what people call this table."""

    @property
    def required(self) -> Sequence[str]:
        """Return the codes without which a file is refused."""

    @property
    def most_rows(self) -> int: ...

    def codes(self) -> list[str]: ...

    def labels(self) -> dict[str, str]:
        """Return what people read above each column, by its code."""

    def column_of(self, header: str) -> str | None:
        """Return the code that a cell of the first row means."""


@dataclass(frozen=True)
class CodedColumns:
    """Columns that have nothing but codes, the same in every language."""

    title: object
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    most_rows: int = MOST_ROWS

    def codes(self) -> list[str]:
        return [*self.required, *self.optional]

    def labels(self) -> dict[str, str]:
        return {code: code for code in self.codes()}

    def column_of(self, header: str) -> str | None:
        code = fold(header)
        return code if code in self.codes() else None


def fold(header: str) -> str:
    return " ".join(header.casefold().split()).removesuffix("*").strip()
