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
    attacker = Attacker(counts, shown, rows, columns)
    for place, (row, column) in enumerate(np.argwhere(~shown)):
        if counts[row, column] and attacker.tells(place):
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


class Attacker:
    """Who knows the cells shown, the known totals and that no count is negative.

    Each table he finds possible says something of every hidden cell: he looks for
    another one only where those he has leave a cell too little room. Hidden cells are
    numbered row by row.
    """

    def __init__(
        self,
        counts: Counts,
        shown: Shown,
        rows: Sequence[bool] | NDArray[np.bool_],
        columns: Sequence[bool] | NDArray[np.bool_],
    ) -> None:
        hidden = np.argwhere(~shown)
        self.counts = counts[~shown]
        # The least and greatest of each cell in the tables found; the true one is one.
        self.low = self.counts.astype(float)
        self.high = self.counts.astype(float)
        equations, totals = [], []
        for axis, are_known in enumerate((rows, columns)):
            for line in np.flatnonzero(np.asarray(are_known)):
                in_line = hidden[:, axis] == line
                equations.append(in_line.astype(float))
                totals.append(float(self.counts[in_line].sum()))
        self.known = (
            {"A_eq": np.array(equations), "b_eq": np.array(totals)} if equations else {}
        )

    def tells(self, place: int) -> bool:
        """Say whether a hidden cell is known to within five."""
        for find, is_near in (
            (self._find_greatest, self._is_near_above),
            (self._find_least, self._is_near_below),
        ):
            if is_near(place):
                find(place)
                if is_near(place):
                    return True
        return False

    def _is_near_above(self, place: int) -> bool:
        return bool(self.high[place] - self.counts[place] < MARGIN)

    def _is_near_below(self, place: int) -> bool:
        least = self.low[place]
        return bool(least > 0 and self.counts[place] - least < MARGIN)

    def _find_greatest(self, place: int) -> None:
        if not self._find(place, -1):
            self.high[place] = np.inf

    def _find_least(self, place: int) -> None:
        if not self._find(place, 1):
            self.low[place] = 0

    def _find(self, place: int, sign: int) -> bool:
        goal = np.zeros(len(self.counts))
        goal[place] = sign
        found = scipy.optimize.linprog(goal, method="highs", **self.known)
        if found.status != 0:
            return False
        self.low = np.minimum(self.low, found.x)
        self.high = np.maximum(self.high, found.x)
        return True
