"""Kazakh typed in Latin letters: the alphabets of 2017 to 2021, and how people chat.

One Latin word has few Cyrillic spellings, since the stemmer folds letters anyway; where
a letter is read in two ways, both are given.
"""

import re
from collections.abc import Iterator
from itertools import product

LATIN = re.compile(r"[a-zà-ɏ]", re.IGNORECASE)
CYRILLIC = re.compile(r"[а-яәғқңөұүһіё]", re.IGNORECASE)
# The longest first. A letter with two readings has both.
READINGS = {
    "shch": "щ",
    "sch": "щ",
    "sh": "ш",
    "ch": "ч",
    "zh": "ж",
    "kh": "х",
    "gh": "г",
    "ts": "ц",
    "ya": "я",
    "yu": "ю",
    "yo": "е",
    "ia": "я",
    "ıa": "я",
    "iu": "ю",
    "ıu": "ю",
    "ng'": "н",
    "a'": "а",
    "o'": "о",
    "u'": "у",
    "g'": "г",
    "n'": "н",
    "i'": "и",
    "s'": "ш",
    "c'": "ч",
    "y'": "у",
    **dict(zip("abcdefghijklmnopqrstuvwxz", "абкдефгхижклмнопкрстувухз", strict=True)),
    **dict.fromkeys("äáàâ", "а"),
    **dict.fromkeys("éèê", "е"),
    **dict.fromkeys("ğǵģ", "г"),
    **dict.fromkeys("ñńņ", "н"),
    **dict.fromkeys("öóôō", "о"),
    **dict.fromkeys("üúūûŭ", "у"),
    **dict.fromkeys("şśš", "ш"),
    **dict.fromkeys("çćč", "ч"),
    "ž": "ж",
    "ý": "у",
    "ı": "и",
    "í": "и",
    "ï": "и",
    "y": "ы",
}
UNITS = re.compile("|".join(sorted(READINGS, key=len, reverse=True)))
# и after a vowel is й; ы is typed y, and й too; х is typed h and kh.
AFTER_A_VOWEL = {"и": "й", "ы": "й"}
VOWELS = frozenset("аеиоуыэюя")
MOST_SPELLINGS = 8


def is_latin(word: str) -> bool:
    return not CYRILLIC.search(word)


def cyrillic_spellings(word: str) -> Iterator[str]:
    """Yield the Cyrillic spellings of a word in Latin letters, folded; else nothing."""
    word = word.lower().replace("\u0307", "")
    if CYRILLIC.search(word) or not LATIN.search(word):
        return
    choices: list[tuple[str, ...]] = []
    for unit in UNITS.findall(word):
        letter = READINGS[unit]
        before = choices[-1] if choices else ("",)
        if letter in AFTER_A_VOWEL and before[0] in VOWELS:
            choices.append((AFTER_A_VOWEL[letter], letter))
        elif unit in ("ia", "ıa", "iu", "ıu", "ya", "yu"):
            # қоғамдық jïıany, or и and а of two syllables.
            choices.append((letter, {"я": "иа", "ю": "иу"}[letter]))
        else:
            choices.append((letter,))
    if word.endswith("y") and choices[-1] == ("ы",):
        # The verbal noun is typed so, too: teksery.
        choices[-1] = ("ы", "у")
    for number, spelling in enumerate(product(*choices)):
        if number == MOST_SPELLINGS:
            return
        yield "".join(spelling)
