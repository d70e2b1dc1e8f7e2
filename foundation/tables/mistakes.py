"""What is wrong with a file, said where it is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One thing to mend; without a row it is about the file as a whole."""

    message: str
    row: int | None = None
    column: str = ""


class FileRefusedError(Exception):
    """The file as a whole cannot be read as a table."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(*(mistake.message for mistake in mistakes))
        self.mistakes = list(mistakes)


def refuse(message: str) -> FileRefusedError:
    return FileRefusedError(Mistake(message))
