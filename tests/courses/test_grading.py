import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.gains import gain
from courses.grading import grade, option_order
from courses.item_analysis import analyse
from tests.factories.courses import choice

MULTIPLE = {
    "choices": [
        choice("a", "1/2"),
        choice("b", "1/2"),
        choice("c", "-1/2"),
        choice("d", "-1/2"),
    ]
}
ROWS = np.array(
    [
        [1, 1, 1, 1],
        [1, 1, 1, 0],
        [1, 1, 0, 1],
        [1, 0, 1, 0],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
    ],
    dtype=float,
)


@pytest.mark.parametrize(
    ("scoring", "response", "mark"),
    [
        ("all_or_nothing", ["a", "b"], "1"),
        ("all_or_nothing", ["a"], "0"),
        ("all_or_nothing", ["a", "b", "c"], "0"),
        ("partial", ["a"], "0.5"),
        ("partial", ["a", "c"], "0.5"),
        ("partial", ["a", "b", "c", "d"], "0"),
        ("penalty", ["a", "b", "c"], "0.5"),
        ("penalty", ["c", "d"], "0"),
    ],
)
def test_multiple_choice_is_scored_by_its_rule(scoring, response, mark):
    assert grade("multiple", scoring, MULTIPLE, response, Decimal(1)) == Decimal(mark)


@pytest.mark.parametrize("response", ["0,5", "0.5", " 0.50 ", "0.51"])
def test_numbers_are_read_as_people_write_them(response):
    body = {"value": "0.5", "tolerance": "0.01"}

    assert grade("numeric", "all_or_nothing", body, response, Decimal(1)) == 1


@pytest.mark.parametrize("response", ["", "abc", "NaN", "Infinity", "1e400", "0.52"])
def test_other_texts_are_no_right_number(response):
    body = {"value": "0.5", "tolerance": "0.01"}

    assert grade("numeric", "all_or_nothing", body, response, Decimal(1)) == 0


def test_short_answers_are_taken_in_any_language_and_case():
    body = {"answers": {"kk": ["Әдепкі"], "ru": ["умолчанию"], "en": ["default"]}}

    assert grade("short", "all_or_nothing", body, "  әДЕПКІ ", Decimal(2)) == 2


@given(
    st.lists(st.sampled_from("abcd"), unique=True),
    st.sampled_from(["partial", "penalty"]),
)
def test_a_mark_is_never_below_zero_or_above_the_highest(response, scoring):
    assert 0 <= grade("multiple", scoring, MULTIPLE, response, Decimal(3)) <= 3


@given(st.integers(), st.integers(2, 8))
def test_pinned_options_keep_their_place_in_every_shuffle(seed, size):
    body = {"choices": [choice(f"c{n}", "0") for n in range(size)]}
    body["choices"][-1]["pinned"] = True

    order = option_order("single", body, random.Random(seed), shuffle=True)

    assert order[-1] == size - 1
    assert sorted(order) == list(range(size))


def test_item_analysis_equals_the_published_figures():
    found = analyse(ROWS, np.ones(4))

    close = {"rel": 0, "abs": 1e-8}
    assert [item.facility for item in found.items] == pytest.approx(
        [5 / 6, 4 / 6, 1 / 2, 1 / 3], **close
    )
    assert [item.discrimination for item in found.items] == pytest.approx(
        [70.06490497, 50.0, 15.61737619, 35.35533906], **close
    )
    assert [item.efficiency for item in found.items] == pytest.approx(
        [100, 57.14285714, 20, 50], **close
    )
    assert found.alpha == pytest.approx(0.6190476190, **close)
    assert found.standard_error == pytest.approx(0.8432740427, **close)


def test_effective_weight_and_alpha_equal_what_is_counted_by_hand():
    # Three people, two items: 3, 0, 0 of 3 marks and 2, 1, 0 of 2; totals 5, 1, 0.
    # Sample variances: 3 and 1, of the totals 7. Covariances with the totals:
    # (2*3 + 1*1 + 1*2) / 2 = 4.5 and (1*3 + 0*1 + 1*2) / 2 = 2.5, which add up to 7.
    # Weights: Moodle's effective weight, 100 * sqrt(cov) / sum of sqrt(cov).
    # Alpha (Cronbach 1951): 2/1 * (1 - 4/7) = 6/7; error: sqrt(7) * sqrt(1/7) = 1.
    found = analyse(np.array([[3, 2], [0, 1], [0, 0]], dtype=float), np.array([3, 2]))

    roots = [4.5**0.5, 2.5**0.5]
    assert [item.weight for item in found.items] == pytest.approx(
        [100 * root / sum(roots) for root in roots], rel=0, abs=1e-8
    )
    assert found.alpha == pytest.approx(6 / 7, rel=0, abs=1e-8)
    assert found.standard_error == pytest.approx(1, rel=0, abs=1e-8)


def test_an_item_without_variation_has_no_discrimination():
    rows = ROWS.copy()
    rows[:, 0] = 1

    item = analyse(rows, np.ones(4)).items[0]

    assert item.discrimination is None
    assert item.efficiency is None


def test_the_gain_is_normalised_and_has_no_value_from_a_full_mark():
    assert gain(40, 70) == pytest.approx(0.5)
    assert gain(100, 100) is None


@given(st.integers(1, 60), st.integers(1, 60))
def test_shares_of_matching_add_up_exactly(right, total):
    body = {"pairs": [{"key": str(n), "left": {}, "right": {}} for n in range(total)]}
    response = {str(n): str(n) for n in range(min(right, total))}

    mark = grade("matching", "partial", body, response, Decimal(1))

    exact = Fraction(min(right, total), total)
    assert abs(Fraction(mark) - exact) <= Fraction(1, 100_000)
