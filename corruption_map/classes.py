"""Put the values of a map into at most five classes.

Each method returns the classes' upper bounds, rising, the last one the greatest value;
a value belongs to the first class whose bound it does not exceed. Equal values are
never torn apart, so there may be fewer classes than asked for.
"""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

CLASSES = 5


def quantile(values: Sequence[Decimal], classes: int = CLASSES) -> list[Decimal]:
    """About as many values in each class."""
    ordered = sorted(values)
    bounds = {
        ordered[-(-len(ordered) * step // classes) - 1]
        for step in range(1, classes + 1)
    }
    return sorted(bounds)


def equal(values: Sequence[Decimal], classes: int = CLASSES) -> list[Decimal]:
    """Classes of one width between the least and the greatest value."""
    least, greatest = min(values), max(values)
    if least == greatest:
        return [greatest]
    width = (greatest - least) / classes
    return [*(least + width * step for step in range(1, classes)), greatest]


def natural(values: Sequence[Decimal], classes: int = CLASSES) -> list[Decimal]:
    """Natural breaks: the least sum of squared distances from the class means.

    Optimal by dynamic programming over the sorted distinct values (Fisher 1958,
    “On grouping for maximum homogeneity”), O(classes · n²).
    """
    ordered = sorted(values)
    starts = [0, *(i for i in range(1, len(ordered)) if ordered[i] != ordered[i - 1])]
    classes = min(classes, len(starts))
    ends = [*starts[1:], len(ordered)]
    cost = [_spread(ordered[:end]) for end in ends]
    cuts: list[list[int]] = []
    for _ in range(1, classes):
        best = [
            min(
                (cost[split] + _spread(ordered[ends[split] : end]), split)
                for split in range(last)
            )
            if last
            else (cost[0], 0)
            for last, end in enumerate(ends)
        ]
        cost = [value for value, _ in best]
        cuts.append([split for _, split in best])
    return _bounds(ordered, ends, cuts)


def _spread(values: Sequence[Decimal]) -> Decimal:
    mean = sum(values, Decimal(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Decimal(0))


def _bounds(
    ordered: Sequence[Decimal], ends: Sequence[int], cuts: Sequence[Sequence[int]]
) -> list[Decimal]:
    last = len(ends) - 1
    bounds = [ordered[-1]]
    for cut in reversed(cuts):
        last = cut[last]
        bounds.append(ordered[ends[last] - 1])
    return sorted(set(bounds))


METHODS = {"quantile": quantile, "equal": equal, "natural": natural}


def class_of(value: Decimal, bounds: Sequence[Decimal]) -> int:
    """Return the class of a value, counted from 1."""
    return min(bisect_left(bounds, value), len(bounds) - 1) + 1


def ranges(
    values: Sequence[Decimal], bounds: Sequence[Decimal]
) -> list[tuple[Decimal, Decimal]]:
    """Return the least and the greatest value of each class, else its bound twice."""
    members: list[list[Decimal]] = [[] for _ in bounds]
    for value in values:
        members[class_of(value, bounds) - 1].append(value)
    return [
        (min(inside, default=bound), max(inside, default=bound))
        for inside, bound in zip(members, bounds, strict=True)
    ]
