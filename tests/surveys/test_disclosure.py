"""An attacker who subtracts every published figure from every other."""

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.crossing import cross_tables
from surveys.disclosure import (
    TotalsTellError,
    protected_line,
    protected_table,
)
from surveys.flushing import add_counts
from surveys.results import tables, totals_of
from surveys.tally import count
from tests.factories.surveys import fielded, option, question

SMALLEST = 10
lines = st.lists(st.integers(0, 60), min_size=2, max_size=8)
grids = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 60), min_size=width, max_size=width),
        min_size=2,
        max_size=5,
    )
)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ([50, 30], [True, True]),
        ([50, 30, 3], [False, False, False]),
        ([50, 30, 8], [True, False, False]),
        ([50, 30, 0], [True, True, False]),
        ([50, 3, 4], [False, False, False]),
        ([50, 8, 9], [True, False, False]),
        ([9], [False]),
    ],
)
def test_protected_line(line, shown):
    assert protected_line(line, SMALLEST) == shown


@given(lines)
@settings(max_examples=400)
def test_no_line_isolates_a_small_group(line):
    shown = protected_line(line, SMALLEST)

    hidden = [n for n, flag in zip(line, shown, strict=True) if not flag]
    assert all(n >= SMALLEST for n, flag in zip(line, shown, strict=True) if flag)
    assert sum(hidden) == 0 or sum(hidden) >= SMALLEST or not any(shown)


def bounds(counts, shown):
    """Return the least and greatest value of each cell that the totals leave."""
    cells = np.argwhere(~shown)
    low, high = counts.astype(float), counts.astype(float)
    known, totals = [], []
    for axis in (0, 1):
        for line in range(counts.shape[axis]):
            known.append((cells[:, axis] == line).astype(float))
            totals.append((counts * ~shown).sum(axis=1 - axis)[line])
    for place, cell in enumerate(map(tuple, cells)):
        goal = np.eye(len(cells))[place]
        for sign, found in ((1, low), (-1, high)):
            end = scipy.optimize.linprog(sign * goal, A_eq=known, b_eq=totals)
            found[cell] = sign * end.fun if end.status == 0 else np.inf
    return low, high


@given(grids)
@settings(max_examples=60, deadline=None)
def test_no_hidden_cell_can_be_solved(grid):
    counts = np.array(grid)
    try:
        shown = protected_table(counts, SMALLEST)
    except TotalsTellError:
        return
    low, high = bounds(counts, shown)

    for row, column in np.argwhere(~shown):
        n = counts[row, column]
        assert n == 0 or high[row, column] >= n + 5
        assert n == 0 or low[row, column] == 0 or low[row, column] <= n - 5


answers = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "a": st.integers(1, 3),
            "b": st.sampled_from([1, 1, 1, 2, 99]),
            "c": st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True),
            "sex": st.sampled_from([1, 1, 2]),
        },
    ),
    min_size=1,
    max_size=120,
)


def published(wave):
    """Give (who is meant, how many) of each figure a page shows."""
    totals = totals_of(wave)
    found = []
    for table in tables(wave, totals):
        found += [((table.code, "asked", ""), table.base)]
        found += [((table.code, "valid", ""), table.of)] * table.of_valid
        found += [((table.code, c.code, ""), c.n) for c in table.cells]
    for cross in cross_tables(wave, totals):
        for level in cross.levels:
            found += [((cross.code, "asked", level.code), level.base)]
            found += [((cross.code, c.code, level.code), c.n) for c in level.cells]
    return [(who, n) for who, n in found if n is not None]


def includes(outer, inner):
    """Tell whether everybody of the second figure is in the first."""
    same_question = outer[0] == inner[0]
    wider_group = outer[2] in ("", inner[2])
    wider_answer = (
        outer[1] == inner[1]
        or outer[1] == "asked"
        or (outer[1] == "valid" and inner[1] not in ("asked", "99"))
    )
    return same_question and wider_group and wider_answer and outer != inner


@pytest.mark.django_db
@given(answers)
@settings(max_examples=12, deadline=None)
def test_no_pair_of_figures_isolates_a_small_group(people):
    wave = fielded(
        [
            question("a"),
            question("b", codes=(1, 2)) | {
                "choices": [option(1), option(2), option(99, missing="refused")]
            },
            question("c", "multiple"),
            question("sex", codes=(1, 2)),
        ],
        splits=["sex"],
    )  # fmt: skip
    definition = wave.questionnaire.definition
    add_counts(wave, count(definition, ["sex"], ((p, set()) for p in people)))
    figures = list(published(wave))

    assert all(n >= SMALLEST for _who, n in figures)
    isolated = [
        (outer, inner, big - small)
        for outer, big in figures
        for inner, small in figures
        if includes(outer, inner) and 0 < big - small < SMALLEST
    ]
    assert isolated == []


@pytest.mark.django_db
def test_hidden_and_empty_look_the_same():
    wave = fielded([question("a")])
    people = [{"a": 1}] * 40 + [{"a": 2}] * 3
    add_counts(
        wave, count(wave.questionnaire.definition, [], ((p, set()) for p in people))
    )

    cells = tables(wave)[0].cells

    assert [(c.n, c.percent, c.bar) for c in cells[1:]] == [(None, None, "")] * 2


@pytest.mark.django_db
def test_all_of_a_small_group_is_hidden():
    ages = question("age", codes=(1, 2, 3, 4, 5, 6))
    wave = fielded([question("a", codes=(1, 2)), ages], splits=["age"])
    people = [{"a": 1 + n % 2, "age": 1 + n % 4 // 2} for n in range(80)]
    people += [{"a": 1 + age % 2, "age": age} for age in (3, 4) for _ in range(9)]
    people += [{"a": 1 + n % 2, "age": age} for age in (5, 6) for n in range(9)]
    definition = wave.questionnaire.definition
    add_counts(wave, count(definition, ["age"], ((p, set()) for p in people)))

    [by_age] = cross_tables(wave)

    shown = [(row.base, [cell.n for cell in row.cells]) for row in by_age.levels]
    assert shown == [(40, [20, 20])] * 2 + [(None, [None, None])] * 4
