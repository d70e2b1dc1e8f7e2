"""The rows of `load_data`: loaded once, copied back for each other test that wants them.

Loading takes seconds and a hundred tests want it; copying takes a fraction of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
# Triggers and foreign keys were obeyed when the rows were loaded.
WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
WITH_TRIGGERS = "SET LOCAL session_replication_role = origin"


# What migrations fill; `flush` would only have it filled again, which takes a second.
LASTING = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
}
# No row of the audit is ever deleted, and an index keeps the words of deleted ones.
TRUNCATED = {"audit_auditevent", "search_searchdocument"}


def sql_flush(style: Any, tables: Iterable[str], **options: Any) -> list[str]:
    """Return what empties a database: TRUNCATE makes a thousand new files for nothing."""
    sizes = _sizes()
    filled = {name for name in tables if sizes[name]} - LASTING
    return [
        WITHOUT_TRIGGERS,
        *(f'TRUNCATE "{name}"' for name in filled & TRUNCATED),
        *(f'DELETE FROM "{name}"' for name in filled - TRUNCATED),
        WITH_TRIGGERS,
    ]


def _sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        counted = " UNION ALL ".join(
            f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names
        )
        cursor.execute(counted)
        return dict(cursor.fetchall())


@dataclass
class RealData:
    """Table by table the rows as PostgreSQL copies them."""

    tables: dict[str, bytes] = field(default_factory=dict)

    def restore(self) -> None:
        """Put the rows into the empty tables of a test."""
        if not self.tables:
            self._load()
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WITHOUT_TRIGGERS)
            for name, rows in self.tables.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as copy:
                    copy.write(rows)
            cursor.execute(WITH_TRIGGERS)

    def _load(self) -> None:
        before = _sizes()
        call_command("load_data", verbosity=0)
        filled = [name for name, size in _sizes().items() if size != before[name]]
        assert not any(before[name] for name in filled), "load before anything else"
        with connection.cursor() as cursor:
            for name in filled:
                with cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as copy:
                    self.tables[name] = b"".join(map(bytes, copy))
