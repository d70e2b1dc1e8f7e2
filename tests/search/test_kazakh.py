import json
from itertools import permutations
from pathlib import Path

import pytest

from foundation.search.kazakh import fold, match, stems

LISTS = json.loads((Path(__file__).parent / "kk_forms.json").read_text("utf-8"))
PAIRS = [
    pair for forms in LISTS["lemma_forms"].values() for pair in permutations(forms, 2)
]
NEAR = [
    (word, other)
    for word, others in LISTS["near_words_that_must_not_match"].items()
    for other in others
]
LEMMAS = list(LISTS["lemma_forms"])
STRANGERS = [
    (one, other)
    for lemma, others in permutations(LEMMAS, 2)
    for one in LISTS["lemma_forms"][lemma]
    for other in LISTS["lemma_forms"][others]
]
# Written by hand for this test, after the endings and before the first run.
MORE_FORMS = """
құжат құжаттар құжатты құжаттың құжатқа құжатта құжаттан құжатпен құжаты құжаттары құжаттарын құжаттарына құжатымыз
мекеме мекемелер мекемесі мекемесінің мекемеге мекемеде мекемеден мекемемен мекемелердің мекемелерінде
халық халықтың халыққа халықты халқы халқының халқына халқымыз
кітап кітаптар кітабы кітабын кітапқа кітаптың кітаптары
министрлік министрлігі министрлігінің министрлікте министрлікке министрліктер министрліктердің
аудан ауданы ауданының ауданда ауданнан аудандар аудандардың аудандарында ауданындағы
ел елдер елде елдегі елден елге елдің елдердің
алу алуды алудың алуға алулар алуы алуын
академия академиясы академияның академияға академиялар
педагог педагогы педагогтар педагогтың педагогке педагогтарға
мүлік мүлкі мүлкін мүлкінің мүліктің мүлікке
"""
MORE_PAIRS = [
    pair
    for line in MORE_FORMS.strip().splitlines()
    for pair in permutations(line.split(), 2)
]


def share(pairs):
    return sum(match(*pair) for pair in pairs) / len(pairs)


def wrong(pairs, *, expected):
    return [pair for pair in pairs if match(*pair) is not expected]


def report(name, value, pairs, missed):
    # CI shows it with -rP: the figure matters also while it is above the bar.
    print(f"{name}: {value:.1%} of {len(pairs)} pairs", *missed[:10])  # noqa: T201


def test_forms_of_a_word_match():
    found = share(PAIRS)
    report("recall", found, PAIRS, wrong(PAIRS, expected=True))

    assert found >= 0.98


def test_forms_of_words_that_were_not_looked_at_match():
    found = share(MORE_PAIRS)
    report("recall on more words", found, MORE_PAIRS, wrong(MORE_PAIRS, expected=True))

    assert found >= 0.98


def test_near_words_do_not_match():
    found = share(NEAR)
    report("near-word errors", found, NEAR, wrong(NEAR, expected=False))

    assert found <= 0.07


def test_forms_of_other_words_do_not_match():
    found = share(STRANGERS)
    report("cross-word errors", found, STRANGERS, wrong(STRANGERS, expected=False))

    assert found <= 0.001


def test_forms_typed_without_kazakh_letters_match():
    typed = [(fold(one), other) for one, other in PAIRS]
    found = share(typed)
    report("recall of folded queries", found, typed, wrong(typed, expected=True))

    assert found >= 0.98


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ақы", "ақын"),
        ("сот", "соттау"),
        ("үкім", "үкімет"),
        ("ерік", "ерікті"),
        ("бөл", "бөлім"),
        ("жер", "жем"),
        ("ел", "елу"),
        ("бір", "бірлік"),
    ],
)
def test_words_that_only_look_alike_do_not_match(one, other):
    assert not match(one, other)


def test_capitals_and_a_latin_i_make_no_difference():
    assert stems("ӨҢІР") == stems("өңір") == stems("өңiр")


def test_latin_words_stay_as_they_are():
    assert stems("ERG") == {"erg"}


def test_numbers_stay_as_they_are():
    assert stems("2022") == {"2022"}


def test_few_stems_for_a_word():
    forms = [form for some in LISTS["lemma_forms"].values() for form in some]
    mean = sum(len(stems(form)) for form in forms) / len(forms)

    assert mean < 4
