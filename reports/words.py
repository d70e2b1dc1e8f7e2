"""A number of 115 bits as eleven words, to be read over the phone or learnt.

The lists are published and made for this: 2,048 words each, chosen so that they are not
taken for one another. There is none in Kazakh; `data/README.md` names the sources.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from itertools import product
from math import prod

from django.conf import settings

COUNT = 11
WORD_BITS = 11
CHECK_BITS = 6
NUMBER_BITS = COUNT * WORD_BITS - CHECK_BITS
NUMBER_BYTES = -(-NUMBER_BITS // 8)
# So many letters name an English word of the list.
BEGINNING = 4
# More could mean anything, and would take long.
MOST_READINGS = 64
LISTS = ("en", "ru")


class WordsError(ValueError):
    """These are not eleven words of one list, or they do not fit together."""


def language_of_words(language: str) -> str:
    """Return the language of the list that readers of a language are shown."""
    return language if language in LISTS else "ru"


def to_words(number: int, language: str) -> list[str]:
    coded = number << CHECK_BITS | _check(number)
    listed = _list(language_of_words(language))
    places = range((COUNT - 1) * WORD_BITS, -1, -WORD_BITS)
    return [listed[coded >> place & (1 << WORD_BITS) - 1] for place in places]


def from_words(words: list[str]) -> int:
    """Return the number meant, one wrong letter in each word forgiven."""
    if len(words) != COUNT:
        raise WordsError("A receipt has eleven words")
    plain = [_plain(word) for word in words]
    for language in LISTS:
        meant = [_meant(word, language) for word in plain]
        if not 1 <= prod(map(len, meant)) <= MOST_READINGS:
            continue
        found = {_number(places) for places in product(*meant)} - {None}
        if len(found) == 1:
            return found.pop() or 0
    raise WordsError("The words do not fit together")


def _number(places: Iterable[int]) -> int | None:
    coded = 0
    for place in places:
        coded = coded << WORD_BITS | place
    number = coded >> CHECK_BITS
    return number if _check(number) == coded & (1 << CHECK_BITS) - 1 else None


def _check(number: int) -> int:
    content = number.to_bytes(NUMBER_BYTES, "big")
    (digest,) = blake2b(content, digest_size=1, person=b"acp-rcpt-words").digest()
    return digest & (1 << CHECK_BITS) - 1


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


@cache
def _list(language: str) -> list[str]:
    path = settings.BASE_DIR / "data" / "wordlists" / f"{language}.txt"
    return path.read_text(encoding="utf-8").split()


@cache
def _places(language: str) -> dict[str, int]:
    return {_plain(word): place for place, word in enumerate(_list(language))}


@cache
def _spoiled(language: str) -> dict[str, set[int]]:
    """Return the words by what is left of them when one letter is gone."""
    found: dict[str, set[int]] = {}
    for word, place in _places(language).items():
        for form in _forms(word):
            found.setdefault(form, set()).add(place)
    return found


@cache
def _beginnings(language: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for word, place in _places(language).items():
        found.setdefault(word[:BEGINNING], set()).add(place)
    return found


def _forms(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _meant(word: str, language: str) -> set[int]:
    """Return the places of a word, of those a letter away, or of those that begin so.

    The check chooses between them.
    """
    if (place := _places(language).get(word)) is not None:
        return {place}
    spoiled = _spoiled(language)
    near: set[int] = set().union(*(spoiled.get(form, set()) for form in _forms(word)))
    return near or _beginnings(language).get(word[:BEGINNING], set())
