"""Tests: whether a share changed between waves, whether two answers hang together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from surveys.statistics.intervals import LEVEL
from surveys.statistics.variance import Design, covariance, residuals

SIGNIFICANT = 0.05


class ComparisonError(Exception):
    """There is nothing to compare."""


@dataclass(frozen=True)
class Trend:
    difference: float
    se: float
    z: float
    p: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        return self.p < SIGNIFICANT


def trend(
    p_before: float,
    se_before: float,
    p_after: float,
    se_after: float,
    level: float = LEVEL,
) -> Trend:
    """Compare a share of two independent waves."""
    se = sqrt(se_before**2 + se_after**2)
    if not se > 0:
        raise ComparisonError("Without standard errors no change can be judged")
    difference = p_after - p_before
    z = difference / se
    half = float(scipy.special.ndtri((1 + level) / 2)) * se
    return Trend(
        difference,
        se,
        z,
        float(2 * scipy.special.ndtr(-abs(z))),
        difference - half,
        difference + half,
    )


def simple_se(p: float, n: float, deff: float = 1.0) -> float:
    return sqrt(p * (1 - p) / n * deff)


@dataclass(frozen=True)
class Association:
    """The Rao–Scott test of independence with Satterthwaite's correction."""

    chi_square: float
    f: float
    numerator_degrees: float
    denominator_degrees: float
    p: float


def rao_scott(
    rows: Sequence[str], columns: Sequence[str], sample: Design
) -> Association:
    """Test whether two answers hang together, the design taken into account.

    Second-order correction of Rao and Scott (1984), the default of R's `svychisq`: the
    mean design effect of the contrasts scales Pearson's statistic, their spread gives the
    degrees of freedom.
    """
    row_levels, column_levels = sorted(set(rows)), sorted(set(columns))
    many = (len(row_levels), len(column_levels))
    if min(many) < 2:
        raise ComparisonError("An answer that everybody gave cannot be compared")
    cells = [(r, c) for r in row_levels for c in column_levels]
    inside = np.array(
        [
            [(r, c) == cell for cell in cells]
            for r, c in zip(rows, columns, strict=True)
        ],
        dtype=float,
    )
    weighted = sample.counts * sample.weights
    share = weighted @ inside / weighted.sum()
    table = share.reshape(many)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    if (expected <= 0).any():
        raise ComparisonError("A level of an answer has no weight")
    n = float(sample.counts.sum())
    chi_square = float(n * ((table - expected) ** 2 / expected).sum())
    left = residuals((inside - share) / weighted.sum(), sample)
    spread = covariance(sample.weights[:, None] * left, sample)
    eigenvalues = _effects(expected.ravel(), spread, many, n)
    trace = eigenvalues.sum()
    numerator = float(trace**2 / (eigenvalues**2).sum())
    f = chi_square / float(trace)
    denominator = numerator * sample.degrees
    return Association(
        chi_square,
        f,
        numerator,
        denominator,
        float(scipy.special.fdtrc(numerator, denominator, f)),
    )


def _effects(
    expected: ArrayLike, spread: NDArray[np.float64], many: tuple[int, int], n: float
) -> NDArray[np.float64]:
    """Return the design effects of the contrasts of interaction."""
    share = np.asarray(expected)
    row = np.repeat(np.arange(many[0]), many[1])
    column = np.tile(np.arange(many[1]), many[0])
    main = [np.ones(len(share))]
    main += [(row == r).astype(float) for r in range(1, many[0])]
    main += [(column == c).astype(float) for c in range(1, many[1])]
    both = [
        ((row == r) & (column == c)).astype(float)
        for r in range(1, many[0])
        for c in range(1, many[1])
    ]
    x1, x2 = np.column_stack(main), np.column_stack(both)
    # Interactions made orthogonal to the main effects in the metric of the shares.
    weight = np.diag(share)
    apart = x2 - x1 @ np.linalg.solve(x1.T @ weight @ x1, x1.T @ weight @ x2)
    simple = apart.T @ (weight - np.outer(share, share)) @ apart / n
    observed = apart.T @ spread @ apart
    return np.real(np.linalg.eigvals(np.linalg.solve(simple, observed)))
