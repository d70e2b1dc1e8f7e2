"""A light stemmer for Kazakh: letters are folded first, then endings come off.

A word may end in several ways that cannot be told apart without a dictionary, so each
has several candidate stems; two words match when they share one. Folding first lets a
word typed without the Kazakh letters find the one written with them. Nouns and what
declines like them are in `nouns`, conjugation in `verbs`; derivation is not covered: a
law and a lawyer are two words.
"""

import re
from functools import lru_cache

from foundation.search.kazakh.latin import cyrillic_spellings, is_latin
from foundation.search.kazakh.letters import fold
from foundation.search.kazakh.nouns import noun_stems
from foundation.search.kazakh.verbs import unglided, verb_stems

__all__ = ["fold", "match", "query_stems", "stems", "words"]

WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    return WORD.findall(text)


@lru_cache(maxsize=50_000)
def stems(word: str) -> frozenset[str]:
    """Return the candidate stems of a word, the folded word itself among them."""
    if is_latin(word):
        return frozenset({word.lower()})
    folded = fold(word)
    nouns = noun_stems(folded)
    declined = nouns | noun_stems(unglided(folded))
    return frozenset(nouns.union(verb_stems(declined, whole=folded)))


def query_stems(word: str) -> frozenset[str]:
    """Return what a word of a question may match, also if typed in Latin letters."""
    return stems(word).union(*map(stems, cyrillic_spellings(word)))


def match(asked: str, found: str) -> bool:
    return not query_stems(asked).isdisjoint(stems(found))
