"""Grade an answer: pure, exact, and the only reader of a question's keys.

The body of a question, by kind:
- single, multiple, true_false, dilemma: `choices` of key, fraction, pinned, text, feedback
- short: `answers` by language; numeric: `value`, `tolerance`
- matching: `pairs` of key, left, right; ordering: `steps` of key, text in right order
- cloze: `text` with {1}, {2}; `gaps` of key and options of key, text, is_right
"""

import random
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from courses.models import QuestionVersion

Body = dict[str, Any]
Kind = QuestionVersion.Kind
STEP = Decimal("0.00001")
CHOICES = {Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE, Kind.DILEMMA}
LONGEST_ANSWER = 500


def options(kind: str, body: Body) -> list[dict[str, Any]]:
    """Return what is put in an order of its own for each attempt."""
    parts = {Kind.MATCHING: "pairs", Kind.ORDERING: "steps"}
    name = "choices" if kind in CHOICES else parts.get(Kind(kind), "")
    found: list[dict[str, Any]] = body.get(name, [])
    return found


def option_order(
    kind: str, body: Body, chance: random.Random, shuffle: bool
) -> list[int]:
    """Return an order of the options; pinned ones keep their place.

    Matching and ordering are always shuffled: their own order is the key.
    """
    rows = options(kind, body)
    order = list(range(len(rows)))
    if not shuffle and kind not in (Kind.MATCHING, Kind.ORDERING):
        return order
    free = [place for place in order if not rows[place].get("pinned")]
    moved = free.copy()
    chance.shuffle(moved)
    for place, row in zip(free, moved, strict=True):
        order[place] = row
    return order


def grade(kind: str, scoring: str, body: Body, response: Any, top: Decimal) -> Decimal:
    """Return the mark, from 0 to `top`."""
    if response in (None, "", [], {}):
        return Decimal(0)
    share = min(
        max(GRADERS[Kind(kind)](body, response, scoring), Fraction(0)), Fraction(1)
    )
    exact = Decimal(share.numerator) * top / Decimal(share.denominator)
    return exact.quantize(STEP)


def _choice(body: Body, response: Any, scoring: str) -> Fraction:
    for choice in body["choices"]:
        if choice["key"] == response:
            return Fraction(choice["fraction"])
    return Fraction(0)


def _multiple(body: Body, response: Any, scoring: str) -> Fraction:
    fractions = {c["key"]: Fraction(c["fraction"]) for c in body["choices"]}
    chosen = {key for key in response if key in fractions}
    right = {key for key, fraction in fractions.items() if fraction > 0}
    if scoring == QuestionVersion.Scoring.ALL_OR_NOTHING:
        return Fraction(chosen == right)
    if scoring == QuestionVersion.Scoring.PARTIAL:
        # Whoever ticks everything knows nothing.
        if len(chosen) > len(right):
            return Fraction(0)
        return sum((fractions[key] for key in chosen & right), Fraction(0))
    return sum((fractions[key] for key in chosen), Fraction(0))


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _short(body: Body, response: Any, scoring: str) -> Fraction:
    known = {fold(text) for texts in body["answers"].values() for text in texts}
    return Fraction(fold(str(response)) in known)


def read_number(text: str) -> Decimal | None:
    """Read a number as people write it: 1 000, 0,5, 0.5."""
    plain = "".join(str(text).split()).replace(",", ".").removesuffix("%")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _numeric(body: Body, response: Any, scoring: str) -> Fraction:
    value = read_number(response)
    if value is None:
        return Fraction(0)
    gap = abs(Fraction(value) - Fraction(body["value"]))
    return Fraction(gap <= Fraction(body.get("tolerance") or 0))


def _share(right: int, total: int, scoring: str) -> Fraction:
    if scoring == QuestionVersion.Scoring.ALL_OR_NOTHING:
        return Fraction(right == total)
    return Fraction(right, total)


def _matching(body: Body, response: Any, scoring: str) -> Fraction:
    keys = [pair["key"] for pair in body["pairs"]]
    return _share(sum(response.get(key) == key for key in keys), len(keys), scoring)


def _ordering(body: Body, response: Any, scoring: str) -> Fraction:
    keys = [step["key"] for step in body["steps"]]
    right = sum(a == b for a, b in zip(keys, response, strict=False))
    return _share(right, len(keys), scoring)


def _cloze(body: Body, response: Any, scoring: str) -> Fraction:
    right = sum(
        response.get(gap["key"]) == option["key"]
        for gap in body["gaps"]
        for option in gap["options"]
        if option["is_right"]
    )
    return _share(right, len(body["gaps"]), scoring)


GRADERS: dict[str, Callable[[Body, Any, str], Fraction]] = {
    Kind.SINGLE: _choice,
    Kind.TRUE_FALSE: _choice,
    Kind.DILEMMA: _choice,
    Kind.MULTIPLE: _multiple,
    Kind.SHORT: _short,
    Kind.NUMERIC: _numeric,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
    Kind.CLOZE: _cloze,
}
