"""Confidence intervals of shares: each stays between 0 and 1.

Wilson (1927), Clopper and Pearson (1934), and for designs the logit interval and that of
Korn and Graubard (1998), as `svyciprop` of R's `survey` computes them.

SciPy loads its parts when they are first asked for: a process that never computes an
interval does without 25 MB.
"""

from math import ceil, log, sqrt

import scipy

LEVEL = 0.95
MOST_EFFECTIVE = 1e8

Interval = tuple[float, float]


class IntervalError(ValueError):
    """What was given is no share of a number of people."""


def _check(successes: float, n: float) -> None:
    if not n > 0 or not 0 <= successes <= n:
        raise IntervalError(f"{successes} of {n} is no share")


def _z(level: float) -> float:
    return float(scipy.special.ndtri((1 + level) / 2))


def wilson(successes: float, n: float, level: float = LEVEL) -> Interval:
    _check(successes, n)
    z = _z(level)
    p = successes / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return low, high


def exact(successes: float, n: float, level: float = LEVEL) -> Interval:
    """Return the interval of Clopper and Pearson; `successes` need not be whole."""
    _check(successes, n)
    tail = (1 - level) / 2
    low = (
        0.0
        if successes == 0
        else float(scipy.special.betaincinv(successes, n - successes + 1, tail))
    )
    high = (
        1.0
        if successes == n
        else float(scipy.special.betaincinv(successes + 1, n - successes, 1 - tail))
    )
    return low, high


def normal(
    value: float, se: float, level: float = LEVEL, degrees: float = float("inf")
) -> Interval:
    """Return value ± quantile·se; for shares it may leave the range, so others are shown."""
    half = _quantile(level, degrees) * se
    return value - half, value + half


def _quantile(level: float, degrees: float) -> float:
    if degrees == float("inf"):
        return _z(level)
    if degrees <= 0:
        raise IntervalError("No degrees of freedom are left")
    return float(scipy.special.stdtrit(degrees, (1 + level) / 2))


def logit(
    p: float, se: float, level: float = LEVEL, degrees: float = float("inf")
) -> Interval:
    """Return the interval that is symmetric on the logit scale."""
    if not 0 <= p <= 1:
        raise IntervalError(f"{p} is no share")
    if p in (0, 1) or se == 0:
        return p, p
    middle = log(p / (1 - p))
    half = _quantile(level, degrees) * se / (p * (1 - p))
    low, high = scipy.special.expit([middle - half, middle + half])
    return float(low), float(high)


def korn_graubard(
    p: float, se: float, n: float, level: float = LEVEL, degrees: float = float("inf")
) -> Interval:
    """Return the exact interval for the effective number, corrected for the degrees."""
    if not 0 <= p <= 1:
        raise IntervalError(f"{p} is no share")
    if p in (0, 1) or se == 0:
        return exact(p * n, n, level)
    if p * (1 - p) > MOST_EFFECTIVE * se**2:
        # Beyond this the quantiles of the beta distribution fail; the limit is normal.
        low, high = normal(p, se, level, degrees)
        return max(0.0, low), min(1.0, high)
    effective = p * (1 - p) / se**2
    if degrees != float("inf"):
        effective *= (_quantile(level, n - 1) / _quantile(level, degrees)) ** 2
    tail = (1 - level) / 2
    low = scipy.special.betaincinv(effective * p, effective * (1 - p) + 1, tail)
    high = scipy.special.betaincinv(effective * p + 1, effective * (1 - p), 1 - tail)
    return float(low), float(high)


def margin_of_error(
    p: float, n: float, deff: float = 1.0, level: float = LEVEL
) -> float:
    """Return the half-width for a random sample; never shown for any other."""
    _check(p * n, n)
    return _z(level) * sqrt(p * (1 - p) / n * deff)


def sample_size(
    half_width: float, p: float = 0.5, deff: float = 1.0, level: float = LEVEL
) -> int:
    """Return how many must answer for a half-width."""
    return ceil(needed(half_width, p, deff, level) - 1e-9)


def needed(
    half_width: float, p: float = 0.5, deff: float = 1.0, level: float = LEVEL
) -> float:
    if half_width <= 0:
        raise IntervalError("The half-width must be greater than zero")
    return _z(level) ** 2 * p * (1 - p) / half_width**2 * deff
