"""The numbers of R's `survey` 4.1, and the laws that hold for any table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveys.statistics.comparisons import (
    ComparisonError,
    rao_scott,
    simple_se,
    trend,
)
from surveys.statistics.intervals import (
    IntervalError,
    exact,
    korn_graubard,
    logit,
    margin_of_error,
    needed,
    normal,
    sample_size,
    wilson,
)
from surveys.statistics.variance import design, mean, ratio, total
from surveys.statistics.weights import (
    ConvergenceError,
    EmptyCellError,
    LevelError,
    Margin,
    TrimmingError,
    WeightingError,
    design_effect,
    effective_number,
    poststratify,
    rake,
    trim,
)

API = [12, 3, 8, 132, 11, 17]
API_BASE = 33.846996307373
SCHOOLS = Margin(
    "stype", ["E", "H", "M", "E", "H", "M"], {"E": 4421, "H": 755, "M": 1018}
)
GROWTH = Margin("sch.wide", ["No"] * 3 + ["Yes"] * 3, {"No": 1072, "Yes": 5122})
API_WEIGHTS = [
    39.8392362471298,
    67.1255292411947,
    49.0690721638573,
    29.8706754926847,
    50.3294011160392,
    36.7910248640700,
]
# `apistrat` by type of school, growth of the whole school and award; who has an award has
# grown. R's output gives n of E/Yes/Yes, H/Yes/No and M/No/No beside their weights, and
# 100, 50 and 50 schools of each type: of the 41,328 tables that have these, this alone
# rakes to R's weights and Kish's effect.
STRATA = [9, 18, 73, 24, 10, 16, 15, 11, 24]
STRATA_BASE = [44.21] * 3 + [15.10] * 3 + [20.36] * 3
STRATA_MARGINS = [
    Margin("stype", [*"EEEHHHMMM"], SCHOOLS.targets),
    Margin("sch.wide", ["No", "Yes", "Yes"] * 3, GROWTH.targets),
    Margin("awards", ["No", "No", "Yes"] * 3, {"No": 2027, "Yes": 4167}),
]
HAND = [12, 28, 4, 16, 1, 9, 3, 27]
YES = [1, 0] * 4
SEX = Margin("sex", ["F"] * 4 + ["M"] * 4, {"F": 52, "M": 48})
AGE = Margin("age", ["young", "young", "old", "old"] * 2, {"young": 45, "old": 55})


def test_rake_equals_r():
    found = rake(API, [SCHOOLS, GROWTH], API_BASE)

    np.testing.assert_allclose(found.weights, API_WEIGHTS, rtol=1e-9)
    assert found.weights @ np.array(API) == pytest.approx(6194, abs=1e-9)


def test_rake_meets_every_margin():
    weighted = rake(API, [SCHOOLS, GROWTH], API_BASE).weights * API

    for margin in (SCHOOLS, GROWTH):
        for level, target in margin.targets.items():
            here = np.array(margin.levels) == level
            assert weighted[here].sum() == pytest.approx(target, rel=1e-9)


def test_order_of_margins_does_not_matter():
    one = rake(API, [SCHOOLS, GROWTH], API_BASE).weights
    other = rake(API, [GROWTH, SCHOOLS], API_BASE).weights

    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_design_weights_of_one_scale_give_the_same():
    np.testing.assert_allclose(
        rake(API, [SCHOOLS, GROWTH]).weights, API_WEIGHTS, rtol=1e-9
    )


def test_unequal_design_weights_are_kept():
    base = [1, 2, 1, 4, 1, 1]

    found = rake(API, [SCHOOLS, GROWTH], base).weights

    # Raking keeps the odds ratios of the design weights.
    odds = found[0] * found[4] / (found[1] * found[3])
    assert odds == pytest.approx(base[0] * base[4] / (base[1] * base[3]), rel=1e-9)
    assert not np.allclose(found, API_WEIGHTS)


def test_rake_of_unequal_design_weights_equals_r():
    found = rake(STRATA, STRATA_MARGINS, STRATA_BASE).weights

    np.testing.assert_allclose(
        found[[2, 4, 6]],
        [46.342404512233, 12.565830616429, 20.607031137304],
        rtol=1e-9,
    )
    # Both hang on all nine weights.
    assert design_effect(STRATA, found) == pytest.approx(1.1962159044906, rel=1e-9)
    assert effective_number(STRATA, found) == pytest.approx(167.19389806572, rel=1e-9)


def test_kish_equals_r():
    assert design_effect(API, API_WEIGHTS) == pytest.approx(1.0516566956, abs=1e-9)
    assert effective_number(API, API_WEIGHTS) == pytest.approx(174.011158551, abs=1e-8)
    assert design_effect([4, 1], [1, 2]) == pytest.approx(10 / 9, rel=1e-12)
    assert effective_number([4, 1], [1, 2]) == pytest.approx(4.5, rel=1e-12)


def test_poststratify_equals_r():
    margin = Margin("stype", ["E", "H", "M"], SCHOOLS.targets)

    found = poststratify([144, 14, 25], margin).weights

    np.testing.assert_allclose(found, [30.7013888889, 53.9285714286, 40.72], rtol=1e-9)
    np.testing.assert_allclose(found, rake([144, 14, 25], [margin]).weights, rtol=1e-12)


def test_strict_trimming_equals_r():
    found = trim(API, API_WEIGHTS, low=20, high=45)

    assert found.min() == pytest.approx(30.8492629294, abs=1e-9)
    assert found.max() == 45
    assert found @ np.array(API) == pytest.approx(6194, abs=1e-9)


def test_trimming_to_bounds_without_room_fails():
    with pytest.raises(TrimmingError, match="cannot all lie"):
        trim(API, API_WEIGHTS, low=40, high=45)


def test_hand_example_equals_r():
    weights = rake(HAND, [SEX, AGE]).weights
    sample = design(HAND, weights, margins=[SEX, AGE], calibration="rake")

    found = mean(YES, sample)

    expected = [
        0.842898313430289,
        0.914203373139301,
        1.128406746278846,
        1.223864417907133,
    ]
    np.testing.assert_allclose(weights[::2], expected, rtol=1e-9)
    assert found.value == pytest.approx(0.18571593253721, abs=1e-12)
    assert found.se == pytest.approx(0.037453241724647, abs=1e-11)
    low, high = normal(found.value, found.se)
    assert low == pytest.approx(0.11230892765263, abs=1e-10)
    assert high == pytest.approx(0.25912293742179, abs=1e-10)
    assert design_effect(HAND, weights) == pytest.approx(1.0280280007358, abs=1e-12)


def test_ignoring_the_raking_gives_another_error():
    weights = rake(HAND, [SEX, AGE]).weights

    assert mean(YES, design(HAND, weights)).se == pytest.approx(0.03844307, abs=1e-7)


def as_rows(counts, *columns):
    return [
        [value for value, n in zip(column, counts, strict=True) for _ in range(int(n))]
        for column in columns
    ]


def test_counts_and_rows_give_the_same():
    sex, age, yes = as_rows(HAND, SEX.levels, AGE.levels, YES)
    margins = [Margin("sex", sex, SEX.targets), Margin("age", age, AGE.targets)]
    weights = rake(np.ones(len(yes)), margins).weights
    rows = mean(
        yes, design(np.ones(len(yes)), weights, margins=margins, calibration="rake")
    )

    cells = rake(HAND, [SEX, AGE]).weights
    found = mean(YES, design(HAND, cells, margins=[SEX, AGE], calibration="rake"))

    assert rows.value == pytest.approx(found.value, abs=1e-12)
    assert rows.se == pytest.approx(found.se, abs=1e-12)


@pytest.mark.parametrize(
    ("margins", "error", "match"),
    [
        ([Margin("a", ["x", "y"], {"x": 1})], LevelError, "without a target: y"),
        ([Margin("a", ["x", "y"], {"x": 1, "y": 1, "z": 1})], LevelError, "not in the sample: z"),
        ([Margin("a", ["x", "y"], {"x": 1, "y": 0})], EmptyCellError, "counts nobody of y"),
        ([Margin("a", ["x", "y"], {"x": -1, "y": 2})], WeightingError, "not a number"),
        ([Margin("a", ["x"], {"x": 1})], WeightingError, "every cell"),
        ([], WeightingError, "no margin"),
    ],
)  # fmt: skip
def test_bad_margins_are_stated(margins, error, match):
    with pytest.raises(error, match=match):
        rake([5, 5], margins)


def test_an_empty_level_is_stated():
    with pytest.raises(EmptyCellError, match="has a y"):
        rake([5, 0], [Margin("a", ["x", "y"], {"x": 1, "y": 1})])


def test_margins_of_different_totals_are_stated():
    margins = [
        Margin("a", ["x", "y"], {"x": 1, "y": 1}),
        Margin("b", ["u", "v"], {"u": 1, "v": 2}),
    ]

    with pytest.raises(WeightingError, match="different totals: a 2, b 3"):
        rake([5, 5], margins)


def test_what_does_not_converge_is_stated():
    # A hole in the table leaves no weights that meet both margins.
    margins = [
        Margin("a", ["x", "x", "y", "y"], {"x": 10, "y": 90}),
        Margin("b", ["u", "v", "u", "v"], {"u": 95, "v": 5}),
    ]

    with pytest.raises(ConvergenceError, match="did not converge"):
        rake([5, 5, 0, 5], margins, most_iterations=200)


counts = st.lists(st.integers(1, 500), min_size=6, max_size=6)
targets = st.lists(st.floats(0.05, 1), min_size=3, max_size=3)


@given(counts, targets, targets)
@settings(max_examples=200, deadline=None)
def test_raking_meets_its_margins_whatever_the_table(n, first, second):
    a = Margin(
        "a", list("xyzxyz"), dict(zip("xyz", np.array(first) / sum(first), strict=True))
    )
    shares = np.array(second[:2]) / sum(second[:2])
    b = Margin("b", list("uuuvvv"), dict(zip("uv", shares, strict=True)))

    weighted = rake(n, [a, b]).weights * n

    for margin in (a, b):
        for level, target in margin.targets.items():
            here = np.array(margin.levels) == level
            assert weighted[here].sum() == pytest.approx(target, rel=1e-9)
    assert design_effect(n, weighted / n) >= 1 - 1e-12


def test_unweighted_error_is_the_textbook_one():
    found = mean([1, 0], design([20, 80], 1.0))

    assert found.se == pytest.approx(np.sqrt(0.2 * 0.8 / 99), rel=1e-12)


def test_clusters_of_one_are_no_clusters():
    n, y = np.ones(40), np.arange(40) % 3
    plain = mean(y, design(n, 2.0))

    clustered = mean(y, design(n, 2.0, clusters=[str(i) for i in range(40)]))

    assert clustered.se == pytest.approx(plain.se, rel=1e-12)


def test_strata_that_explain_all_leave_no_error():
    found = mean([1, 1, 0, 0], design(np.ones(4), 1.0, strata=["a", "a", "b", "b"]))

    assert found.se == pytest.approx(0, abs=1e-12)


def test_total_of_a_poststratified_constant_is_known():
    margin = Margin("stype", ["E", "H", "M"], SCHOOLS.targets)
    weights = poststratify([144, 14, 25], margin).weights
    sample = design(
        [144, 14, 25], weights, margins=[margin], calibration="poststratify"
    )

    found = total([1, 1, 1], sample)

    assert found.value == pytest.approx(6194, rel=1e-12)
    assert found.se == pytest.approx(0, abs=1e-6)


def test_mean_in_a_group_ignores_the_others():
    alone = mean([1, 0], design([20, 30], 1.0))

    found = ratio([1, 0, 0], [1, 1, 0], design([20, 30, 50], 1.0))

    assert found.value == alone.value
    assert found.n == 50


@pytest.mark.parametrize(
    ("function", "args", "expected"),
    [
        (wilson, (8, 50), (0.083374206780, 0.285142160630)),
        (exact, (8, 50), (0.071700767183, 0.291126306595)),
        (wilson, (0, 10), (0, 0.277532799863)),
        (exact, (0, 10), (0, 0.308497107819)),
        (wilson, (603, 7200), (0.077571277048, 0.090372654774)),
    ],
)
def test_interval_equals_r(function, args, expected):
    np.testing.assert_allclose(function(*args), expected, rtol=1e-9, atol=1e-12)


def test_intervals_of_a_design_equal_r():
    p = 0.12568306
    se = (0.169349795877 - 0.082016324342) / 2 / stats.t.ppf(0.975, 14)

    np.testing.assert_allclose(
        logit(p, se, degrees=14), (0.0880999229788, 0.1762011076210), atol=1e-8
    )
    np.testing.assert_allclose(
        korn_graubard(p, se, 183, degrees=14),
        (0.0852955078731, 0.1762977891525),
        atol=1e-8,
    )
    np.testing.assert_allclose(
        normal(p, se, degrees=14), (0.082016324342, 0.169349795877), atol=1e-8
    )


@given(st.integers(1, 3000), st.floats(0, 1), st.floats(0, 0.5))
@settings(max_examples=300, deadline=None)
def test_intervals_stay_in_range(n, share, se):
    successes = round(share * n)
    p = successes / n

    found = [
        wilson(successes, n),
        exact(successes, n),
        logit(p, se),
        korn_graubard(p, se, n),
    ]

    assert all(0 <= low <= high <= 1 for low, high in found)
    assert all(low <= p + 1e-9 and high >= p - 1e-9 for low, high in found[:2])


def test_nothing_is_no_share():
    with pytest.raises(IntervalError, match="no share"):
        wilson(1, 0)


def test_sample_sizes():
    assert margin_of_error(0.5, 1000) * 100 == pytest.approx(3.09897516, abs=1e-8)
    assert margin_of_error(0.5, 1000, 1.5) * 100 == pytest.approx(3.79545394, abs=1e-8)
    assert needed(0.03) == pytest.approx(1067.0719, abs=1e-4)
    assert needed(0.03, deff=1.5) == pytest.approx(1600.6078, abs=1e-4)
    assert (sample_size(0.03), sample_size(0.03, deff=1.5)) == (1068, 1601)


@pytest.mark.parametrize(
    ("deff", "z", "p"), [(1, -3.2687, 0.00108), (1.5, -2.669, 0.0076)]
)
def test_trend_of_the_monitoring_of_2019_and_2020(deff, z, p):
    found = trend(
        0.134, simple_se(0.134, 5404, deff), 0.113, simple_se(0.113, 5062, deff)
    )

    assert found.z == pytest.approx(z, abs=5e-4)
    assert found.p == pytest.approx(p, abs=5e-5)
    assert found.difference == pytest.approx(-0.021)
    assert found.is_significant


def test_a_small_change_is_none():
    assert not trend(0.134, 0.02, 0.12, 0.02).is_significant


def test_a_change_without_errors_is_not_judged():
    with pytest.raises(ComparisonError, match="Without standard errors"):
        trend(0.1, 0, 0.2, 0)


def test_rao_scott_of_a_simple_sample_is_pearsons():
    table = np.array([[30, 20, 10], [15, 25, 40]])
    rows, columns = ["a", "a", "a", "b", "b", "b"], list("xyzxyz")

    found = rao_scott(rows, columns, design(table.ravel(), 3.0))

    pearson = stats.chi2_contingency(table, correction=False)
    assert found.chi_square == pytest.approx(pearson.statistic, rel=1e-12)
    assert found.f * found.numerator_degrees == pytest.approx(
        pearson.statistic, rel=0.2
    )
    assert 1 < found.numerator_degrees <= 2
    assert found.p < 1e-4


def test_rao_scott_needs_two_answers():
    with pytest.raises(ComparisonError, match="everybody gave"):
        rao_scott(["a", "a"], ["x", "y"], design([5, 5], 1.0))
