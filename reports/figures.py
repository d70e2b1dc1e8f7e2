"""Make counts fit to be shown: no number under five, and none to be had by subtraction.

Groups under five are put together, and the smallest group that could stand alone joins
them, with all that are as small: two groups of four alone would add up to eight and so be
known. What stands under `OTHER` has several readings for whoever knows the rule, the groups and the sum
(`tests/reports/test_figures.py` looks at all of them).
"""

from collections.abc import Mapping

FEWEST = 5
OTHER = "other"


def shown(counts: Mapping[str, int]) -> dict[str, int]:
    """Return what may be shown of the parts of one whole; nothing if it is under five."""
    alone = {code: n for code, n in counts.items() if n >= FEWEST and code != OTHER}
    is_any_small = any(0 < n < FEWEST for n in counts.values())
    if is_any_small and alone:
        smallest = min(alone.values())
        alone = {code: n for code, n in alone.items() if n > smallest}
    rest = sum(counts.values()) - sum(alone.values())
    return alone | ({OTHER: rest} if rest >= FEWEST else {})
