"""What is checked before the portal starts."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


def register_checks() -> None:
    register(check_letter_case, Tags.database)


def check_letter_case(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database that cannot fold the case of Kazakh letters.

    With LC_CTYPE `C`, PostgreSQL leaves Cyrillic capitals as they are, and search and
    unique constraints go wrong without a word.
    """
    return [
        Error(
            f"The database {alias} does not fold Cyrillic letters: lower('ӨҢІР') is"
            " not 'өңір'",
            hint="Create it anew with a UTF-8 locale: createdb --template=template0"
            " --encoding=UTF8 --locale=C.UTF-8 NAME, then load your backup into it",
            id="portal.E001",
        )
        for alias in databases or []
        if not _folds_case(alias)
    ]


def _folds_case(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT lower('ӨҢІР') = 'өңір'")
        (folds,) = cursor.fetchone()
    return bool(folds)
