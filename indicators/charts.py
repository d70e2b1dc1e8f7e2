"""Where the marks of a chart lie; templates draw them.

Nothing here knows what is measured: numbers and finished labels come in, coordinates
go out as strings, so that no template writes them with a decimal comma.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor, log10
from statistics import fmean

WIDTH = 400
LEFT, RIGHT, TOP, BOTTOM = 50, 14, 14, 28
LINE_HEIGHT = 230
MOST_LABELS = 6
LONGEST_LABEL = 56
# A letter's usual width, and how far a figure is written from its mark.
LETTER, ABOVE, BELOW = 7, 9, 19

Scale = Callable[[float], float]
TickText = Callable[[float], str]


@dataclass(frozen=True)
class Point:
    """One figure: its place in time, its value, how both are written."""

    x: float
    value: float
    label: str
    text: str
    lower: float | None = None
    upper: float | None = None
    # A second figure for the same time, which another source gives.
    is_rival: bool = False


@dataclass(frozen=True)
class Mark:
    x: str
    y: str
    point: Point
    text_y: str = ""


@dataclass(frozen=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True)
class LineChart:
    """A line over time; it is cut at breaks and dashed across years without figures."""

    height: int
    marks: list[Mark]
    lines: list[str]
    dashes: list[str]
    band: str
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    breaks: list[str]
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    width: int = WIDTH

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM

    @property
    def last(self) -> Mark:
        return [mark for mark in self.marks if not mark.point.is_rival][-1]

    @property
    def last_text_y(self) -> str:
        """Return where the last figure is written: under its mark if the line falls."""
        x, y = float(self.last.x), float(self.last.y)
        begins = x - len(self.last.point.text) * LETTER
        before = [mark for mark in self.marks if float(mark.x) < x]
        beside = [mark for mark in before if float(mark.x) >= begins] or before[-1:]
        falls = bool(beside) and fmean(float(mark.y) for mark in beside) < y
        if falls and y + BELOW < self.bottom:
            return coordinate(y + BELOW)
        return coordinate(max(y - ABOVE, TOP))


def coordinate(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers from at most `low` to at least `high`."""
    if low == high:
        low, high = (0.0, high or 1.0) if high >= 0 else (low, 0.0)
    raw = (high - low) / (most - 1)
    power = 10.0 ** floor(log10(raw))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= raw * 0.999)
    first, last = floor(low / step), ceil(high / step - 1e-9)
    return [round(step * n, 10) for n in range(first, last + 1)]


def line_chart(
    points: Sequence[Point],
    *,
    tick_text: TickText,
    breaks: Sequence[float] = (),
    from_zero: bool = False,
    is_falling: bool = False,
) -> LineChart:
    """Place points over time; `is_falling` puts the smallest value at the top: ranks."""
    values = [point.value for point in points]
    values += [
        bound for p in points for bound in (p.lower, p.upper) if bound is not None
    ]
    low, high = min(values), max(values)
    margin = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    low = (
        0.0
        if from_zero and low >= 0
        else max(low - margin, 0.0 if low >= 0 else low - margin)
    )
    ticks = nice_ticks(low, high + (0.0 if from_zero else margin * 0.3))
    first_x, last_x = points[0].x, points[-1].x
    bottom = LINE_HEIGHT - BOTTOM

    def to_x(x: float) -> float:
        share = (x - first_x) / ((last_x - first_x) or 1)
        return LEFT + 8 + share * (WIDTH - RIGHT - LEFT - 26)

    def to_y(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        share = 1 - share if is_falling else share
        return bottom - share * (bottom - TOP)

    marks = [Mark(coordinate(to_x(p.x)), coordinate(to_y(p.value)), p) for p in points]
    whole, dashed = _joined(marks, breaks)
    labelled = [mark for mark in marks if not mark.point.is_rival]
    every = ceil(len(labelled) / MOST_LABELS)
    return LineChart(
        height=LINE_HEIGHT,
        marks=marks,
        lines=whole,
        dashes=dashed,
        band=_band(points, to_x, to_y),
        y_ticks=[Tick(coordinate(to_y(t)), tick_text(t)) for t in ticks],
        x_ticks=[
            Tick(mark.x, mark.point.label) for mark in labelled[::-1][::every][::-1]
        ],
        breaks=[coordinate(to_x(at - 0.5)) for at in breaks if first_x < at <= last_x],
    )


def _joined(
    marks: Sequence[Mark], breaks: Sequence[float]
) -> tuple[list[str], list[str]]:
    """Return the paths between neighbouring figures and those across missing years."""
    whole: list[str] = []
    dashed: list[str] = []
    path = ""
    line = [mark for mark in marks if not mark.point.is_rival]
    for before, after in pairwise(line):
        start, end = f"M{before.x} {before.y}", f"L{after.x} {after.y}"
        is_cut = any(before.point.x < at <= after.point.x for at in breaks)
        if is_cut or after.point.x - before.point.x > 1:
            whole += [path] if path else []
            path = ""
            dashed += [] if is_cut else [start + end]
        else:
            path = (path or start) + end
    return whole + ([path] if path else []), dashed


def _band(points: Sequence[Point], to_x: Scale, to_y: Scale) -> str:
    bounded = [p for p in points if p.lower is not None and p.upper is not None]
    if len(bounded) < 2:
        return ""
    above = [
        f"{coordinate(to_x(p.x))} {coordinate(to_y(p.upper or 0))}" for p in bounded
    ]
    below = [
        f"{coordinate(to_x(p.x))} {coordinate(to_y(p.lower or 0))}" for p in bounded
    ]
    return "M" + "L".join(above + below[::-1]) + "Z"


@dataclass(frozen=True)
class Bar:
    """One figure; `period` is written before it where a row has several."""

    value: float
    text: str
    period: str = ""
    is_ours: bool = False


@dataclass(frozen=True)
class BarRow:
    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class DrawnBar:
    bar: Bar
    x: str
    y: str
    width: str
    text_x: str
    text_y: str
    shade: int


@dataclass(frozen=True)
class DrawnRow:
    label: str
    y: str
    bars: list[DrawnBar]


@dataclass(frozen=True)
class BarChart:
    height: int
    rows: list[DrawnRow] = field(default_factory=list)
    width: int = WIDTH


BAR, GAP, LABEL, ROOM_FOR_TEXT = 15, 3, 18, 92


def bar_chart(rows: Sequence[BarRow]) -> BarChart:
    """Place horizontal bars that begin at zero, one row of them for each label."""
    values = [abs(bar.value) for row in rows for bar in row.bars]
    widest = max(values) or 1.0
    has_periods = any(bar.period for row in rows for bar in row.bars)
    left = 46 if has_periods else 0
    drawn, y = [], 0
    for row in rows:
        y += LABEL
        label_y, bars = y - 5, []
        for shade, bar in enumerate(row.bars):
            width = abs(bar.value) / widest * (WIDTH - left - ROOM_FOR_TEXT)
            bars.append(
                DrawnBar(
                    bar=bar,
                    x=str(left),
                    y=str(y),
                    width=coordinate(max(width, 1)),
                    text_x=coordinate(left + width + 6),
                    text_y=str(y + BAR - 3),
                    shade=len(row.bars) - 1 - shade,
                )
            )
            y += BAR + GAP
        y += 6
        drawn.append(DrawnRow(shortened(row.label), str(label_y), bars))
    return BarChart(height=y, rows=drawn)


def shortened(label: str, most: int = LONGEST_LABEL) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


@dataclass(frozen=True)
class SmallChart:
    label: str
    x: str
    y: str
    path: str
    marks: list[Mark]
    baseline: str


@dataclass(frozen=True)
class Multiples:
    """Small lines on one scale, two beside each other."""

    height: int
    charts: list[SmallChart]
    width: int = WIDTH


CELL_WIDTH, CELL_HEIGHT = 200, 92


def multiples(series: Sequence[tuple[str, Sequence[Point]]]) -> Multiples:
    everything = [point for _label, points in series for point in points]
    first, last = min(p.x for p in everything), max(p.x for p in everything)
    highest = max(p.value for p in everything) or 1.0
    charts = []
    for number, (label, points) in enumerate(series):
        marks = [
            Mark(
                coordinate(
                    4 + (p.x - first) / ((last - first) or 1) * (CELL_WIDTH - 60)
                ),
                coordinate(CELL_HEIGHT - 12 - p.value / highest * (CELL_HEIGHT - 42)),
                p,
            )
            for p in points
        ]
        path = "M" + "L".join(f"{mark.x} {mark.y}" for mark in marks)
        charts.append(
            SmallChart(
                label=shortened(label, 28),
                x=str(number % 2 * CELL_WIDTH),
                y=str(number // 2 * CELL_HEIGHT),
                path=path,
                marks=marks,
                baseline=str(CELL_HEIGHT - 12),
            )
        )
    return Multiples(height=ceil(len(series) / 2) * CELL_HEIGHT, charts=charts)


@dataclass(frozen=True)
class Change:
    """What one part was and became."""

    label: str
    before: Point
    after: Point
    is_ours: bool = False


@dataclass(frozen=True)
class Slope:
    """One part from the first period to the last; names lie where they do not overlap."""

    label: str
    before: Mark
    after: Mark
    is_ours: bool = False


@dataclass(frozen=True)
class SlopeChart:
    """Two periods side by side, a line for each part."""

    height: int
    slopes: list[Slope]
    before: str
    after: str
    width: int = WIDTH
    left: int = 62
    right: int = 186


SLOPE_GAP, SLOPE_TOP, SLOPE_HEIGHT, SLOPE_LABEL = 16, 34, 190, 22


def slope_chart(changes: Sequence[Change], *, is_falling: bool = False) -> SlopeChart:
    """Place parts that have the same two periods; ranks fall as in a line."""
    height = SLOPE_TOP + max(SLOPE_HEIGHT, len(changes) * SLOPE_GAP) + SLOPE_GAP
    values = [p.value for change in changes for p in (change.before, change.after)]
    low, high = min(values), max(values)
    top, bottom = SLOPE_TOP, height - SLOPE_GAP

    def to_y(value: float) -> float:
        share = (value - low) / ((high - low) or 1)
        return top + (share if is_falling else 1 - share) * (bottom - top)

    def marks(x: int, points: list[Point]) -> list[Mark]:
        places = [to_y(point.value) for point in points]
        texts = spread(places, SLOPE_GAP, top, bottom)
        return [
            Mark(str(x), coordinate(y), point, text_y=coordinate(text_y))
            for y, point, text_y in zip(places, points, texts, strict=True)
        ]

    before = marks(SlopeChart.left, [change.before for change in changes])
    after = marks(SlopeChart.right, [change.after for change in changes])
    return SlopeChart(
        height,
        [
            Slope(shortened(c.label, SLOPE_LABEL), first, last, c.is_ours)
            for c, first, last in zip(changes, before, after, strict=True)
        ],
        before=changes[0].before.label,
        after=changes[0].after.label,
    )


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart by at least `gap`, in their order, between `low` and `high`.

    There must be room: `(len(places) - 1) * gap <= high - low`.
    """
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    least = low
    for n in order:
        least = moved[n] = max(places[n], least)
        least += gap
    most = high
    for n in reversed(order):
        most = moved[n] = min(moved[n], most)
        most -= gap
    return moved
