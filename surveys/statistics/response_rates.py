"""Response rates after AAPOR, Standard Definitions, 10th edition (2023)."""

from dataclasses import dataclass


class DispositionError(Exception):
    """Numbers of cases that cannot be."""


@dataclass(frozen=True)
class Dispositions:
    """How the cases of a sample ended: AAPOR's letters, in its words.

    `unknown` are cases of which nobody knows whether they belonged to the population, and
    `eligible_share` is the share of them that is taken to have done so.
    """

    complete: int
    partial: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    unknown: int = 0
    eligible_share: float = 1.0

    def __post_init__(self) -> None:
        numbers = (
            *(self.complete, self.partial, self.refused),
            *(self.not_reached, self.other, self.unknown),
        )
        if any(n < 0 for n in numbers) or not 0 <= self.eligible_share <= 1:
            raise DispositionError("A number of cases is negative or a share is none")


def response_rates(cases: Dispositions) -> dict[str, float]:
    """Return RR1 to RR6; those over nobody are left out."""
    known = (
        cases.complete + cases.partial + cases.refused + cases.not_reached + cases.other
    )
    answered = cases.complete + cases.partial
    bases = {
        "RR1": (cases.complete, known + cases.unknown),
        "RR2": (answered, known + cases.unknown),
        "RR3": (cases.complete, known + cases.eligible_share * cases.unknown),
        "RR4": (answered, known + cases.eligible_share * cases.unknown),
        "RR5": (cases.complete, known),
        "RR6": (answered, known),
    }
    return {name: above / below for name, (above, below) in bases.items() if below > 0}
