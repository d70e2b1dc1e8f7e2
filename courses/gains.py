"""What was gained between the test before and the one after learning."""

from dataclasses import dataclass
from decimal import Decimal

from courses.models import Attempt, Quiz


def gain(before: float, after: float) -> float | None:
    """Return the normalised gain of two percentages (Hake 1998); None from 100."""
    return (after - before) / (100 - before) if before < 100 else None


@dataclass(frozen=True)
class Before:
    """What somebody knew before learning, and the share of the rest gained since."""

    percent: Decimal
    gain: float | None


def before_learning(attempt: Attempt) -> Before | None:
    """Compare a finished final attempt with the test taken before learning."""
    if attempt.quiz.role != Quiz.Role.FINAL:
        return None
    rows = attempt.enrolment.attempts.filter(quiz__role=Quiz.Role.PRE).finished()
    pre = rows.order_by("number").first()
    if pre is None:
        return None
    return Before(pre.percent, gain(float(pre.percent), float(attempt.percent)))
