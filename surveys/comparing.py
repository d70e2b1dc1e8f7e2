"""Compare a release with that of the wave before, where the wording is the same."""

from dataclasses import dataclass

from foundation.languages import Text, pick
from surveys.definition import Question
from surveys.models import Estimate, Release, Wave
from surveys.results import countable, labels
from surveys.statistics.comparisons import ComparisonError, Trend, trend

# Why two figures are not to be compared.
WORDS, SAMPLE = "words", "sample"


@dataclass(frozen=True)
class Change:
    """A share now and before. Without a p the two are not to be compared."""

    title: Text
    label: Text
    before: float
    now: float
    is_broken: bool
    p: float | None = None
    is_significant: bool = False


def release_before(release: Release) -> Release | None:
    return (
        Release.objects.published()
        .filter(
            wave__questionnaire__survey=release.wave.questionnaire.survey,
            wave__closes_on__lt=release.wave.opens_on,
        )
        .order_by("-wave__closes_on")
        .first()
    )


def changes(release: Release) -> list[Change]:
    """Return how shares changed; a break where the words changed is said, not tested."""
    before = release_before(release)
    if before is None:
        return []
    old = {
        (e.question, e.code): e
        for e in before.estimates.filter(split="", p__isnull=False)
    }
    now = {
        name: question
        for name, question, _row in countable(release.wave.questionnaire.definition)
    }
    then = {
        name: question
        for name, question, _row in countable(before.wave.questionnaire.definition)
    }
    found = []
    for estimate in release.estimates.filter(split="", p__isnull=False):
        earlier = old.get((estimate.question, estimate.code))
        question = now.get(estimate.question)
        if earlier is None or question is None:
            continue
        is_broken = not same_words(question, then.get(estimate.question))
        found.append(_change(question, estimate, earlier, is_broken=is_broken))
    return found


def same_words(now: Question, then: Question | None) -> bool:
    """Tell whether two wordings ask the same: text, answers and who is asked."""
    names = ("text", "choices", "rows", "base", "kind", "limits")
    return then is not None and all(
        getattr(now, name) == getattr(then, name) for name in names
    )


def break_between(
    before: Question | None, now: Question, waves: tuple[Wave, Wave]
) -> str:
    """Say why two waves of a question are not to be compared, if they are not."""
    if not same_words(now, before):
        return WORDS
    if waves[0].sample != waves[1].sample:
        return SAMPLE
    return ""


def _change(
    question: Question, estimate: Estimate, earlier: Estimate, *, is_broken: bool
) -> Change:
    label = next(
        (
            words
            for code, words, _m in labels(question, {estimate.code: 1})
            if code == estimate.code
        ),
        Text(estimate.code, ""),
    )
    assert estimate.p is not None
    assert earlier.p is not None
    found = None if is_broken else tested(earlier, estimate)
    return Change(
        pick(dict(question.text)),
        label,
        earlier.p,
        estimate.p,
        is_broken,
        found.p if found else None,
        bool(found and found.is_significant),
    )


def tested(before: Estimate, now: Estimate) -> Trend | None:
    """Test whether a share changed; None where no test is possible."""
    if before.p is None or before.se is None or now.p is None or now.se is None:
        return None
    try:
        return trend(before.p, before.se, now.p, now.se)
    except ComparisonError:
        return None
