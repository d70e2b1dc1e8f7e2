"""Answer a question: ranked finds, counts by kind, and what may have been meant."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from foundation.languages import Text, current_language
from foundation.search.highlight import (
    END,
    START,
    kazakh_fragment,
    kazakh_marks,
    marked,
)
from foundation.search.registry import kinds
from foundation.search.vectors import CONFIGURATIONS, Queries

PAGE = 20
MOST_PAGES = 50
LONGEST_QUESTION = 200
SUGGESTIONS = 5
LIKE_ENOUGH = 0.5

# Each row answers to the question in its own language; of the rows of one object the
# best stays, where the reader's language counts a fifth more.
FIND = """
WITH hits AS (
    SELECT id, kind, public_id, ts_rank(tsv, query) *
        CASE WHEN language = %(language)s THEN 1.2 ELSE 1 END AS rank
    FROM search_searchdocument, (SELECT %(kazakh)s::tsquery AS query) AS asked
    WHERE language = 'kk' AND tsv @@ query
    UNION ALL
    SELECT id, kind, public_id, ts_rank(tsv, query) *
        CASE WHEN language = %(language)s THEN 1.2 ELSE 1 END
    FROM search_searchdocument,
        (SELECT websearch_to_tsquery('russian', %(plain)s) AS query) AS asked
    WHERE language = 'ru' AND tsv @@ query
    UNION ALL
    SELECT id, kind, public_id, ts_rank(tsv, query) *
        CASE WHEN language = %(language)s THEN 1.2 ELSE 1 END
    FROM search_searchdocument,
        (SELECT websearch_to_tsquery('english', %(plain)s) AS query) AS asked
    WHERE language = 'en' AND tsv @@ query
), best AS (
    SELECT DISTINCT ON (kind, public_id) id, kind, rank
    FROM hits ORDER BY kind, public_id, rank DESC, id
)
"""
COUNT = FIND + "SELECT kind, count(*) FROM best GROUP BY kind"  # noqa: S608  # constants
FRAGMENTS = "MaxFragments=2, MaxWords=25, MinWords=10, FragmentDelimiter= … "
PAGE_OF = (
    FIND  # noqa: S608  # constants
    + """
SELECT d.kind, d.public_id, d.language, d.title, d.body, d.path,
    CASE d.language WHEN 'kk' THEN NULL
    ELSE ts_headline(c.name, d.title, websearch_to_tsquery(c.name, %(plain)s),
        %(whole)s) END,
    CASE d.language WHEN 'kk' THEN NULL
    ELSE ts_headline(c.name, d.body, websearch_to_tsquery(c.name, %(plain)s),
        %(parts)s) END
FROM (
    SELECT id, rank FROM best
    WHERE %(kind)s = '' OR kind = %(kind)s
    ORDER BY rank DESC, id LIMIT %(limit)s OFFSET %(offset)s
) AS page
JOIN search_searchdocument d USING (id)
CROSS JOIN LATERAL (SELECT CASE d.language WHEN 'en' THEN 'english'
    ELSE 'russian' END::regconfig AS name) AS c
ORDER BY page.rank DESC, id
"""
)
SUGGEST = """
SELECT DISTINCT ON (likeness, kind, public_id)
    word_similarity(%(plain)s, title) AS likeness, kind, public_id, language, title, path
FROM search_searchdocument
WHERE %(plain)s <%% title
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
    finds: list[Find]
    counts: dict[str, int]
    page: int
    suggestions: list[Find]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def facets(self) -> list[tuple[str, Any, int]]:
        return [
            (name, kind.label, self.counts[name])
            for name, kind in kinds().items()
            if name in self.counts
        ]


def search(question: str, *, kind: str = "", page: int = 1) -> Answer:
    """Return a page of what matches; where nothing does, titles that look alike."""
    question = question.replace("\x00", "")[:LONGEST_QUESTION].strip()
    if not question:
        return Answer([], {}, 1, [])
    page = max(1, min(page, MOST_PAGES))
    queries = Queries.of(question)
    asked: dict[str, str | int] = {
        "language": current_language(),
        "kazakh": queries.kazakh,
        "plain": queries.plain,
        "kind": kind,
        "limit": PAGE,
        "offset": (page - 1) * PAGE,
        "whole": f"HighlightAll=true, StartSel={START}, StopSel={END}",
        "parts": f"{FRAGMENTS}, StartSel={START}, StopSel={END}",
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, asked)
        counts = dict(cursor.fetchall())
        if not counts:
            return Answer([], {}, page, _suggest(queries))
        cursor.execute(PAGE_OF, asked)
        finds = [_find(row, question) for row in cursor.fetchall()]
    return Answer(finds, counts, page, [])


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
                "plain": queries.plain.replace('"', " "),
                "language": current_language(),
                "limit": SUGGESTIONS,
            },
        )
        return [
            Find(kind, _text(title, language), title, "", path)
            for _likeness, kind, _public_id, language, title, path in cursor.fetchall()
        ]
