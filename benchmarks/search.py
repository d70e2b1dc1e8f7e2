"""Ranked search with facets over many documents, beside the bare query.

    python -m portal.embedded exec --throwaway --data var/bench -- \
        python benchmarks/search.py 100000

Made-up documents of Zipf-like words in three languages; questions of one and of two
words, rare and frequent, with and without filters.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 40)
os.environ.setdefault("PUBLIC_URL", "http://localhost")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import translation  # noqa: E402

from foundation.search import services  # noqa: E402
from foundation.search.facets import Filters  # noqa: E402
from foundation.search.query import search  # noqa: E402
from foundation.search.registry import Document, Kind  # noqa: E402

SIZE = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SYLLABLES = {
    "kk": [
        "жем",
        "қор",
        "лық",
        "өң",
        "ір",
        "тен",
        "дер",
        "са",
        "тып",
        "алу",
        "мем",
        "ле",
        "кет",
        "қыз",
        "мет",
        "заң",
        "бюд",
        "жет",
    ],
    "ru": [
        "взят",
        "ка",
        "ми",
        "тен",
        "дер",
        "за",
        "куп",
        "ка",
        "бюд",
        "жет",
        "чи",
        "нов",
        "ник",
        "зе",
        "мля",
        "суд",
        "про",
        "ку",
        "рор",
    ],
    "en": [
        "bri",
        "be",
        "ten",
        "der",
        "pro",
        "cure",
        "ment",
        "bud",
        "get",
        "land",
        "court",
        "off",
        "ice",
        "law",
        "tax",
        "audit",
    ],
}
QUESTIONS = 200
DICE = Random(3)


def vocabulary(language: str, size: int = 20_000) -> list[str]:
    dice = Random(language)
    return list(
        islice(
            dict.fromkeys(
                "".join(dice.choices(SYLLABLES[language], k=dice.randrange(2, 5)))
                for _number in range(size * 3)
            ),
            size,
        )
    )


WORDS = {language: vocabulary(language) for language in SYLLABLES}


def pick(language: str, dice: Random) -> str:
    """Return a word, the first ones of the vocabulary far more often."""
    words = WORDS[language]
    return words[min(int(dice.paretovariate(0.6)) - 1, len(words) - 1)]


def documents(_ids: Sequence[str] | None) -> Iterator[Document]:
    dice = Random(1)
    for number in range(SIZE // 3):
        yield Document(
            public_id=str(number),
            title={c: " ".join(pick(c, dice) for _ in range(6)) for c in WORDS},
            body={c: " ".join(pick(c, dice) for _ in range(30)) for c in WORDS},
            path=f"/x/{number}/",
            year=dice.randrange(2010, 2026),
            area=f"KZ-{dice.randrange(10, 30)}",
            topics=(dice.choice(["land", "roads", "schools"]),),
        )


def timed(call: Callable[[], None]) -> tuple[float, float]:
    took = []
    for _number in range(QUESTIONS):
        begun = perf_counter()
        call()
        took.append((perf_counter() - begun) * 1000)
    return median(took), quantiles(took, n=20)[18]


def ask(*, words: int, filters: bool) -> None:
    language = DICE.choice(list(WORDS))
    question = " ".join(pick(language, DICE) for _ in range(words))
    chosen = Filters(year=str(DICE.randrange(2010, 2026))) if filters else Filters()
    search(question, filters=chosen)


def main() -> None:
    call_command("migrate", verbosity=0)
    begun = perf_counter()
    services.reindex(Kind("library", "library", "bench", documents))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE search_searchdocument")
        cursor.execute("SELECT count(*) FROM search_searchdocument")
        print(f"{cursor.fetchone()[0]} rows in {perf_counter() - begun:.0f} s")
    with translation.override("kk"):
        for words in (1, 2):
            for filters in (False, True):
                middle, slow = timed(partial(ask, words=words, filters=filters))
                name = f"{words} words" + (", a year" if filters else "")
                print(f"{name}: median {middle:.1f} ms, p95 {slow:.1f} ms")


main()
