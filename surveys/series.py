"""How answers went over the waves of a survey, with a break where words changed.

Drawn from published releases alone. A line ends at a break and begins anew behind it;
a figure that is not shown leaves a gap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

from foundation.languages import Text
from surveys.comparing import break_between, tested
from surveys.definition import Question
from surveys.models import Estimate, Release, Survey, Wave
from surveys.results import countable, labels
from surveys.statistics.comparisons import Trend

WIDTH, HEIGHT, EDGE = 200, 60, 8


@dataclass(frozen=True)
class Dot:
    """A figure of one wave, and where it is drawn."""

    percent: float
    x: str
    y: str
    # The ends of the interval, for a random sample.
    whisker: tuple[str, str] | None = None


@dataclass(frozen=True)
class Line:
    """One answer over the waves; None where it has no figure."""

    label: Text
    steps: list[tuple["Step", Dot | None]]
    # What is drawn as one line: the dots between two breaks.
    pieces: list[str]
    change: Trend | None

    @property
    def dots(self) -> list[Dot]:
        return [dot for _step, dot in self.steps if dot is not None]

    @property
    def is_broken(self) -> bool:
        """Tell whether its last two figures are not to be compared."""
        return bool(self.steps[-1][0].break_)


@dataclass(frozen=True)
class Step:
    """A wave of a series. A break tells why what was before is not to be compared."""

    wave: Wave
    release: Release
    break_: str = ""
    # Where the break is drawn.
    at: str = ""


@dataclass
class Series:
    title: Text
    row: Text | None
    most: int
    steps: list[Step]
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """A question as one wave asked it, with its published figures."""

    release: Release
    question: Question
    row: Text | None
    figures: dict[str, Estimate]


def series_of(survey: Survey) -> list[Series]:
    """Return every question that two waves or more asked, the newest order first."""
    by_name: dict[str, list[Asked]] = {}
    for asked in _asked(survey):
        for name, own in asked.items():
            by_name.setdefault(name, []).append(own)
    return [_series(waves) for waves in by_name.values() if len(waves) > 1]


def published_waves(survey: Survey) -> list[Release]:
    """Return the release that stands of each wave, in the order of the waves."""
    return list(
        Release.objects.published()
        .filter(wave__questionnaire__survey=survey)
        .select_related("wave__questionnaire__survey")
        .order_by("wave__closes_on", "wave__pk")
    )


def _asked(survey: Survey) -> Iterator[dict[str, Asked]]:
    for release in published_waves(survey):
        figures: dict[str, dict[str, Estimate]] = {}
        for estimate in release.estimates.filter(split="").order_by("position"):
            figures.setdefault(estimate.question, {})[estimate.code] = estimate
        definition = release.wave.questionnaire.definition
        yield {
            name: Asked(release, question, row, figures[name])
            for name, question, row in countable(definition)
            if name in figures
        }


def _series(waves: Sequence[Asked]) -> Series:
    places = _places([asked.release.wave for asked in waves])
    steps = [Step(waves[0].release.wave, waves[0].release)]
    for place, (before, now) in enumerate(pairwise(waves), start=1):
        middle = (places[place - 1] + places[place]) / 2
        both = before.release.wave, now.release.wave
        why = break_between(before.question, now.question, both)
        steps.append(Step(now.release.wave, now.release, why, f"{middle:.1f}"))
    newest = waves[-1]
    found = [
        figure.high if figure.high is not None else figure.p
        for asked in waves
        for figure in asked.figures.values()
        if figure.p is not None
    ]
    most = max(10, ceil(10 * max((p for p in found if p is not None), default=1)) * 10)
    series = Series(newest.question.words, newest.row, most, steps)
    words = {
        code: label
        for code, label, _missing in labels(
            newest.question, dict.fromkeys(_codes(waves), 1)
        )
    }
    for code, label in words.items():
        figures = [asked.figures.get(code) for asked in waves]
        if any(figure is not None and figure.p is not None for figure in figures):
            series.lines.append(_line(label, figures, places, steps, most))
    return series


def _codes(waves: Sequence[Asked]) -> list[str]:
    return list(dict.fromkeys(code for asked in waves for code in asked.figures))


def _places(waves: Sequence[Wave]) -> list[float]:
    """Place waves by their last days; those of one day stand beside each other."""
    first = waves[0].closes_on
    days = [(wave.closes_on - first).days for wave in waves]
    if len(set(days)) < len(days):
        days = list(range(len(waves)))
    return [EDGE + (WIDTH - 2 * EDGE) * day / days[-1] for day in days]


def _line(
    label: Text,
    figures: Sequence[Estimate | None],
    places: Sequence[float],
    steps: Sequence[Step],
    most: int,
) -> Line:
    dots: list[tuple[Step, Dot | None]] = []
    pieces: list[list[Dot]] = [[]]
    for figure, place, step in zip(figures, places, steps, strict=True):
        dot = _dot(figure, place, most)
        if step.break_ or dot is None:
            pieces.append([])
        if dot is not None:
            pieces[-1].append(dot)
        dots.append((step, dot))
    drawn = [" ".join(f"{dot.x},{dot.y}" for dot in piece) for piece in pieces]
    before, now = figures[-2], figures[-1]
    change = tested(before, now) if before and now and not steps[-1].break_ else None
    return Line(label, dots, [piece for piece in drawn if " " in piece], change)


def _dot(figure: Estimate | None, place: float, most: int) -> Dot | None:
    if figure is None or figure.p is None:
        return None

    def height(share: float) -> str:
        return f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * 100 * share / most:.1f}"

    whisker = None
    if figure.low is not None and figure.high is not None:
        whisker = height(figure.high), height(figure.low)
    return Dot(100 * figure.p, f"{place:.1f}", height(figure.p), whisker)
