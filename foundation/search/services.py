"""Keep what can be found in step with what is public."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from foundation.search.models import SearchDocument
from foundation.search.registry import Document, Kind, kinds
from foundation.search.vectors import CONFIGURATIONS, YO, kazakh_vector

BATCH = 500
TITLE_LENGTH = 300

WRITE = """
INSERT INTO search_searchdocument
    (room, kind, public_id, language, title, body, path, year, area, tsv)
VALUES (%(room)s, %(kind)s, %(public_id)s, %(language)s, %(title)s, %(body)s, %(path)s,
    %(year)s, %(area)s, {vector})
ON CONFLICT (kind, public_id, language) DO UPDATE SET
    room = excluded.room, title = excluded.title, body = excluded.body,
    path = excluded.path, year = excluded.year, area = excluded.area,
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
    """Write everything of a kind anew; return how many objects can be found."""
    SearchDocument.objects.filter(kind=kind.kind).delete()
    number = 0
    batch: list[Document] = []
    for document in kind.documents(None):
        batch.append(document)
        number += 1
        if len(batch) == BATCH:
            _write(kind, batch)
            batch = []
    _write(kind, batch)
    return number


@transaction.atomic
def _replace(kind: Kind, public_ids: list[str], documents: Iterable[Document]) -> None:
    stored = SearchDocument.objects.filter(kind=kind.kind, public_id__in=public_ids)
    stored.delete()
    _write(kind, list(documents))


def _write(kind: Kind, documents: list[Document]) -> None:
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
    }
    if language in CONFIGURATIONS:
        return row | {
            "configuration": CONFIGURATIONS[language],
            "plain_title": title.translate(YO),
            "plain_body": body.translate(YO),
        }
    return row | {"vector": kazakh_vector(title, body)}
