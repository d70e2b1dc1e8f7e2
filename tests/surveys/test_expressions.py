import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.checking import problems
from surveys.definition import from_body
from surveys.expressions import ExpressionError, check, holds, names
from tests.factories.surveys import option, question, texts


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        (None, {}, True),
        (["=", "a", 1], {"a": 1}, True),
        (["=", "a", 1], {}, False),
        (["!=", "a", 1], {}, False),
        (["not", ["=", "a", 1]], {}, True),
        (["in", "a", [1, 2]], {"a": 2}, True),
        (["has", "a", 2], {"a": [1, 2]}, True),
        (["has", "a", 2], {"a": 2}, False),
        ([">", "a", 17], {"a": 18}, True),
        ([">", "a", 17], {"a": {"missing": 98}}, False),
        ([">", "a", ["of", "b"]], {"a": 3, "b": 2}, True),
        ([">", "a", ["of", "b"]], {"a": 3}, False),
        (["<", "a", "2025-01-01"], {"a": "2024-12-31"}, True),
        (["<", "a", 5], {"a": "KZ"}, False),
        (["=", "m.2", 4], {"m": {"2": 4}}, True),
        (["answered", "a"], {"a": [1]}, True),
        (["and", ["=", "a", 1], ["=", "b", 1]], {"a": 1, "b": 2}, False),
        (["or", ["=", "a", 1], ["=", "b", 1]], {"a": 2, "b": 1}, True),
    ],
)
def test_holds(expression, answers, expected):
    assert holds(expression, answers) is expected


@pytest.mark.parametrize(
    "expression",
    [
        "a = 1",
        [],
        ["=", "a"],
        ["=", "later", 1],
        ["eval", "a", 1],
        ["=", "a", {"x": 1}],
        ["=", "a", ["of", "later"]],
        ["in", "a", 1],
        ["and"],
        ["=", "a", True],
        ["__import__", "os"],
    ],
)
def test_check_refuses(expression):
    with pytest.raises(ExpressionError):
        check(expression, {"a"})


def test_check_refuses_what_is_nested_without_end():
    expression = ["=", "a", 1]
    for _turn in range(50):
        expression = ["not", expression]

    with pytest.raises(ExpressionError, match="too deeply"):
        check(expression, {"a"})


def test_names_gives_all_questions_looked_at():
    expression = [
        "or",
        ["=", "a", 1],
        ["not", [">", "b.2", ["of", "c"]]],
        ["in", "d", [1, 2]],
    ]

    assert set(names(expression)) == {"a", "b", "c", "d"}


values = st.one_of(
    st.none(),
    st.integers(),
    st.text(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
)
leaves = st.tuples(
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.sampled_from("abc"),
    st.one_of(st.integers(), st.text()),
).map(list)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda e: ["not", e]),
        st.lists(inner, min_size=1, max_size=3).map(lambda e: ["and", *e]),
        st.lists(inner, min_size=1, max_size=3).map(lambda e: ["or", *e]),
    ),
    max_leaves=8,
)


@given(trees, st.dictionaries(st.sampled_from("abc"), values))
def test_a_checked_condition_never_fails(expression, answers):
    check(expression, {"a", "b", "c"})

    assert holds(expression, answers) in {True, False}
    assert holds(["not", expression], answers) is not holds(expression, answers)


def found(*items):
    body = {"code": "s", "number": 1, "title": texts("S"), "items": list(items)}
    return [(p.item, p.text, p.is_error) for p in problems(from_body(body))]


@pytest.mark.parametrize(
    "items",
    [
        [question("a", base=["=", "a", 1])],
        [question("a", base=["=", "b", 1]), question("b")],
        [question("a", base=["=", "gone", 1])],
        [question("a", base=["=", "b", 1]), question("b", base=["=", "a", 1])],
        [question("a") | {"text": texts("See {b}")}, question("b")],
        [question("a") | {"text": {"kk": "Тек қазақша"}}],
        [question("1a")],
        [question("a", codes=())],
        [question("a", codes=(1, 1))],
        [question("a", "matrix")],
        [question("a", "multiple"), question("A_1")],
        [question("weight")],
        [],
    ],
)
def test_what_cannot_be_fielded_is_listed(items):
    assert any(is_error for _item, _text, is_error in found(*items))


@pytest.mark.parametrize(
    ("words", "more", "remark"),
    [
        ({"en": "Are doctors and teachers honest?"}, {}, "May ask two things at once"),
        ({"ru": "Согласны ли вы, что стало хуже?"}, {}, "May lead to an answer"),
        ({"en": "Did you pay?"}, {}, "Asks what happened without saying since when"),
        ({"en": "How much?"}, {"sensitive": True}, "Sensitive, but nobody can refuse"),
    ],
)
def test_bad_practice_is_remarked(words, more, remark):
    item = question("a", **more) | {"text": texts("Сөз") | words}

    assert ("a", remark, False) in found(item)


def test_an_unbalanced_scale_is_remarked():
    item = question("a", "scale") | {
        "choices": [option(1, value=-1), option(2, value=1), option(3, value=2)]
    }

    assert any("one side" in text for _item, text, _is_error in found(item))


def test_a_good_question_has_no_remark():
    item = question("a", sensitive=True) | {
        "text": texts("Соңғы 12 айда бердіңіз бе?")
        | {
            "en": "In the last 12 months, did you pay?",
            "ru": "За последние 12 месяцев вы платили?",
        },
        "choices": [option(1), option(2), option(99, missing="refused")],
    }

    assert found(item) == []
