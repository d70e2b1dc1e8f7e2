"""Answer a question: ranked finds, facets, and what may have been meant."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from foundation.languages import Text, current_language
from foundation.search.facets import Facet, Filters, Hit, facets_of
from foundation.search.highlight import (
    END,
    START,
    kazakh_fragment,
    kazakh_marks,
    marked,
)
from foundation.search.registry import kinds
from foundation.search.russian import parted_forms
from foundation.search.vectors import CONFIGURATIONS, Queries

PAGE = 20
MOST_PAGES = 50
LONGEST_QUESTION = 200
SUGGESTIONS = 5
LIKE_ENOUGH = 0.5
ALL = Filters()

# Each row answers to the question in its own language; of the rows of one object the
# best stays, where the reader's language counts a fifth more. A word that very many
# rows have is not followed to its end: their number is said to be larger.
MOST_HITS = 2000
_OF_ONE_LANGUAGE = """
    (SELECT id, kind, public_id, language, room, year, area, topics,
        CASE WHEN NOT has_force THEN NULL
            WHEN in_force_to <= %(today)s OR in_force_from > %(today)s THEN 'no'
            WHEN in_force_from <= %(today)s THEN 'yes'
            ELSE 'unknown' END AS force,
        ts_rank(tsv, query) *
            CASE WHEN language = %(language)s THEN 1.2 ELSE 1 END AS rank
    FROM search_searchdocument, (SELECT {query} AS query) AS asked
    WHERE language = '{code}' AND tsv @@ query {conditions}
    {order} LIMIT %(most)s + 1)
"""
_QUERIES = {
    "kk": "%(kazakh)s::tsquery",
    "ru": "websearch_to_tsquery('russian', %(plain)s)",
    "en": "websearch_to_tsquery('english', %(plain)s)",
}
_FIND = """
WITH hits AS MATERIALIZED ({languages})
SELECT DISTINCT ON (kind, public_id) id, rank, kind, room, year, area, topics, force,
    (SELECT max(n) FROM (SELECT count(*) AS n FROM hits GROUP BY language) AS many)
FROM hits ORDER BY kind, public_id, rank DESC, id
"""
LAST_FIRST = "ORDER BY added_at DESC, id"
_CONDITIONS = {
    "room": "AND room = %(room)s",
    "kind": "AND kind = %(kind)s",
    "year": "AND year = %(year)s::smallint",
    "area": "AND area = %(area)s",
    "topic": "AND topics @> ARRAY[%(topic)s]::varchar[]",
    "force": """AND has_force AND CASE
        WHEN in_force_to <= %(today)s OR in_force_from > %(today)s THEN 'no'
        WHEN in_force_from <= %(today)s THEN 'yes' ELSE 'unknown' END = %(force)s""",
}


def _find_sql(names: Iterable[str], order: str) -> str:
    """Return the statement that finds; all of it is constant but its parameters."""
    conditions = " ".join(_CONDITIONS[name] for name in names)
    parts = (
        _OF_ONE_LANGUAGE.format(
            query=query, code=code, conditions=conditions, order=order
        )
        for code, query in _QUERIES.items()
    )
    return _FIND.format(languages=" UNION ALL ".join(parts))


FRAGMENTS = "MaxFragments=2, MaxWords=25, MinWords=10, FragmentDelimiter= … "
PAGE_OF = """
SELECT d.kind, d.public_id, d.language, d.title, d.body, d.path,
    CASE d.language WHEN 'kk' THEN NULL
    ELSE ts_headline(c.name, d.title, asked.words, %(whole)s) END,
    CASE d.language WHEN 'kk' THEN NULL
    ELSE ts_headline(c.name, d.body, asked.words, %(parts)s) END
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS page (id, place)
JOIN search_searchdocument d USING (id)
CROSS JOIN LATERAL (SELECT CASE d.language WHEN 'en' THEN 'english'
    ELSE 'russian' END::regconfig AS name) AS c
CROSS JOIN LATERAL (SELECT websearch_to_tsquery(c.name, %(plain)s)
    || websearch_to_tsquery(c.name, %(typed)s)
    || websearch_to_tsquery(c.name, %(parted)s) AS words) AS asked
ORDER BY page.place
"""
SUGGEST = """
SELECT DISTINCT ON (likeness, kind, public_id)
    word_similarity(%(typed)s, title) AS likeness, kind, public_id, language, title, path
FROM search_searchdocument
WHERE %(typed)s <%% title
ORDER BY likeness DESC, kind, public_id, language = %(language)s DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Find:
    kind: str
    title: Text
    highlighted_title: str
    fragment: str
    path: str

    @property
    def label(self) -> Any:
        declared = kinds().get(self.kind)
        return declared.label if declared else self.kind


@dataclass(frozen=True)
class Answer:
    """A page of finds; `is_more` tells that there are more than were counted."""

    finds: list[Find]
    total: int
    facets: list[Facet]
    page: int
    suggestions: list[Find]
    is_more: bool = False


NOTHING = Answer([], 0, [], 1, [])


def search(question: str, *, filters: Filters = ALL, page: int = 1) -> Answer:
    """Return a page of what matches; where nothing does, titles that look alike."""
    question = question.replace("\x00", "")[:LONGEST_QUESTION].strip()
    if not question:
        return NOTHING
    page = max(1, min(page, MOST_PAGES))
    queries = Queries.of(question)
    asked: dict[str, Any] = {
        "language": current_language(),
        "kazakh": queries.kazakh,
        "plain": queries.plain,
        "typed": queries.typed,
        "parted": " or ".join(parted_forms(queries.typed)),
        "today": timezone.localdate(),
        "most": MOST_HITS,
        "whole": f"HighlightAll=true, StartSel={START}, StopSel={END}",
        "parts": f"{FRAGMENTS}, StartSel={START}, StopSel={END}",
    }
    with _looking_words_up() as cursor:
        hits, is_more = _hits(cursor, asked, filters.chosen)
        everything, is_whole = hits, not is_more
        if filters.chosen and not is_more:
            everything, is_cut = _hits(cursor, asked, {})
            is_whole = not is_cut
        if not everything:
            return replace(NOTHING, page=page, suggestions=_suggest(queries))
        sifted = replace(filters.sift(everything), kept=hits)
        facets = facets_of(sifted, filters, is_whole=is_whole)
        hits.sort(key=lambda hit: (-hit.rank, hit.id))
        shown = hits[(page - 1) * PAGE : page * PAGE]
        cursor.execute(PAGE_OF, {**asked, "ids": [hit.id for hit in shown]})
        finds = [_find(row, question) for row in cursor.fetchall()]
    return Answer(finds, len(hits), facets, page, [], is_more=is_more)


def found_ids(question: str, filters: Filters) -> list[int]:
    """Return the best row of every object found, the last first where there are many."""
    queries = Queries.of(question)
    asked = {
        "language": current_language(),
        "kazakh": queries.kazakh,
        "plain": queries.plain,
        "today": timezone.localdate(),
        "most": MOST_HITS,
    }
    with _looking_words_up() as cursor:
        hits, _is_more = _hits(cursor, asked, filters.chosen, LAST_FIRST)
        return [hit.id for hit in hits]


@contextmanager
def _looking_words_up() -> Iterator[CursorWrapper]:
    """Read by the index of words, whatever the database guesses.

    It knows how frequent a word is, but not in which language, and would read all rows
    of one for a word that only another has.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
        )
        yield cursor


def _hits(
    cursor: CursorWrapper,
    asked: dict[str, Any],
    chosen: dict[str, str],
    order: str = "",
) -> tuple[list[Hit], bool]:
    """Return the objects found, and whether there are more of them than were read."""
    cursor.execute(_find_sql(chosen, order), {**asked, **chosen})
    rows = cursor.fetchall()
    is_more = bool(rows) and rows[0][-1] > MOST_HITS
    return [Hit(*row[:-1]) for row in rows], is_more


def _find(row: tuple[Any, ...], question: str) -> Find:
    kind, _public_id, language, title, body, path, title_marks, fragment = row
    if language not in CONFIGURATIONS:
        title_marks = kazakh_marks(title, question)
        fragment = kazakh_fragment(body, question)
    return Find(
        kind=kind,
        title=_text(title, language),
        highlighted_title=marked(title_marks),
        fragment=marked(fragment),
        path=path,
    )


def _text(title: str, language: str) -> Text:
    return Text(title, language, is_fallback=language != current_language())


def _suggest(queries: Queries) -> list[Find]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {LIKE_ENOUGH}")
        cursor.execute(
            SUGGEST,
            {
                "typed": queries.typed.replace('"', " "),
                "language": current_language(),
                "limit": SUGGESTIONS,
            },
        )
        return [
            Find(kind, _text(title, language), title, "", path)
            for _likeness, kind, _public_id, language, title, path in cursor.fetchall()
        ]
