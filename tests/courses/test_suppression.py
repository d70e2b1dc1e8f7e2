"""No small group can be told from the figures that are shown."""

from hypothesis import given
from hypothesis import strategies as st

from courses.suppression import FEWEST_STAFF, shown_bodies


def test_the_only_small_part_takes_another_with_it():
    # 1 = 20 + 15 + 4: whoever subtracts 20 and 15 would know the four.
    staff = {1: 39, 2: 20, 3: 15, 4: 4}

    shown = shown_bodies(staff, {1: None, 2: 1, 3: 1, 4: 1})

    assert shown == {1, 2}


def test_two_small_parts_that_make_a_large_one_hide_each_other():
    staff = {1: 36, 2: 20, 3: 8, 4: 8}

    assert shown_bodies(staff, {1: None, 2: 1, 3: 1, 4: 1}) == {1, 2}


def test_nothing_small_hides_nothing():
    staff = {1: 30, 2: 20, 3: 10}

    assert shown_bodies(staff, {1: None, 2: 1, 3: 1}) == {1, 2, 3}


def test_a_rest_is_found_across_levels():
    # The middle one is shown no more, so what is below it counts against the top.
    staff = {1: 44, 2: 40, 3: 40}

    assert shown_bodies(staff, {1: None, 2: 1, 3: 2}) == {1}


@st.composite
def trees(draw):
    """Bodies with staff of their own; each counts all below it too."""
    size = draw(st.integers(1, 12))
    parent = {n: draw(st.integers(0, n - 1)) if n else None for n in range(size)}
    own = {n: draw(st.integers(0, 30)) for n in range(size)}
    staff = dict(own)
    for n in range(size - 1, 0, -1):
        staff[parent[n]] += staff[n]
    return staff, parent


def inside(body, other, parent):
    while body is not None:
        body = parent[body]
        if body == other:
            return True
    return False


@given(trees())
def test_every_rest_is_empty_or_large(tree):
    staff, parent = tree

    shown = shown_bodies(staff, parent)

    for body in shown:
        below = [one for one in shown if inside(one, body, parent)]
        largest = [
            one for one in below if not any(inside(one, b, parent) for b in below)
        ]
        rest = staff[body] - sum(staff[one] for one in largest)
        assert rest == 0 or rest >= FEWEST_STAFF
        assert staff[body] >= FEWEST_STAFF
