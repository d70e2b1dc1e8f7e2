import csv
import gzip
import json
import re
from collections import Counter
from itertools import combinations, pairwise, product
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
FOLDER = DATA / "boundaries"
GEOJSON = json.loads((FOLDER / "kz_areas.geojson").read_text())
TOPOLOGY = json.loads((FOLDER / "kz_areas.topojson").read_text())
DRAWING = json.loads((FOLDER / "kz_areas_svg.json").read_text())
AREAS = DRAWING["areas"]
CALLOUTS = DRAWING["callouts"]
FEATURES = {feature["id"]: feature for feature in GEOJSON["features"]}
SHAPES = {shape["id"]: shape for shape in TOPOLOGY["objects"]["areas"]["geometries"]}

Point = tuple[float, float]
Box = tuple[float, float, float, float]

NUMBER = r"-?(?:\d+(?:\.\d)?|\.\d)"
RING = rf"M({NUMBER}) ?({NUMBER})l((?:{NUMBER} ?)+)z"

every_area = pytest.mark.parametrize("code", AREAS)
every_callout = pytest.mark.parametrize("code", CALLOUTS)


def known_areas() -> dict[str, str]:
    """Return the KATO code of each area of today by its ISO code."""
    with (DATA / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {row["iso"]: row["kato"] for row in csv.DictReader(file) if row["kato"]}


def path_rings(path: str) -> list[list[Point]]:
    """Return the rings of path data made of one M, one l and z for each."""
    assert re.fullmatch(f"(?:{RING})+", path)
    return [ring_points(*found) for found in re.findall(RING, path)]


def ring_points(x: str, y: str, steps: str) -> list[Point]:
    numbers = [float(number) for number in re.findall(NUMBER, steps)]
    points = [(float(x), float(y))]
    for right, down in zip(numbers[::2], numbers[1::2], strict=True):
        points.append((round(points[-1][0] + right, 1), round(points[-1][1] + down, 1)))
    return [*points, points[0]]


def signed_area(ring: list[Point]) -> float:
    """Return the area of a closed ring, positive if it runs counter-clockwise."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2


def is_inside(point: Point, rings: list[list[Point]]) -> bool:
    """Return whether the point is inside by the even-odd rule."""
    x, y = point
    crossings = sum(
        (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a
        for ring in rings
        for (a, b), (c, d) in pairwise(ring)
    )
    return crossings % 2 == 1


def label_box(code: str) -> Box:
    (x, y), (width, height) = AREAS[code]["label"], AREAS[code]["room"]
    return x - width / 2, y - height / 2, width, height


def corners(box: Box) -> list[Point]:
    x, y, width, height = box
    return list(product((x, x + width), (y, y + height)))


def overlap(one: Box, other: Box) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2]
        and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )


def is_in_box(point: Point, box: Box) -> bool:
    return overlap((*point, 0, 0), box)


def points_along(start: Point, end: Point) -> list[Point]:
    (x, y), (u, v) = start, end
    return [(x + (u - x) * n / 200, y + (v - y) * n / 200) for n in range(201)]


def outline_loops(rings: list[list[Point]]) -> list[list[Point]]:
    """Return the simple loops of the segments that no neighbour runs the other way."""
    segments = Counter(segment for ring in rings for segment in pairwise(ring))
    assert max(segments.values()) == 1
    onward: dict[Point, list[Point]] = {}
    for start, end in segments:
        if (end, start) not in segments:
            onward.setdefault(start, []).append(end)

    loops = []
    trail: list[Point] = []
    while any(onward.values()) or trail:
        trail = trail or [next(start for start, ends in onward.items() if ends)]
        here = onward[trail[-1]].pop()
        if here in trail:
            turn = trail.index(here)
            loops.append([*trail[turn:], here])
            trail = trail[: turn + 1] if turn else []
        else:
            trail.append(here)
    return loops


def polygons(geometry: dict) -> list:
    single = geometry["type"] == "Polygon"
    parts = geometry["coordinates"] if "coordinates" in geometry else geometry["arcs"]
    return [parts] if single else parts


def geojson_area(code: str) -> float:
    return sum(
        signed_area([tuple(point) for point in ring])
        for polygon in polygons(FEATURES[code]["geometry"])
        for ring in polygon
    )


def topology_rings(code: str) -> list[list[Point]]:
    return [stitched(ring) for polygon in polygons(SHAPES[code]) for ring in polygon]


def stitched(ring: list[int]) -> list[Point]:
    arcs = [decoded(arc) if arc >= 0 else decoded(~arc)[::-1] for arc in ring]
    assert all(one[-1] == other[0] for one, other in pairwise([*arcs, arcs[0]]))
    return [arcs[0][0], *(point for arc in arcs for point in arc[1:])]


def decoded(arc: int) -> list[Point]:
    (east, north), (left, bottom) = TOPOLOGY["transform"].values()
    x = y = 0
    points = []
    for right, up in TOPOLOGY["arcs"][arc]:
        x, y = x + right, y + up
        points.append((x * east + left, y * north + bottom))
    return points


def gzipped(name: str) -> int:
    return len(gzip.compress((FOLDER / name).read_bytes(), 9))


@pytest.mark.parametrize("document", [FEATURES, SHAPES, AREAS])
def test_areas_are_the_20_of_the_territory(document):
    assert len(document) == 20
    assert set(document) == set(known_areas())


@every_area
def test_kato_codes_are_those_of_the_territory(code):
    assert FEATURES[code]["properties"] == {"kato": known_areas()[code]}
    assert SHAPES[code]["properties"] == {"kato": known_areas()[code]}


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("kz_areas.topojson", 12_000),
        ("kz_areas.geojson", 40_000),
        ("kz_areas_svg.json", 9_000),
    ],
)
def test_files_stay_small(name, limit):
    assert gzipped(name) <= limit


@pytest.mark.parametrize(
    "path", ["", "M1 1", "M1 1l2 2 3z", "M1 1l2 2zL0 0", "M1 1L5 5z"]
)
def test_broken_path_is_refused(path):
    with pytest.raises((AssertionError, ValueError)):
        path_rings(path)


@every_area
def test_path_fills_its_box_within_the_drawing(code):
    points = [point for ring in path_rings(AREAS[code]["d"]) for point in ring]
    across, down = zip(*points, strict=True)

    assert AREAS[code]["bbox"] == [min(across), min(down), max(across), max(down)]
    assert min(across) >= 0
    assert min(down) >= 0
    assert max(across) <= DRAWING["width"]
    assert max(down) <= DRAWING["height"]


def test_gap_between_neighbours_is_noticed():
    around = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
    hole = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]
    city = [(1.0, 1.0), (3.0, 1.0), (3.0, 2.9), (1.0, 2.9), (1.0, 1.0)]

    assert len(outline_loops([around, hole, hole[::-1]])) == 1
    assert len(outline_loops([around, hole, city])) == 2


def test_neighbours_in_the_drawing_share_every_border():
    rings = [ring for area in AREAS.values() for ring in path_rings(area["d"])]
    parts = [ring for ring in rings if signed_area(ring) > 0]

    # The 20 areas join in one outline; every further part is an island.
    assert len(outline_loops(rings)) == len(parts) - len(AREAS) + 1


def test_point_outside_is_not_inside():
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
    hole = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]

    assert is_inside((0.5, 0.5), [square, hole])
    assert not is_inside((2, 2), [square, hole])
    assert not is_inside((5, 2), [square, hole])


@every_area
def test_label_and_its_room_lie_inside_the_area(code):
    rings = path_rings(AREAS[code]["d"])

    assert is_inside(tuple(AREAS[code]["label"]), rings)
    assert all(is_inside(corner, rings) for corner in corners(label_box(code)))


@pytest.mark.parametrize("code", sorted(set(AREAS) - set(CALLOUTS)))
def test_label_of_a_region_has_room_for_a_number(code):
    assert min(AREAS[code]["room"]) >= 18


def test_cities_have_callouts():
    assert set(CALLOUTS) == {"KZ-71", "KZ-75", "KZ-79"}


@every_callout
def test_callout_is_24_pixels_on_a_narrow_screen(code):
    x, y, width, height = CALLOUTS[code]["box"]

    # A 320 px screen leaves 288 px beside its margins.
    assert min(width, height) * 288 / DRAWING["width"] >= 24
    assert x >= 0
    assert y >= 0
    assert x + width <= DRAWING["width"]
    assert y + height <= DRAWING["height"]


@every_callout
def test_callout_stands_in_free_space(code):
    box = CALLOUTS[code]["box"]
    rings = [ring for area in AREAS.values() for ring in path_rings(area["d"])]

    assert not any(is_in_box(point, box) for ring in rings for point in ring)
    assert not any(is_inside(corner, rings) for corner in corners(box))


def test_callouts_do_not_overlap():
    boxes = [callout["box"] for callout in CALLOUTS.values()]

    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))


@every_callout
def test_leader_runs_from_the_city_to_its_callout_past_all_labels(code):
    callout = CALLOUTS[code]
    x, y, width, height = callout["box"]
    labels = [label_box(other) for other in AREAS if other not in CALLOUTS]
    line = points_along(callout["anchor"], callout["leader"])

    assert is_inside(tuple(callout["anchor"]), path_rings(AREAS[code]["d"]))
    assert is_in_box(callout["leader"], (x - 1, y - 1, width + 2, height + 2))
    assert not any(is_in_box(point, label) for point in line for label in labels)


@every_area
def test_geojson_rings_are_closed_and_right_handed(code):
    for outer, *holes in polygons(FEATURES[code]["geometry"]):
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in (outer, *holes))
        assert signed_area(outer) > 0
        assert all(signed_area(hole) < 0 for hole in holes)


def test_geojson_is_longitude_latitude_without_other_reference_system():
    points = [
        point
        for feature in FEATURES.values()
        for polygon in polygons(feature["geometry"])
        for ring in polygon
        for point in ring
    ]

    assert set(GEOJSON) == {"type", "features"}
    assert all(46 < east < 88 and 40 < north < 56 for east, north in points)


@every_area
def test_topology_draws_the_same_area_as_the_download(code):
    drawn = sum(signed_area(ring) for ring in topology_rings(code))

    assert abs(drawn) == pytest.approx(geojson_area(code), rel=0.02)


def test_topology_stores_each_border_once():
    uses = Counter(
        arc if arc >= 0 else ~arc
        for shape in SHAPES.values()
        for polygon in polygons(shape)
        for ring in polygon
        for arc in ring
    )

    assert set(uses) == set(range(len(TOPOLOGY["arcs"])))
    assert set(uses.values()) == {1, 2}
