"""Points on the portal's own boundaries, drawn as SVG by the server."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from typing import Any

import orjson
from django.conf import settings

WIDTH = 960
# The country's edges, in degrees, with a little air.
WEST, EAST, SOUTH, NORTH = 46.0, 87.8, 40.2, 55.8
# A degree of longitude is shorter than one of latitude this far north.
STRETCH = 1 / cos(radians((SOUTH + NORTH) / 2))
SCALE = WIDTH / (EAST - WEST)
HEIGHT = round((NORTH - SOUTH) * SCALE * STRETCH)


@dataclass(frozen=True)
class Dot:
    # As SVG writes numbers: a template would write 12,5 in Kazakh and Russian.
    x: str
    y: str
    label: str
    url: str


@dataclass(frozen=True)
class Dots:
    """A map of points; nothing is drawn where there is none."""

    points: list[Dot]
    outlines: list[str]
    width: int = WIDTH
    height: int = HEIGHT

    def __bool__(self) -> bool:
        return bool(self.points)


def place(longitude: float, latitude: float) -> tuple[float, float]:
    return (
        round((longitude - WEST) * SCALE, 1),
        round((NORTH - latitude) * SCALE * STRETCH, 1),
    )


@cache
def outlines() -> list[str]:
    """Return the path of each area's outline, at one point a pixel."""
    path = settings.BASE_DIR / "data" / "boundaries" / "kz_areas.geojson"
    features = orjson.loads(path.read_bytes())["features"]
    return [_path(feature["geometry"]) for feature in features]


def _path(geometry: dict[str, Any]) -> str:
    is_many = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if is_many else [geometry["coordinates"]]
    return "".join(_ring(ring) for polygon in polygons for ring in polygon)


def _ring(ring: list[list[float]]) -> str:
    points = [place(*point[:2]) for point in ring]
    whole = dict.fromkeys((round(x), round(y)) for x, y in points)
    return "M" + "L".join(f"{x} {y}" for x, y in whole) + "Z"


def dots(rows: Iterable[Any]) -> Dots:
    """Return a map of the rows that have a point inside the country's frame."""
    points = []
    for row in rows:
        if row.latitude is None or row.longitude is None:
            continue
        if WEST <= row.longitude <= EAST and SOUTH <= row.latitude <= NORTH:
            x, y = place(row.longitude, row.latitude)
            points.append(Dot(f"{x}", f"{y}", str(row), row.get_absolute_url()))
    return Dots(points, outlines() if points else [])
