from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corruption_map import classes

VALUES = st.lists(
    st.integers(0, 60).map(lambda n: Decimal(n) / 4), min_size=1, max_size=12
)


def squared_distances(values, bounds):
    total = Decimal(0)
    for number in range(1, len(bounds) + 1):
        inside = [v for v in values if classes.class_of(v, bounds) == number]
        if inside:
            mean = sum(inside) / len(inside)
            total += sum((v - mean) ** 2 for v in inside)
    return total


@pytest.mark.parametrize("method", classes.METHODS.values())
@given(values=VALUES)
def test_every_value_has_a_class_and_bounds_rise(method, values):
    bounds = method(values)

    assert bounds == sorted(set(bounds))
    assert len(bounds) <= classes.CLASSES
    assert bounds[-1] == max(values)
    assert all(1 <= classes.class_of(v, bounds) <= len(bounds) for v in values)


@given(values=VALUES)
def test_natural_breaks_are_the_best_of_all_breaks(values):
    found = squared_distances(values, classes.natural(values))

    distinct = sorted(set(values))
    count = min(classes.CLASSES, len(distinct))
    every = ([*cut, distinct[-1]] for cut in combinations(distinct[:-1], count - 1))
    best = min(squared_distances(values, bounds) for bounds in every)
    assert abs(found - best) < Decimal("1e-9")


def test_quantile_of_twenty_distinct_values_puts_four_in_each_class():
    values = [Decimal(n) for n in range(20)]

    bounds = classes.quantile(values)

    members = [classes.class_of(value, bounds) for value in values]
    assert [members.count(number) for number in range(1, 6)] == [4] * 5


def test_equal_steps_have_one_width():
    bounds = classes.equal([Decimal(0), Decimal(3), Decimal(10)])

    assert bounds == [2, 4, 6, 8, 10]


def test_ranges_name_the_values_of_each_class():
    values = [Decimal(n) for n in (1, 2, 5, 9)]

    assert classes.ranges(values, [Decimal(2), Decimal(9)]) == [(1, 2), (5, 9)]
