"""Results by area as a map, drawn from the cells of a table: what it hides stays hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.conf import settings

from foundation.languages import Text
from surveys.crossing import CrossTable

CLASSES = 5


@cache
def outlines() -> dict[str, Any]:
    """Return paths and label points of the areas, read once from `data/boundaries/`."""
    path = settings.BASE_DIR / "data" / "boundaries" / "kz_areas_svg.json"
    return dict(orjson.loads(path.read_bytes()))


@dataclass(frozen=True)
class Place:
    """An area with its share; without one, or in no class, it has no shade."""

    code: str
    name: Text
    percent: float | None
    shade: int
    # Where a city is marked, for its outline is too small to be seen.
    point: tuple[str, str] | None


@dataclass(frozen=True)
class Band:
    shade: int
    low: float
    high: float


@dataclass(frozen=True)
class AreaMap:
    """One answer by area, with the bounds of its classes."""

    answer: Text
    places: list[Place]
    bands: list[Band]


def area_map(cross: CrossTable) -> AreaMap | None:
    """Draw the first substantive answer; None where fewer than two areas can be shown."""
    drawn = outlines()
    levels = [level for level in cross.levels if level.code in drawn["areas"]]
    place = next(
        (
            at
            for at, cell in enumerate(cross.levels[0].cells if levels else ())
            if not cell.is_missing
        ),
        None,
    )
    if place is None:
        return None
    shares = [level.cells[place].percent for level in levels]
    shown = [share for share in shares if share is not None]
    if len(shown) < 2:
        return None
    bands = bands_of(shown)
    places = [
        Place(
            level.code,
            level.label,
            share,
            0 if share is None else shade_of(share, bands),
            _point(drawn, level.code),
        )
        for level, share in zip(levels, shares, strict=True)
    ]
    # Cities last, so that they lie on top.
    places.sort(key=lambda one: one.point is not None)
    return AreaMap(cross.levels[0].cells[place].label, places, bands)


def bands_of(shares: Sequence[float]) -> list[Band]:
    """Part the range of the shares into classes of equal width; one where all are equal."""
    low, high = min(shares), max(shares)
    if low == high:
        return [Band(CLASSES, low, high)]
    width = (high - low) / CLASSES
    return [
        Band(at + 1, low + at * width, low + (at + 1) * width) for at in range(CLASSES)
    ]


def shade_of(share: float, bands: Sequence[Band]) -> int:
    return next((band.shade for band in bands if share <= band.high), bands[-1].shade)


def _point(drawn: dict[str, Any], code: str) -> tuple[str, str] | None:
    if code not in drawn["callouts"]:
        return None
    x, y = drawn["areas"][code]["label"]
    return str(x), str(y)
