"""Verbs of Kazakh: from a folded form to the stems it may be of.

A verb is found by verbs only: its stems end in a mark that no noun has, so that сот, a
court, does not match соттау, to sentence. Voices other than the passive are lexemes of
their own, as in dictionaries; agents in -ушы are nouns.
"""

import re
from collections.abc import Iterable, Iterator

from foundation.search.kazakh.word_lists import (
    IMPERATIVES,
    NO_VERBS,
    SHORT_VERBS,
)

MARK = "~"
SHORTEST = 2
# A stem has a vowel and ends in one, or in a consonant that can end a verb; of two
# consonants the first is a sonorant and the second voiceless: айт, қорық, тарт.
VOWEL = re.compile("[аеиоуыэюя]")
POSSIBLE = re.compile(
    ".*(?:[аеиоуыюя][бгжзйклмнпрстучш]|[рлнй][гбкпст]|[аеиуыюя])$", re.DOTALL
)


def _any(options: str) -> str:
    return f"(?:{'|'.join(options.split())})"


# Persons: after the present, a participle or a converb; and after the past.
FULL = _any("[мп][ыи]н с[ыи]н(?:д[ае]р)? с[ыи]з(?:д[ае]р)? [мбп][ыи]з [дт][ыи]")
SHORT = _any("м к н(?:д[ае]р)? н[ыи]з(?:д[ае]р)?")
NOT = "(?:[мбп][ае])"
PASSIVE = "(?:[ыи]л|(?<=[аеуи])л|(?<=л)[ыи]н)"
NOW = "(?:[ае]|й|(?<=и))"
ENDINGS = (
    "у",  # the verbal noun: беру
    NOW,  # converb: бере, жасай
    NOW + FULL,  # present: береді
    f"{NOW}т[ыи]н{FULL}?",  # habit: беретін
    f"[гк][ае]н{FULL}?",  # perfect: берген
    f"[дт][ыи]{SHORT}?",  # past: берді
    f"с[ае]{SHORT}?",  # condition: берсе
    f"[ыи]?п{FULL}?",  # converb: беріп
    f"[ае]?р{FULL}?",  # aorist: берер
    f"[мбп][ае]с{FULL}?",  # and its negation: бермес
    f"[мбп][ае]к(?:ш[ыи])?{FULL}?",  # intent: бермек
    "с[ыи]н(?:д[ае]р)?|(?:[ае]?й)[ыи]н|[ае]?й[ыи]к",  # wish: берсін, берейін, берейік
    "[ыи]?н[ыи]з(?:д[ае]р)?|[ыи]н(?:д[ае]р)?",  # bidding: беріңіз
    "[гк][ае]нш[ае]|[гк][аое]л[ыи]|й[ыи]нш[ае]",  # until, since, unless: бергенше
    f"(?:[гк][ае]н|{NOW}т[ыи]н)д[ыи]к",  # because: бергендік(тен)
)
ENDING = re.compile(f"{PASSIVE}?{NOT}?(?:{'|'.join(ENDINGS)})$")
# й with the vowel after it is one letter: қояды, қою.
GLIDES = re.compile("(?<=[аеиоуы])[яю]")
UNGLIDED = {"я": "йа", "ю": "йу"}
HARDENED = {"г": "к", "б": "п"}


def verb_stems(forms: Iterable[str], *, whole: str) -> Iterator[str]:
    """Yield the marked verb stems of folded forms of one word.

    `forms` are the word without endings of nouns, for participles and the verbal noun
    decline; `whole` is the word itself.
    """
    if whole in IMPERATIVES:
        yield _canonical(whole) + MARK
    for form in {unglided(form) for form in forms} - NO_VERBS:
        for cut in range(SHORTEST, len(form)):
            stem = form[:cut]
            if _is_stem(stem) and ENDING.match(form, cut):
                yield _canonical(stem) + MARK
                # тап- is тауып with a vowel after it.
                if stem[-1] == "у" and form[cut:] in ("ып", "ип"):
                    yield stem[:-1] + "п" + MARK


def unglided(form: str) -> str:
    """Write й and the vowel after it apart: қойады for қояды."""
    return GLIDES.sub(lambda found: UNGLIDED[found[0]], form)


def _is_stem(stem: str) -> bool:
    return (
        stem in SHORT_VERBS
        if len(stem) == SHORTEST
        else bool(POSSIBLE.match(stem) and VOWEL.search(stem))
    )


def _canonical(stem: str) -> str:
    """Return one spelling of a stem: оқы- is оқ- in оқу, шық- is шығ- in шығады."""
    if stem.endswith("ий"):
        stem = stem[:-1]
    if stem[-1] in "ыи" and len(stem) > SHORTEST:
        stem = stem[:-1]
    return stem[:-1] + HARDENED.get(stem[-1], stem[-1])
