"""What a learner is shown of a finished attempt, as the test's rule allows."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from courses.answers import Shown, show
from courses.grading import CHOICES
from courses.models import Attempt, AttemptItem, QuestionVersion, Quiz
from foundation.languages import Text, pick

Kind = QuestionVersion.Kind


@dataclass(frozen=True)
class Reviewed:
    shown: Shown
    mark: Decimal
    max_mark: Decimal
    is_right: bool
    given: list[Text | str]
    right: list[Text | str]
    feedback: list[Text]
    explanation: Text


def may_review(attempt: Attempt) -> bool:
    if attempt.state not in (Attempt.State.SUBMITTED, Attempt.State.EXPIRED):
        return False
    rule = attempt.quiz.review
    if rule == Quiz.Review.AFTER_PASS:
        return bool(attempt.passed)
    return rule == Quiz.Review.ALWAYS


def reviewed(attempt: Attempt) -> list[Reviewed]:
    """Return the answers with their keys, or nothing where they stay closed."""
    if not may_review(attempt):
        return []
    return [_review(item) for item in attempt.items.select_related("question")]


def _review(item: AttemptItem) -> Reviewed:
    version, mark = item.question, item.mark or Decimal(0)
    given, right = READERS.get(Kind(version.kind), _choices)(
        version.body, item.response
    )
    return Reviewed(
        shown=show(item),
        mark=mark.normalize(),
        max_mark=item.max_mark.normalize(),
        is_right=mark == item.max_mark,
        given=given,
        right=right,
        feedback=_feedback(item),
        explanation=version.read("explanation"),
    )


Lists = tuple[list[Text | str], list[Text | str]]


def _feedback(item: AttemptItem) -> list[Text]:
    if item.question.kind not in CHOICES:
        return []
    chosen = _as_list(item.response)
    texts = [
        pick(choice.get("feedback") or {})
        for choice in item.question.body["choices"]
        if choice["key"] in chosen
    ]
    return [text for text in texts if text]


def _as_list(response: Any) -> list[Any]:
    return response if isinstance(response, list) else [response]


def _choices(body: dict[str, Any], response: Any) -> Lists:
    chosen = _as_list(response)
    given = [pick(c["text"]) for c in body["choices"] if c["key"] in chosen]
    best = max(Fraction(c["fraction"]) for c in body["choices"])
    several = sum(Fraction(c["fraction"]) > 0 for c in body["choices"]) > 1 and best < 1
    right = [
        pick(c["text"])
        for c in body["choices"]
        if (Fraction(c["fraction"]) > 0 if several else Fraction(c["fraction"]) == best)
    ]
    return list(given), list(right)


def _short(body: dict[str, Any], response: Any) -> Lists:
    firsts = {code: texts[0] for code, texts in body["answers"].items() if texts}
    return [response or ""], [pick(firsts)]


def _numeric(body: dict[str, Any], response: Any) -> Lists:
    return [response or ""], [str(body["value"])]


def _matching(body: dict[str, Any], response: Any) -> Lists:
    given = response or {}
    rights = {pair["key"]: pick(pair["right"]) for pair in body["pairs"]}
    return (
        [
            f"{pick(p['left'])} – {rights.get(given.get(p['key']), '')}"
            for p in body["pairs"]
        ],
        [f"{pick(p['left'])} – {rights[p['key']]}" for p in body["pairs"]],
    )


def _ordering(body: dict[str, Any], response: Any) -> Lists:
    texts = {step["key"]: pick(step["text"]) for step in body["steps"]}
    return [texts[key] for key in response or [] if key in texts], list(texts.values())


def _cloze(body: dict[str, Any], response: Any) -> Lists:
    given = response or {}
    chosen: list[Text | str] = []
    right: list[Text | str] = []
    for gap in body["gaps"]:
        for option in gap["options"]:
            if option["key"] == given.get(gap["key"]):
                chosen.append(pick(option["text"]))
            if option["is_right"]:
                right.append(pick(option["text"]))
    return chosen, right


READERS = {
    Kind.SHORT: _short,
    Kind.NUMERIC: _numeric,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
    Kind.CLOZE: _cloze,
}
