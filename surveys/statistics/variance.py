"""Standard errors of weighted means and totals by linearisation.

Taylor linearisation for samples drawn with replacement, with calibration residuals
(Deville and Särndal 1992) where weights were fitted to margins, as R's `survey` does:
without that an estimate looks less certain than it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveys.statistics.weights import Margin

Numbers = NDArray[np.float64]


class VarianceError(Exception):
    """There are too few people or sampling units for a standard error."""


@dataclass(frozen=True)
class Estimate:
    value: float
    se: float
    n: float
    degrees: float

    @property
    def variance(self) -> float:
        return self.se**2


@dataclass(frozen=True)
class Design:
    """Cells of equal people: how many, their weight, and how they came to it.

    `counts` people in each cell have the weight `weights`. Clusters and strata, if given,
    ask for rows: a cell then lies in one cluster of one stratum. `sampled` is the share of
    clusters of a stratum that was drawn.
    """

    counts: Numbers
    weights: Numbers
    margins: Sequence[Margin] = ()
    calibration: Literal["none", "poststratify", "rake"] = "none"
    base: Numbers | None = None
    strata: Sequence[str] | None = None
    clusters: Sequence[str] | None = None
    sampled: float = 0.0

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom: sampling units less strata."""
        strata = set(self.strata) if self.strata is not None else {""}
        if self.clusters is None:
            return float(self.counts.sum()) - len(strata)
        units = set(
            zip(self.strata or [""] * len(self.clusters), self.clusters, strict=True)
        )
        return float(len(units) - len(strata))


def design(counts: ArrayLike, weights: ArrayLike, **how: object) -> Design:
    n = np.asarray(counts, dtype=float)
    base = how.pop("base", None)
    return Design(
        n,
        np.broadcast_to(np.asarray(weights, dtype=float), n.shape),
        base=None
        if base is None
        else np.broadcast_to(np.asarray(base, dtype=float), n.shape),
        **how,  # type: ignore[arg-type]
    )


def residuals(values: Numbers, sample: Design) -> Numbers:
    """Return what of values the margins do not explain."""
    if sample.calibration == "none" or not sample.margins:
        return values
    columns = [
        np.array([level == wanted for level in margin.levels], dtype=float)
        for margin in sample.margins
        for wanted in margin.targets
    ]
    regressors = np.column_stack(columns)
    weight = sample.counts
    if sample.calibration == "poststratify" and sample.base is not None:
        weight = weight * sample.base
    root = np.sqrt(weight)[:, None]
    solved, *_rest = np.linalg.lstsq(
        regressors * root,
        values * root if values.ndim > 1 else values * root[:, 0],
        rcond=None,
    )
    return np.asarray(values - regressors @ solved)


def covariance(influence: Numbers, sample: Design) -> Numbers:
    """Return the covariance of totals whose terms are weighted influences.

    `influence` has one row for each cell and one column for each total; every person of
    the cell contributes it once.
    """
    values = influence if influence.ndim > 1 else influence[:, None]
    scale = 1 - sample.sampled
    strata = np.array(
        sample.strata if sample.strata is not None else [""] * len(values)
    )
    total = np.zeros((values.shape[1], values.shape[1]))
    for stratum in np.unique(strata):
        here = strata == stratum
        if sample.clusters is None:
            counts, terms = sample.counts[here], values[here]
        else:
            clusters = np.array(sample.clusters)[here]
            names, places = np.unique(clusters, return_inverse=True)
            terms = np.zeros((len(names), values.shape[1]))
            np.add.at(terms, places, values[here] * sample.counts[here][:, None])
            counts = np.ones(len(names))
        units = counts.sum()
        if units < 2:
            raise VarianceError("A stratum has a single sampling unit")
        mean = (counts[:, None] * terms).sum(axis=0) / units
        centred = terms - mean
        total += units / (units - 1) * (centred * counts[:, None]).T @ centred
    return np.asarray(scale * total)


def ratio(numerator: ArrayLike, denominator: ArrayLike, sample: Design) -> Estimate:
    """Estimate Σw·y / Σw·x: a mean in a group, where x says who is in the group.

    `numerator` and `denominator` are means over the people of each cell; where a cell's
    people differ, give cells finer than the weights are.
    """
    y = np.asarray(numerator, dtype=float)
    x = np.asarray(denominator, dtype=float)
    weighted = sample.counts * sample.weights
    below = float((weighted * x).sum())
    if below <= 0:
        raise VarianceError("Nobody is in the base")
    value = float((weighted * y).sum()) / below
    left = residuals((y - value * x) / below, sample)
    variance = float(covariance(sample.weights * left, sample)[0, 0])
    n = float(sample.counts[x > 0].sum())
    return Estimate(value, float(np.sqrt(max(variance, 0.0))), n, sample.degrees)


def mean(values: ArrayLike, sample: Design) -> Estimate:
    return ratio(values, np.ones_like(np.asarray(values, dtype=float)), sample)


def total(values: ArrayLike, sample: Design) -> Estimate:
    y = np.asarray(values, dtype=float)
    value = float((sample.counts * sample.weights * y).sum())
    variance = float(covariance(sample.weights * residuals(y, sample), sample)[0, 0])
    return Estimate(
        value,
        float(np.sqrt(max(variance, 0.0))),
        float(sample.counts.sum()),
        sample.degrees,
    )


def design_effect_of(found: Estimate, unweighted_n: float) -> float:
    """Return how much larger the variance is than that of as many drawn simply."""
    simple = found.value * (1 - found.value) / (unweighted_n - 1)
    return found.variance / simple if simple > 0 else 1.0
