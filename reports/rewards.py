"""What the law gives to who reported: a sum in MCI by gravity, or a share of the damage.

Order of the Agency's chair, in force from 15 September 2023, as described on kazface.kz and
mgorod.kz: up to 1,000 MCI of bribe or damage, or without any, 30, 40, 50, 70 or 100 MCI;
above, 10 per cent, at most 4,000 MCI. The numbers are rows that staff edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

TIYN = Decimal("0.01")
# Enough for any sum a form takes: nothing is rounded before the end.
EXACT = Context(prec=60)


@dataclass(frozen=True)
class Rates:
    """The rule of a time, in monthly calculation indices and per cent."""

    fixed: Mapping[str, int]
    threshold: int
    percent: int
    cap: int


def reward(
    *, gravity: str, damage: Decimal | None, index: Decimal, rates: Rates
) -> Decimal:
    """Return the reward in tenge, to the tiyn."""
    if damage is None or damage <= EXACT.multiply(index, Decimal(rates.threshold)):
        return _rounded(EXACT.multiply(index, Decimal(rates.fixed[gravity])))
    share = EXACT.divide(EXACT.multiply(damage, Decimal(rates.percent)), Decimal(100))
    return _rounded(min(share, EXACT.multiply(index, Decimal(rates.cap))))


def _rounded(tenge: Decimal) -> Decimal:
    return tenge.quantize(TIYN, rounding=ROUND_HALF_UP, context=EXACT)
