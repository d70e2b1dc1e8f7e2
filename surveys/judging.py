"""Whether what was aimed at was reached: the figure of the next wave tells."""

from collections.abc import Iterable
from dataclasses import dataclass

from surveys.comparing import WORDS, break_between, tested
from surveys.definition import Question
from surveys.models import Estimate, PolicyAction, Release
from surveys.results import countable
from surveys.statistics.comparisons import Trend

HIDDEN = "hidden"


@dataclass(frozen=True)
class Judgement:
    """What the next wave says of a target.

    `obstacle` tells why it says nothing: the words changed, the sample is of another
    kind, or the figure is not shown.
    """

    release: Release
    obstacle: str = ""
    percent: float | None = None
    is_reached: bool = False
    # None where no test is possible.
    change: Trend | None = None


def judge(actions: Iterable[PolicyAction]) -> None:
    """Give each action with a target its judgement, once there is a next wave."""
    for action in actions:
        if action.has_target:
            action.judgement = judgement_of(action)


def next_release(action: PolicyAction) -> Release | None:
    """Return the published results of the first wave asked after the finding's."""
    wave = action.finding.wave
    return (
        Release.objects.published()
        .filter(
            wave__questionnaire__survey=wave.questionnaire.survey_id,
            wave__opens_on__gt=wave.closes_on,
        )
        .select_related("wave__questionnaire__survey")
        .order_by("wave__closes_on", "wave__pk")
        .first()
    )


def judgement_of(action: PolicyAction) -> Judgement | None:
    release = next_release(action)
    if release is None or action.target_to is None:
        return None
    wave = action.finding.wave
    now = _question(release, action.target_question)
    definition = wave.questionnaire.definition
    then = {name: question for name, question, _row in countable(definition)}
    asked = then.get(action.target_question)
    why = break_between(asked, now, (wave, release.wave)) if now else WORDS
    if why:
        return Judgement(release, why)
    figure = _figure(release, action)
    if figure is None or figure.p is None:
        return Judgement(release, HIDDEN)
    before = Release.objects.published().filter(wave=wave).first()
    earlier = _figure(before, action) if before else None
    # So that twenty of a hundred are twenty per cent, not a little more.
    percent = round(100 * figure.p, 9)
    start = action.target_from
    if start is None:
        start = 100 * earlier.p if earlier and earlier.p is not None else 0
    goes_down = action.target_to < start
    is_reached = (
        percent <= action.target_to if goes_down else percent >= action.target_to
    )
    change = tested(earlier, figure) if earlier else None
    return Judgement(release, "", percent, is_reached, change)


def _question(release: Release, name: str) -> Question | None:
    for known, question, _row in countable(release.wave.questionnaire.definition):
        if known == name:
            return question
    return None


def _figure(release: Release, action: PolicyAction) -> Estimate | None:
    return release.estimates.filter(
        split="", question=action.target_question, code=action.target_code
    ).first()
