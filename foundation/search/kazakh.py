"""A light stemmer for Kazakh: letters are folded first, then endings come off.

A word may end in several ways that cannot be told apart without a dictionary, so each
has several candidate stems; two words match when they share one. Folding first lets a
word typed without the Kazakh letters find the one written with them. Nouns and what
declines like them are covered; conjugation and derivation are not.
"""

import re
from functools import lru_cache

FOLDED = str.maketrans(
    {
        "ә": "а",
        "ғ": "г",
        "қ": "к",
        "ң": "н",
        "ө": "о",
        "ұ": "у",
        "ү": "у",
        "һ": "х",
        "і": "и",
        "ё": "е",
        # A Latin letter that looks the same is a frequent slip of the keyboard.
        "i": "и",
    }
)
WORD = re.compile(r"[^\W_]+")
CYRILLIC = re.compile(r"[а-яәғқңөұүһіё]")

VOWELS = "аеиоуыэюя"
# After these an ending begins with т, к or п.
VOICELESS = "кпстфхцчшщбвгд"
# After a vowel, and after what sounds like one.
OPEN = "аеиоыэюя"
GLIDES = "рйу"
VOICED = "рйулмнжз"
NASALS = "мн"

# Ending: the last letters of the stem it may follow. All letters are folded, so the
# four shapes of vowel harmony are two here.
PLURALS = {
    "лар лер": OPEN + GLIDES + "л",
    "дар дер": "лмнжзйрь",
    "тар тер": VOICELESS + "ь",
}
CASES = {
    # genitive
    "нын нин": OPEN + NASALS,
    "дын дин": "рлйужзь",
    "тын тин": VOICELESS + "ь",
    # accusative
    "ны ни": OPEN,
    "ды ди": VOICED + "ь",
    "ты ти": VOICELESS + "ь",
    # dative
    "га ге": OPEN + VOICED + "ь",
    "ка ке": VOICELESS + "ь",
    # locative, and the adjective made of it
    "да де дагы деги": OPEN + VOICED + "ь",
    "та те тагы теги": VOICELESS + "ь",
    # ablative
    "дан ден": OPEN + "рлйужзь",
    "нан нен": NASALS,
    "тан тен": VOICELESS + "ь",
    # instrumental
    "мен": OPEN + "рлйумнь",
    "бен": "жз",
    "пен": VOICELESS + "ь",
}
# After the possessive of the third person, which ends in ы or и.
CASES_AFTER_POSSESSIVE = "н на не нда нде ндагы ндеги нан нен"
# The dative after the possessive of the first and second person.
DATIVE_AFTER_POSSESSIVE = "а е"
POSSESSIVES = {
    "сы си": OPEN,
    "ы и": VOICED + VOICELESS + "ь",
    "м н": OPEN,
    "ым им ын ин": VOICED + VOICELESS + "ь",
    "мыз миз ныз низ": OPEN,
    "ымыз имиз ыныз иниз": VOICED + VOICELESS + "ь",
}
# Before a vowel к and п become voiced: дерек, дерегі; кітап, кітабы.
REPAIRED = {"г": "к", "б": "п"}
# Words that lose their last vowel before an ending: халық, халқы.
SYNCOPATED = {
    "халк": "халык",
    "орн": "орын",
    "мулк": "мулик",
    "кауп": "кауип",
    "ауз": "ауыз",
    "ерк": "ерик",
    "арп": "арип",
    "гурп": "гурып",
    "даус": "дауыс",
    "нарк": "нарык",
    "корк": "корик",
    "кулк": "кулык",
    "карн": "карын",
    "мойн": "мойын",
    "мурн": "мурын",
    "ерн": "ерин",
    "койн": "койын",
}
# Words that only look as if they had an ending.
NO_ENDINGS = """
адам алдын ақын әкім әлеуметті байланысты басым басшы белгілі бөлім бұйым бұқара білім
ғалым ғылым деректі ерікті жалақы жауапты зерттеу құжат қаржы қатысты қауым маңызды
мекеме мекен міндетті орман салым сенім тағы тиісті тізім төлем туынды түсім ұйым үкім
шағым шартты шешім шығын өкім өлім өтінім
"""
PROTECTED = frozenset(word.translate(FOLDED) for word in NO_ENDINGS.split())
SHORTEST = 3
SHORTEST_BEFORE_A_LONG_ENDING = 2


def _endings(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(ending, after) for some, after in table.items() for ending in some.split()]


_PLURALS = _endings(PLURALS)
_POSSESSIVES = _endings(POSSESSIVES)
_CASES = [
    *_endings(CASES),
    *((ending, "ыи") for ending in CASES_AFTER_POSSESSIVE.split()),
    *((ending, NASALS) for ending in DATIVE_AFTER_POSSESSIVE.split()),
]


def fold(text: str) -> str:
    """Return the text in small letters with Kazakh ones as the nearest Russian ones."""
    return text.lower().translate(FOLDED)


def words(text: str) -> list[str]:
    return WORD.findall(text)


@lru_cache(maxsize=50_000)
def stems(word: str) -> frozenset[str]:
    """Return the candidate stems of a word, the folded word itself among them."""
    lower = word.lower()
    folded = lower.translate(FOLDED) if CYRILLIC.search(lower) else lower
    found = {folded}
    layer = {folded}
    for endings in (_CASES, _POSSESSIVES, _PLURALS):
        layer |= {stem for form in layer for stem in _without(form, endings)}
    for form in layer:
        found.add(form)
        found.update(_repaired(form) if form != folded else ())
    return frozenset(found)


def _without(form: str, endings: list[tuple[str, str]]) -> list[str]:
    if form in PROTECTED:
        return []
    return [
        form[: -len(ending)]
        for ending, after in endings
        if form.endswith(ending)
        and len(form) - len(ending) >= _shortest(ending)
        and form[-len(ending) - 1] in after
        and any(letter in VOWELS for letter in form[: -len(ending)])
    ]


def _shortest(ending: str) -> int:
    return SHORTEST_BEFORE_A_LONG_ENDING if len(ending) > 1 else SHORTEST


def _repaired(stem: str) -> list[str]:
    repaired = [stem[:-1] + REPAIRED[stem[-1]]] if stem[-1] in REPAIRED else []
    whole = SYNCOPATED.get(stem)
    return [*repaired, whole] if whole else repaired


def match(one: str, other: str) -> bool:
    return not stems(one).isdisjoint(stems(other))
