"""Keep what can be found in step with what is public."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from foundation.search.models import SearchDocument
from foundation.search.registry import Document, Kind, kinds
from foundation.search.russian import evened
from foundation.search.vectors import CONFIGURATIONS, kazakh_vector

BATCH = 500
TITLE_LENGTH = 300

WRITE = """
INSERT INTO search_searchdocument
    (room, kind, public_id, language, title, body, path, year, area, topics, has_force,
    in_force_from, in_force_to, added_at, tsv)
VALUES (%(room)s, %(kind)s, %(public_id)s, %(language)s, %(title)s, %(body)s, %(path)s,
    %(year)s, %(area)s, %(topics)s, %(has_force)s, %(in_force_from)s, %(in_force_to)s,
    now(), {vector})
ON CONFLICT (kind, public_id, language) DO UPDATE SET
    room = excluded.room, title = excluded.title, body = excluded.body,
    path = excluded.path, year = excluded.year, area = excluded.area,
    topics = excluded.topics, has_force = excluded.has_force,
    in_force_from = excluded.in_force_from, in_force_to = excluded.in_force_to,
    tsv = excluded.tsv
"""
STEMMED_HERE = WRITE.format(vector="%(vector)s::tsvector")
STEMMED_THERE = WRITE.format(
    vector=(
        "setweight(to_tsvector(%(configuration)s::regconfig, %(plain_title)s), 'A')"
        " || setweight(to_tsvector(%(configuration)s::regconfig, %(plain_body)s), 'B')"
    )
)


def index(kind: str, *public_ids: str) -> None:
    """Write what can be found of these objects anew; what is not public, nothing.

    Call it in the transaction of the change.
    """
    if public_ids:
        declared = kinds()[kind]
        _replace(declared, list(public_ids), declared.documents(list(public_ids)))


@transaction.atomic
def reindex(kind: Kind) -> int:
    """Write everything of a kind anew; return how many objects can be found.

    A row that stays keeps the day it was found first.
    """
    number = 0
    left = set(_rows_of(kind).values_list("public_id", "language"))
    for documents in batched(kind.documents(None), BATCH):
        number += len(documents)
        left -= _write(kind, documents)
    for public_id, language in left:
        _rows_of(kind).filter(public_id=public_id, language=language).delete()
    return number


def _rows_of(kind: Kind) -> QuerySet[SearchDocument]:
    return SearchDocument.objects.filter(kind=kind.kind)


def batched(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    rest = iter(documents)
    while batch := list(islice(rest, size)):
        yield batch


@transaction.atomic
def _replace(kind: Kind, public_ids: list[str], documents: Iterable[Document]) -> None:
    written = _write(kind, list(documents))
    for row in _rows_of(kind).filter(public_id__in=public_ids).defer("body", "tsv"):
        if (row.public_id, row.language) not in written:
            row.delete()


def _write(kind: Kind, documents: list[Document]) -> set[tuple[str, str]]:
    """Write rows, and return the id and language of each."""
    here: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    for document in documents:
        for language, title in document.title.items():
            if title:
                row = _row(kind, document, language)
                (there if language in CONFIGURATIONS else here).append(row)
    with connection.cursor() as cursor:
        if here:
            cursor.executemany(STEMMED_HERE, here)
        if there:
            cursor.executemany(STEMMED_THERE, there)
    return {(row["public_id"], row["language"]) for row in here + there}


def _row(kind: Kind, document: Document, language: str) -> dict[str, Any]:
    title = document.title[language]
    body = document.body.get(language, "")
    row = {
        "room": kind.room,
        "kind": kind.kind,
        "public_id": document.public_id,
        "language": language,
        "title": title[:TITLE_LENGTH],
        "body": body,
        "path": document.path,
        "year": document.year,
        "area": document.area,
        "topics": list(document.topics),
        "has_force": document.force is not None,
        "in_force_from": document.force[0] if document.force else None,
        "in_force_to": document.force[1] if document.force else None,
    }
    if language in CONFIGURATIONS:
        return row | {
            "configuration": CONFIGURATIONS[language],
            "plain_title": evened(title),
            "plain_body": evened(body),
        }
    return row | {"vector": kazakh_vector(title, body)}
