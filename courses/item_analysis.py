"""Classical item analysis, as Moodle's quiz statistics define it.

A row is a person, a column an item; sample variances with n - 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
DUBIOUS = 15.0


@dataclass(frozen=True)
class Item:
    facility: float
    deviation: float | None
    discrimination: float | None
    efficiency: float | None
    weight: float | None


@dataclass(frozen=True)
class Analysis:
    items: list[Item]
    alpha: float | None
    standard_error: float | None


def analyse(marks: Matrix, tops: Matrix) -> Analysis:
    """Return the figures; what needs a variation that is not there is None."""
    people, count = marks.shape
    if people < 2:
        return Analysis(
            [
                Item(_mean(marks[:, n], tops[n]), None, None, None, None)
                for n in range(count)
            ],
            None,
            None,
        )
    totals = marks.sum(axis=1)
    spread = [_covariance(marks[:, n], totals) for n in range(count)]
    roots = [np.sqrt(value) if value >= 0 else None for value in spread]
    sum_of_roots = sum(root for root in roots if root is not None)
    items = []
    for n in range(count):
        item, rest = marks[:, n], totals - marks[:, n]
        scale = np.sqrt(np.var(item, ddof=1) * np.var(rest, ddof=1))
        shared = _covariance(item, rest)
        highest = _covariance(np.sort(item), np.sort(rest))
        root = roots[n]
        items.append(
            Item(
                _mean(item, tops[n]),
                float(np.std(item, ddof=1)),
                float(100 * shared / scale) if scale > 0 else None,
                float(100 * shared / highest) if highest > 0 else None,
                float(100 * root / sum_of_roots)
                if root is not None and sum_of_roots
                else None,
            )
        )
    return Analysis(items, *_reliability(marks, totals))


def _reliability(marks: Matrix, totals: Matrix) -> tuple[float | None, float | None]:
    count, whole = marks.shape[1], float(np.var(totals, ddof=1))
    if count < 2 or whole == 0:
        return None, None
    parts = float(np.var(marks, axis=0, ddof=1).sum())
    alpha = count / (count - 1) * (1 - parts / whole)
    return alpha, float(np.sqrt(whole) * np.sqrt(1 - alpha)) if alpha <= 1 else None


def _mean(item: Matrix, top: float) -> float:
    return float(item.mean() / top) if len(item) else 0.0


def _covariance(a: Matrix, b: Matrix) -> float:
    return float(((a - a.mean()) * (b - b.mean())).sum() / (len(a) - 1))
