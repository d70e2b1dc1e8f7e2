import os
import random
from collections import Counter

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveys.answering import Places, ordered, pages, read, read_answer, shown
from surveys.definition import from_body
from surveys.tally import ANSWERED, BASE, marks
from tests.factories.surveys import option, question, texts

EVERYWHERE = Places(areas={"KZ-35"}, bodies={"src"})


def definition(*items):
    return from_body(
        {"code": "s", "number": 1, "title": texts("S"), "items": list(items)}
    )


def one(item):
    return definition(item).items[0]


def posted(**fields):
    form = QueryDict(mutable=True)
    for name, values in fields.items():
        form.setlist(name, values if isinstance(values, list) else [values])
    return form


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("single", {"q": "2"}, 2),
        ("scale", {"q": "1"}, 1),
        ("multiple", {"q": ["3", "1"]}, [1, 3]),
        ("ranking", {"q__1": "2", "q__3": "1"}, [3, 1]),
        ("number", {"q": "12"}, 12),
        ("date", {"q": "2025-04-30"}, "2025-04-30"),
        ("text", {"q": "  Сөз "}, "Сөз"),
        ("area", {"q": "KZ-35"}, "KZ-35"),
        ("body", {"q": "src"}, "src"),
        ("single", {}, None),
        ("multiple", {}, None),
        ("number", {"q": ""}, None),
    ],
)
def test_an_answer_is_read_as_codes(kind, fields, expected):
    assert (
        read_answer(one(question("q", kind)), posted(**fields), EVERYWHERE) == expected
    )


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("single", {"q": "7"}),
        ("single", {"q": "yes"}),
        ("single", {"q": "1; drop"}),
        ("multiple", {"q": ["1", "8"]}),
        ("ranking", {"q__1": "1", "q__2": "1"}),
        ("ranking", {"q__1": "2"}),
        ("ranking", {"q__1": "9"}),
        ("number", {"q": "NaN"}),
        ("number", {"q": "1e400"}),
        ("number", {"q": "1.5"}),
        ("number", {"q": "ten"}),
        ("date", {"q": "30.04.2025"}),
        ("date", {"q": "2025-02-30"}),
        ("area", {"q": "KZ-99"}),
        ("body", {"q": "' or 1=1"}),
        ("number", {"q__missing": "1"}),
    ],
)
def test_what_was_not_offered_is_refused(kind, fields):
    with pytest.raises(ValueError, match=r"."):
        read_answer(one(question("q", kind)), posted(**fields), EVERYWHERE)


def test_an_answer_that_stands_alone_is_not_taken_with_others():
    item = question("q", "multiple") | {
        "choices": [option(1), option(2), option(9, exclusive=True)]
    }

    with pytest.raises(ValueError, match="cannot stand together"):
        read_answer(one(item), posted(q=["1", "9"]), EVERYWHERE)


def test_dont_know_is_a_code_of_its_own():
    item = question("q", "number") | {"choices": [option(98, missing="dk")]}

    found = read_answer(one(item), posted(q="", q__missing="98"), EVERYWHERE)

    assert found == {"missing": 98}


def test_an_answer_shown_by_either_of_two_conditions_is_kept():
    asked = definition(
        question("a"),
        question("b"),
        question("c", base=["or", ["=", "a", 1], ["=", "b", 1]]),
    )

    first, _ = shown(asked, {"a": 1, "b": 2, "c": 3})
    second, _ = shown(asked, {"a": 2, "b": 1, "c": 3})
    neither, _ = shown(asked, {"a": 2, "b": 2, "c": 3})

    assert first["c"] == second["c"] == 3
    assert "c" not in neither


def test_what_hangs_on_a_hidden_answer_is_hidden_too():
    asked = definition(
        question("a"),
        question("b", base=["=", "a", 1]),
        question("c", base=["=", "b", 1]),
    )

    counted, seen = shown(asked, {"a": 2, "b": 1, "c": 1})

    assert counted == {"a": 2}
    assert seen == {"a"}


def test_required_is_asked_for():
    reading = read(
        [one(question("q", required=True))], posted(), EVERYWHERE, earlier={}
    )

    assert reading.errors == {"q": "Answer this question"}


def test_a_cross_check_speaks_its_own_words():
    item = question("b", "number", codes=()) | {
        "checks": [{"if": ["<=", "b", ["of", "a"]], "text": texts("More than in all")}]
    }
    asked = definition(question("a", "number", codes=()), item)

    reading = read(list(asked.items), posted(a="3", b="5"), EVERYWHERE, earlier={})

    assert reading.errors == {"b": "More than in all"}


def test_a_page_ends_before_what_hangs_on_it():
    asked = definition(
        question("a"), question("b"), question("c", base=["=", "a", 1]), question("d")
    )

    assert [[q.code for q in page] for page in pages(asked)] == [["a", "b"], ["c", "d"]]


def test_pinned_answers_keep_their_places_and_the_others_take_each():
    item = one(
        question("q", "multiple", random=True)
        | {
            "choices": [
                option(1),
                option(2),
                option(3),
                option(4),
                option(9, pinned=True),
            ]
        }
    )

    orders = [
        tuple(o.code for o in ordered(item, item.choices, seed))
        for seed in range(10_000)
    ]

    assert {order[-1] for order in orders} == {9}
    for place in range(4):
        seen = Counter(order[place] for order in orders)
        assert stats.chisquare(list(seen.values())).pvalue > 0.001


# `SURVEY_FORMS=5000` is the number asked for; it takes a quarter of a minute.
FORMS = int(os.environ.get("SURVEY_FORMS", "1000"))


def random_form(dice):
    items = []
    for number in range(dice.randint(1, 7)):
        kind = dice.choice(["single", "multiple", "matrix", "ranking", "number"])
        item = question(f"q{number}", kind)
        if kind == "matrix":
            item["rows"] = [option(1), option(2)]
        singles = [i["code"] for i in items if i["kind"] == "single"]
        if singles and dice.random() < 0.6:
            item["base"] = ["=", dice.choice(singles), dice.randint(1, 3)]
        items.append(item)
    return definition(*items)


def random_answer(dice, item):
    codes = [o.code for o in item.choices]
    return {
        "single": lambda: dice.choice(codes),
        "multiple": lambda: sorted(dice.sample(codes, dice.randint(1, 3))),
        "matrix": lambda: {"1": dice.choice(codes)},
        "ranking": lambda: dice.sample(codes, dice.randint(1, 3)),
        "number": lambda: dice.randint(0, 9),
    }[item.kind]()


@given(st.integers(0, 2**32))
@settings(max_examples=FORMS, deadline=None)
def test_no_more_answer_than_were_asked_and_no_more_are_asked_than_came(seed):
    dice = random.Random(seed)
    form = random_form(dice)
    total = Counter()
    for _person in range(3):
        answers = {
            q.code: random_answer(dice, q) for q in form.items if dice.random() < 0.8
        }
        total.update(marks(form, answers, set()))

    for question_code, code in list(total):
        if question_code:
            assert total[question_code, ANSWERED] <= total[question_code, BASE] <= 3
            assert total[question_code, code] <= total[question_code, BASE]
