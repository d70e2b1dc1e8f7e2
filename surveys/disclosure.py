"""Which cells of a table may be shown, so that no small group can be worked out.

A cell below the threshold is not shown, an empty one neither: the two look alike. Where
the rest of a line would give it away, cells that are big enough are hidden with it
(complementary suppression), until what is hidden in the line is a group that may be
known and no cell of it can be told to within five.
"""

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Shown = NDArray[np.bool_]

# No hidden cell may be known to within so many.
MARGIN = 5


def protected_line(counts: Sequence[int], smallest: int) -> list[bool]:
    """Tell which cells of one line with a known total may be shown."""
    table = np.array([counts], dtype=np.int64)
    shown = protected_table(table, smallest, columns_known=[False] * len(counts))
    return [bool(flag) for flag in shown[0]]


def still_protected(
    counts: Sequence[int], shown: Sequence[bool], smallest: int
) -> list[bool]:
    """Hide more of a line of which something was hidden for another reason."""
    flags = np.array(shown, dtype=bool)
    _hide_along(np.array(counts, dtype=np.int64), flags, smallest)
    return [bool(flag) for flag in flags]


def protected_table(
    counts: Counts,
    smallest: int,
    *,
    rows_known: Sequence[bool] | None = None,
    columns_known: Sequence[bool] | None = None,
) -> Shown:
    """Tell which cells may be shown where totals of rows and columns are known.

    A row whose own total is not shown shows nothing. The plain rule is applied until
    nothing changes; then linear programs try what combinations of totals still give,
    and what they solve is hidden too.
    """
    rows = np.array(rows_known if rows_known is not None else [True] * len(counts))
    columns = np.array(
        columns_known if columns_known is not None else [True] * counts.shape[1]
    )
    shown: Shown = (counts >= smallest) & rows[:, None]
    while True:
        _settle(counts, shown, smallest, rows, columns)
        solved = _first_solved(counts, shown, rows, columns)
        if solved is None:
            return shown
        _hide_one_more(counts, shown, solved)


def _settle(
    counts: Counts,
    shown: Shown,
    smallest: int,
    rows: NDArray[np.bool_],
    columns: NDArray[np.bool_],
) -> None:
    is_changed = True
    while is_changed:
        is_changed = False
        for row in np.flatnonzero(rows):
            is_changed |= _hide_along(counts[row], shown[row], smallest)
        for column in np.flatnonzero(columns):
            is_changed |= _hide_along(counts[:, column], shown[:, column], smallest)


def _hide_along(counts: Counts, shown: Shown, smallest: int) -> bool:
    """Hide more of a line, in place, until the hidden part is safe."""
    is_changed = False
    while not _is_safe(counts[~shown], smallest) and shown.any():
        candidates = np.flatnonzero(shown)
        shown[candidates[np.argmin(counts[candidates])]] = False
        is_changed = True
    return is_changed


def _is_safe(hidden: Counts, smallest: int) -> bool:
    total = int(hidden.sum())
    if total == 0:
        return True
    others = total - int(hidden.max())
    return len(hidden) > 1 and total >= max(smallest, 2 * MARGIN) and others >= MARGIN


def _first_solved(
    counts: Counts,
    shown: Shown,
    rows: NDArray[np.bool_],
    columns: NDArray[np.bool_],
) -> tuple[int, int] | None:
    if len(counts) == 1 or shown.all():
        return None
    low, high = hidden_bounds(counts, shown, rows, columns)
    for row, column in np.argwhere(~shown):
        n = counts[row, column]
        least, most = low[row, column], high[row, column]
        if n and (most - n < MARGIN or (n - least < MARGIN and least > 0)):
            return int(row), int(column)
    return None


def _hide_one_more(counts: Counts, shown: Shown, cell: tuple[int, int]) -> None:
    """Hide the smallest cell shown in the cell's row or column, else anywhere."""
    row, column = cell
    places = [(row, int(c)) for c in np.flatnonzero(shown[row])]
    places += [(int(r), column) for r in np.flatnonzero(shown[:, column])]
    places = places or [(int(r), int(c)) for r, c in np.argwhere(shown)]
    if places:
        shown[min(places, key=lambda place: int(counts[place]))] = False
    else:
        # Nothing is left to hide: the table as a whole tells too much of one cell, but
        # its totals alone do, which are published or hidden elsewhere.
        raise TotalsTellError


class TotalsTellError(Exception):
    """Totals alone give a small group away; the table is not to be published."""


def hidden_bounds(
    counts: Counts,
    shown: Shown,
    rows: Sequence[bool] | NDArray[np.bool_],
    columns: Sequence[bool] | NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and greatest value each cell can have, for an attacker.

    He knows the cells shown, the known totals and that no count is negative.
    """
    hidden = np.argwhere(~shown)
    low = counts.astype(float)
    high = counts.astype(float)
    if not len(hidden):
        return low, high
    equations, totals = [], []
    for row in np.flatnonzero(np.asarray(rows)):
        equations.append([float(r == row) for r, _c in hidden])
        totals.append(float(counts[row][~shown[row]].sum()))
    for column in np.flatnonzero(np.asarray(columns)):
        equations.append([float(c == column) for _r, c in hidden])
        totals.append(float(counts[:, column][~shown[:, column]].sum()))
    known = {"A_eq": np.array(equations), "b_eq": np.array(totals)} if equations else {}
    for place, (row, column) in enumerate(hidden):
        goal = np.zeros(len(hidden))
        goal[place] = 1
        least = scipy.optimize.linprog(goal, method="highs", **known)
        most = scipy.optimize.linprog(-goal, method="highs", **known)
        low[row, column] = least.fun if least.status == 0 else 0
        high[row, column] = -most.fun if most.status == 0 else np.inf
    return low, high
