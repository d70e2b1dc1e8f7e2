"""Forms of Kazakh words by the rules of the school grammar, in full spelling.

They are made without the stemmer's tables and before folding, so that they can
disagree with it. What a rule here does not know is written as a list of forms.
"""

import re

BACK = "аоұыя"
FRONT = "әөүіе"
VOWELS = BACK + FRONT + "иуюэё"
VOICELESS = "кқпстфхцчшщбвгд"
SOFTENED = {"қ": "ғ", "к": "г", "п": "б"}


def is_front(word):
    """Harmony follows the last vowel that has one; и and у have none."""
    last = [letter for letter in word if letter in BACK + FRONT]
    return bool(last) and last[-1] in FRONT


def harmonic(ending, word):
    return ending.translate(str.maketrans("аығқ", "еігк")) if is_front(word) else ending


def add(word, *, vowel, voiced, voiceless, nasal=None, hissing=None):
    last = word[-1]
    if last in "мнң" and nasal is not None:
        ending = nasal
    elif last in "жз" and hissing is not None:
        ending = hissing
    elif last in VOICELESS:
        ending = voiceless
    elif last in VOWELS and last != "у":
        ending = vowel
    else:
        ending = voiced
    return word + harmonic(ending, word)


def plural(word):
    return add(
        word, vowel="лар", voiced="дар" if word[-1] == "л" else "лар", voiceless="тар",
        nasal="дар", hissing="дар",
    )  # fmt: skip


def cases(word):
    return [
        word,
        add(word, vowel="ның", voiced="дың", voiceless="тың", nasal="ның"),
        add(word, vowel="ны", voiced="ды", voiceless="ты"),
        add(word, vowel="ға", voiced="ға", voiceless="қа"),
        add(word, vowel="да", voiced="да", voiceless="та"),
        add(word, vowel="дан", voiced="дан", voiceless="тан", nasal="нан"),
        word + ("бен" if word[-1] in "жз" else "пен" if word[-1] in VOICELESS else "мен"),
        add(word, vowel="дағы", voiced="дағы", voiceless="тағы"),
    ]  # fmt: skip


def third_person(word):
    if word[-1] in VOWELS and word[-1] != "у":
        return word + harmonic("сы", word)
    return word[:-1] + SOFTENED.get(word[-1], word[-1]) + harmonic("ы", word)


def declined_possessive(form):
    return [form] + [
        form + harmonic(ending, form)
        for ending in ("ның", "н", "на", "нда", "нан", "ндағы")
    ] + [form + "мен"]  # fmt: skip


def first_and_second_person(word):
    base = third_person(word)[:-2] if word[-1] in VOWELS and word[-1] != "у" else None
    stem = base if base is not None else third_person(word)
    return [stem + harmonic(ending, word) for ending in ("м", "мыз", "ң", "ңыз")]


def noun_forms(word):
    many = plural(word)
    return [
        *cases(word),
        *cases(many),
        *declined_possessive(third_person(word)),
        *declined_possessive(third_person(many)),
        *first_and_second_person(word),
        *first_and_second_person(many),
    ]


def negative(stem):
    if stem[-1] in "мнңжз":
        return stem + harmonic("ба", stem)
    if stem[-1] in VOICELESS:
        return stem + harmonic("па", stem)
    return stem + harmonic("ма", stem)


def present(stem):
    """Return the converb that the present and the habit are made of."""
    if stem[-1] in "ыі":
        return stem[:-1] + "и"
    if stem[-1] in VOWELS:
        return stem + "й"
    return stem + harmonic("а", stem)


def before_vowel(stem):
    return stem[:-1] + SOFTENED.get(stem[-1], stem[-1])


def passive(stem):
    if stem[-1] in VOWELS:
        return stem + "л"
    ending = "ын" if stem[-1] == "л" else "ыл"
    return before_vowel(stem) + harmonic(ending, stem)


def tenses(stem):
    soft = before_vowel(stem)
    now = present(soft)
    is_open = stem[-1] in VOWELS
    past = add(stem, vowel="ды", voiced="ды", voiceless="ты")
    perfect = add(stem, vowel="ған", voiced="ған", voiceless="қан")
    condition = stem + harmonic("са", stem)
    return [
        *[now + harmonic(person, stem) for person in ("ды", "мын", "сың", "сыз", "мыз")],
        now + harmonic("тын", stem),
        past,
        *[past + harmonic(person, stem) for person in ("м", "ң", "қ", "ңыз")],
        perfect,
        perfect + harmonic("мын", stem),
        perfect + harmonic("да", stem),
        perfect + harmonic("нан", stem),
        perfect + harmonic("дықтан", stem),
        condition,
        *[condition + harmonic(person, stem) for person in ("м", "қ", "ңыз")],
        stem + "п" if is_open else soft + harmonic("ып", stem),
        stem + harmonic("сын", stem),
        stem + harmonic("ңыз", stem) if is_open else soft + harmonic("ыңыз", stem),
    ]  # fmt: skip


def verbal_noun(stem):
    soft = before_vowel(stem)
    return (soft[:-1] if soft[-1] in "ыі" else soft) + "у"


def verb_forms(stem):
    noun = verbal_noun(stem)
    harmony = "е" if is_front(stem) else "а"
    endings = ("", "ы", "ды", "дың", "ға", "да", "дан", "ына", "ын")
    forms = [
        *[noun + harmonic(ending, harmony) for ending in endings],
        *tenses(stem),
        *tenses(negative(stem))[:16],
        *tenses(passive(stem))[:12],
        negative(stem)[:-1] + harmonic("ас", stem),
        negative(stem)[:-1] + harmonic("ақ", stem),
    ]
    return [spelled(form) for form in forms]


def spelled(form):
    """Write й and the vowel after it as one letter: қояды, қою, жойылды."""
    return re.sub("й([ау])", lambda found: {"а": "я", "у": "ю"}[found[1]], form)
