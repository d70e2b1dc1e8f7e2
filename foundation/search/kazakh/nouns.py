"""Nouns of Kazakh, and what declines like them: from a folded form to its stems.

Case, possessive and plural come off in this order, each only after the letters it may
follow; a softened end is made hard again.
"""

from foundation.search.kazakh.word_lists import NO_ENDINGS, SYNCOPATED

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
    "ы и": VOICED + VOICELESS + "ьи",
    "м н": OPEN,
    "ым им ын ин": VOICED + VOICELESS + "ь",
    "мыз миз ныз низ": OPEN,
    "ымыз имиз ыныз иниз": VOICED + VOICELESS + "ь",
}
# Before a vowel к and п become voiced: дерек, дерегі; кітап, кітабы.
REPAIRED = {"г": "к", "б": "п"}
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


def noun_stems(folded: str) -> set[str]:
    """Return the candidate stems of a folded word, the word itself among them."""
    layer = {folded} | set(_without(folded, _CASES))
    # Who is in the district is a noun again: аудандағылар, аудандағыларға.
    layer |= {
        stem
        for form in layer
        for stem in _without(form, _PLURALS)
        if stem.endswith(("гы", "ги"))
    }
    for endings in (_CASES, _POSSESSIVES, _PLURALS):
        layer |= {stem for form in layer for stem in _without(form, endings)}
    repaired = {stem for form in layer - {folded} for stem in _repaired(form)}
    return layer | repaired


def _without(form: str, endings: list[tuple[str, str]]) -> list[str]:
    if form in NO_ENDINGS:
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
    """Return how long what is left must be: іс is in ісі, but ас is not in асу."""
    is_long = len(ending) > 1 or ending in "ыи"
    return SHORTEST_BEFORE_A_LONG_ENDING if is_long else SHORTEST


def _repaired(stem: str) -> list[str]:
    repaired = [stem[:-1] + REPAIRED[stem[-1]]] if stem[-1] in REPAIRED else []
    whole = SYNCOPATED.get(stem)
    return [*repaired, whole] if whole else repaired
