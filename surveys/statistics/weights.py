"""Weights that bring a sample to known margins, from counts of its cells.

Everything works on cells: a cell is a combination of the margins' levels, with the number
of people in it and their design weight. Rows are cells of one person, so weights from
counts and from rows are the same numbers.

Post-stratification and raking (iterative proportional fitting) follow Deming and Stephan
(1940) as the R package `survey` implements them; the effective number is Kish's (1965).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

TOLERANCE = 1e-12
MOST_ITERATIONS = 10_000


class WeightingError(Exception):
    """The sample cannot be brought to the margins; nothing may be published."""


class LevelError(WeightingError):
    """A level stands on one side alone: in the sample or in the margin."""


class EmptyCellError(WeightingError):
    """Nobody in the sample stands for people the margin counts."""


class ConvergenceError(WeightingError):
    """Raking did not come to rest within the iterations allowed."""


class TrimmingError(WeightingError):
    """The bounds leave no room for the weights."""


@dataclass(frozen=True)
class Margin:
    """A known distribution: the level of each cell, and how many people have it."""

    name: str
    levels: Sequence[str]
    targets: Mapping[str, float]


@dataclass(frozen=True)
class Weights:
    """The weight of one person in each cell, and how it was found."""

    weights: Numbers
    iterations: int
    largest_gap: float


def _prepared(
    counts: ArrayLike, base: ArrayLike | None, margins: Sequence[Margin]
) -> tuple[Numbers, Numbers]:
    n = np.asarray(counts, dtype=float)
    weight = np.ones_like(n) if base is None else np.asarray(base, dtype=float)
    weight = np.broadcast_to(weight, n.shape).astype(float)
    if not margins:
        raise WeightingError("There is no margin to weight to")
    if n.ndim != 1 or not np.isfinite(n).all() or (n < 0).any() or not n.sum() > 0:
        raise WeightingError("The counts of the cells are not counts of people")
    if not np.isfinite(weight).all() or (weight[n > 0] <= 0).any():
        raise WeightingError("Design weights must be greater than zero")
    for margin in margins:
        _check(margin, n)
    totals = [sum(margin.targets.values()) for margin in margins]
    if max(totals) - min(totals) > 1e-9 * max(totals):
        listed = ", ".join(
            f"{m.name} {t:g}" for m, t in zip(margins, totals, strict=True)
        )
        raise WeightingError(f"The margins have different totals: {listed}")
    return n, weight


def _check(margin: Margin, n: Numbers) -> None:
    if len(margin.levels) != len(n):
        raise WeightingError(f"{margin.name} does not name the level of every cell")
    if any(not np.isfinite(t) or t < 0 for t in margin.targets.values()):
        raise WeightingError(f"A target of {margin.name} is not a number of people")
    if not sum(margin.targets.values()) > 0:
        raise WeightingError(f"The targets of {margin.name} count nobody")
    sampled = {level for level, k in zip(margin.levels, n, strict=True) if k > 0}
    unknown = sampled - margin.targets.keys()
    if unknown:
        raise LevelError(
            f"{margin.name} has levels in the sample without a target:"
            f" {', '.join(sorted(map(str, unknown)))}"
        )
    wanted = {level for level, target in margin.targets.items() if target > 0}
    if wanted - set(margin.levels):
        missing = ", ".join(sorted(map(str, wanted - set(margin.levels))))
        raise LevelError(
            f"{margin.name} has targets for levels not in the sample: {missing}"
        )
    if wanted - sampled:
        empty = ", ".join(sorted(map(str, wanted - sampled)))
        raise EmptyCellError(f"Nobody in the sample has {margin.name} {empty}")
    refused = {level for level in sampled if margin.targets[level] == 0}
    if refused:
        raise EmptyCellError(
            f"{margin.name} counts nobody of {', '.join(sorted(map(str, refused)))},"
            " but the sample does"
        )


def poststratify(
    counts: ArrayLike, margin: Margin, base: ArrayLike | None = None
) -> Weights:
    """Multiply design weights so that each level has exactly its target."""
    n, weight = _prepared(counts, base, [margin])
    indices = _index(margin)
    return Weights(_fitted(n, weight, indices, margin), 1, 0.0)


def _index(margin: Margin) -> NDArray[np.intp]:
    places = {level: place for place, level in enumerate(margin.targets)}
    # A cell with nobody in it may have a level no target knows; it takes no part.
    return np.array([places.get(level, 0) for level in margin.levels], dtype=np.intp)


def _fitted(
    n: Numbers, weight: Numbers, indices: NDArray[np.intp], margin: Margin
) -> Numbers:
    target = np.array(list(margin.targets.values()), dtype=float)
    sums = np.bincount(indices, weights=n * weight, minlength=len(target))
    factors = np.divide(target, sums, out=np.ones_like(sums), where=sums > 0)
    return np.asarray(weight * factors[indices])


def rake(
    counts: ArrayLike,
    margins: Sequence[Margin],
    base: ArrayLike | None = None,
    *,
    tolerance: float = TOLERANCE,
    most_iterations: int = MOST_ITERATIONS,
) -> Weights:
    """Fit the margins in turn until all hold at once, to a relative tolerance.

    Packages stop far earlier by default and differ from the solution in the fourth
    digit; this goes on until no margin is off by more than the tolerance, or fails.
    """
    n, weight = _prepared(counts, base, margins)
    indices = [_index(margin) for margin in margins]
    gap = np.inf
    for iteration in range(1, most_iterations + 1):
        # Weights that run away to infinity are what no convergence looks like.
        with np.errstate(over="ignore", invalid="ignore"):
            for index, margin in zip(indices, margins, strict=True):
                weight = _fitted(n, weight, index, margin)
        if not np.isfinite(weight).all():
            raise ConvergenceError("Raking did not converge: weights grow without end")
        gap = largest_gap(n, weight, margins)
        if gap <= tolerance:
            return Weights(weight, iteration, gap)
    raise ConvergenceError(
        f"Raking did not converge in {most_iterations} iterations:"
        f" a margin is still off by {gap:.2e} of its target"
    )


def largest_gap(
    counts: ArrayLike, weights: ArrayLike, margins: Sequence[Margin]
) -> float:
    """Return by how much of its target the worst level is off."""
    weighted = np.asarray(counts, dtype=float) * np.asarray(weights, dtype=float)
    worst = 0.0
    for margin in margins:
        target = np.array(list(margin.targets.values()), dtype=float)
        sums = np.bincount(_index(margin), weights=weighted, minlength=len(target))
        where = target > 0
        worst = max(worst, float(np.max(np.abs(sums[where] / target[where] - 1))))
    return worst


def trim(
    counts: ArrayLike,
    weights: ArrayLike,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    is_strict: bool = True,
) -> Numbers:
    """Cut weights to bounds and share what was cut among the others, equally.

    The sum stays. Once may push others over a bound; strict goes on until none is.
    """
    n = np.asarray(counts, dtype=float)
    weight = np.asarray(weights, dtype=float).copy()
    total, people = float((n * weight).sum()), float(n.sum())
    if low > high or not low * people <= total * (1 + 1e-12) <= high * people * (
        1 + 2e-12
    ):
        raise TrimmingError(
            f"Weights of mean {total / people:g} cannot all lie between {low:g} and {high:g}"
        )
    has_people = n > 0
    for _round in range(1_000):
        # A weight that equals a bound is inside; sharing may leave it off by rounding.
        slack = 1e-12 * max(1.0, float(np.max(np.abs(weight))))
        outside = has_people & ((weight < low - slack) | (weight > high + slack))
        if not outside.any():
            return weight
        cut = np.clip(weight, low, high)
        spare = float((n * (weight - cut))[outside].sum())
        inside = has_people & ~outside
        if not inside.any():
            raise TrimmingError(
                "Every weight is out of bounds: nothing can take the rest"
            )
        weight = np.where(outside, cut, weight)
        weight[inside] += spare / float(n[inside].sum())
        if not is_strict:
            return weight
    raise TrimmingError("Trimming did not come to rest")


def design_effect(counts: ArrayLike, weights: ArrayLike) -> float:
    """Return Kish's design effect of weights: n·Σw² / (Σw)²."""
    n = np.asarray(counts, dtype=float)
    weight = np.asarray(weights, dtype=float)
    return float(n.sum() * (n * weight**2).sum() / (n * weight).sum() ** 2)


def effective_number(counts: ArrayLike, weights: ArrayLike) -> float:
    n = np.asarray(counts, dtype=float)
    weight = np.asarray(weights, dtype=float)
    return float((n * weight).sum() ** 2 / (n * weight**2).sum())
