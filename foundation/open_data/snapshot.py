"""Rows of one moment, read as they are sent, however many there are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import Any, Self

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, QuerySet, TextField
from psycopg import IsolationLevel

CHUNK = 2000


class MomentInWords(Func):
    """A moment as `2026-01-31T12:00:00Z`, written by the database, for it is quicker."""

    template = (
        "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    )
    output_field = TextField()


class Snapshot:
    """A repeatable-read transaction on a connection of its own.

    The answer outlives the view, so it can't use the request's connection. Inside a
    transaction of the caller, that one is used instead: it sees the caller's rows.
    """

    def __init__(self) -> None:
        current = connections["default"]
        self._is_own = not current.in_atomic_block
        self.connection: BaseDatabaseWrapper = (
            _own_connection() if self._is_own else current
        )

    def count(self, rows: QuerySet[Any]) -> int:
        query = rows.order_by().values("pk").query
        sql, params = query.get_compiler(connection=self.connection).as_sql()
        with self.connection.cursor() as cursor:
            # The inner statement is Django's own, its values stay parameters.
            count = f"SELECT count(*) FROM ({sql}) AS counted"  # noqa: S608
            cursor.execute(count, params)
            (number,) = cursor.fetchone()
        return int(number)

    def stream(self, rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a `values_list` through a cursor of the server."""
        compiler = rows.query.get_compiler(connection=self.connection)
        read = compiler.results_iter(
            tuple_expected=True, chunked_fetch=True, chunk_size=CHUNK
        )
        yield from _read_ahead(read) if self._is_own else read

    def close(self) -> None:
        if self._is_own:
            self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _read_ahead(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Let the database find the next rows while those before are being written.

    Closing it waits for the rows that are under way, so that the connection is free.
    """

    def read() -> list[tuple[Any, ...]]:
        return list(islice(rows, CHUNK))

    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read)
        while some := coming.result():
            coming = reader.submit(read)
            yield from some


def _own_connection() -> BaseDatabaseWrapper:
    connection = connections.create_connection("default")
    # The server may read the answer in another thread than the view ran in.
    connection.inc_thread_sharing()
    connection.ensure_connection()
    raw: Any = connection.connection
    raw.isolation_level = IsolationLevel.REPEATABLE_READ
    raw.read_only = True
    connection.set_autocommit(False)
    return connection
