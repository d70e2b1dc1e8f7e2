"""Russian words that PostgreSQL's stemmer parts from their own other forms.

It takes “орган” and “Казахстан” for past tenses, “аудит” for a verb's present, and does not
know that a vowel comes and goes: “взяток” finds no “взятка”. Such words are written in the
form that it keeps before it sees them, in texts and in questions alike.
"""

import re

YO = str.maketrans("ёЁ", "еЕ")
WORD = re.compile("[А-Яа-я]{4,}")

# Nouns of one hard stem, whose end it takes for a verb's.
STEMS = (
    "орган портал казахстан астан материал квартал канал интервал оригинал персонал филиал"
    " журнал сигнал скандал капитал финал потенциал терминал криминал нотариал универсал"
    " обман экран ресторан экзамен систем инициатив актив норматив аудит кредит дефицит"
    " лимит визит транзит защит состав мотив отзыв архив рецидив коллектив"
    " перспектив альтернатив директив начал правил граждан госорган"
)
HARD_ENDINGS = "а у е ы и о ом ой ов ам ами ах"
# A vowel that comes and goes, or a soft sign that it takes for a verb's.
WORDS = {
    "чисел": "числам",
    "писем": "письмам",
    "уровень": "уровням",
    "перечень": "перечням",
    "запись": "записям",
    "подпись": "подписям",
    "денег": "деньгам",
    "земель": "землям",
    "прием": "приемам",
    "приему": "приемам",
    "случая": "случаям",
    "столбец": "столбцам",
    "конец": "концам",
    "владелец": "владельцам",
    "образец": "образцам",
    "память": "памятям",
    "людьми": "людям",
    "окон": "окнам",
    "точек": "точкам",
    "копеек": "копейкам",
    "ячеек": "ячейкам",
}
# “Взяток” is of “взятка”, “список” of “списка”; these keep their vowel, and so do most
# shorter words, as “срок” and “поток”.
KEPT = {"восток", "знаток", "чеснок", "высок", "широк", "глубок"}
SHORTEST = 6

_EVEN = WORDS | {
    stem + end: f"{stem}ам"
    for stem in STEMS.split()
    for end in ("", *HARD_ENDINGS.split())
}

_FORMS: dict[str, set[str]] = {}
for _form, _kept in _EVEN.items():
    _FORMS.setdefault(_kept[:-2], set()).add(_form)
# As much as an ending has.
LONGEST_ENDING = 3


def evened(text: str) -> str:
    """Return a text whose words PostgreSQL's stemmer keeps together; ё counts as е."""
    return WORD.sub(_even, text.translate(YO))


def parted_forms(question: str) -> list[str]:
    """Return the forms of the words of a question that PostgreSQL's stemmer parts from them.

    “Взятка” has “взяток”: a text keeps it as it is written, and it is to be marked there.
    """
    forms: set[str] = set()
    for match in WORD.finditer(evened(question).lower()):
        for cut in range(LONGEST_ENDING + 1):
            stem = match[0][: len(match[0]) - cut]
            forms |= _FORMS.get(stem, set())
            if stem.endswith("к") and len(stem) >= SHORTEST - 1:
                forms.add(f"{stem[:-1]}ок")
    return sorted(forms - KEPT)


def _even(match: re.Match[str]) -> str:
    word = match[0].lower()
    if len(word) >= SHORTEST and word.endswith("ок") and word not in KEPT:
        return f"{word[:-2]}кам"
    return _EVEN.get(word, match[0])
