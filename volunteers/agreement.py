"""How far several observers of one place agree.

For each question of the checklist: the share of pairs of observers who gave the same
answer, of all pairs who answered it (the observed agreement of Fleiss' kappa). The
figure of a place is the mean over its questions. "Not known" is no answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from volunteers.models import Initiative, Observation

KNOWN = ("yes", "no")


@dataclass(frozen=True)
class Agreement:
    reference: str
    observers: int
    share: float


def agreement(answers: Iterable[Mapping[str, str]]) -> float | None:
    """Return the mean agreement, 0 to 1; None where no two answered one question."""
    given: dict[str, Counter[str]] = {}
    for sheet in answers:
        for question, answer in sheet.items():
            if answer in KNOWN:
                given.setdefault(question, Counter())[answer] += 1
    shares = [_same_pairs(counts) for counts in given.values() if counts.total() > 1]
    return sum(shares) / len(shares) if shares else None


def _same_pairs(counts: Counter[str]) -> float:
    total = counts.total()
    same = sum(number * (number - 1) for number in counts.values())
    return same / (total * (total - 1))


def agreement_in(initiative: Initiative) -> list[Agreement]:
    """Return the figure of each place that several people observed."""
    rows = Observation.objects.verified().filter(initiative=initiative)
    found = []
    ordered = rows.order_by("reference_key", "pk")
    for _key, group in groupby(ordered, lambda row: row.reference_key):
        sheets = list(group)
        people = {row.profile_id or f"erased {row.pk}" for row in sheets}
        share = agreement(row.answers for row in sheets)
        if len(people) > 1 and share is not None:
            found.append(Agreement(sheets[0].reference, len(people), share))
    return found
