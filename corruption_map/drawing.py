"""The map as a drawing: shapes made beforehand, joined with the figures."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.conf import settings

from corruption_map.figures import AreaFigure, Figures


@cache
def shapes() -> dict[str, Any]:
    """Return paths, label points and call-outs, read once from `data/boundaries/`."""
    path = settings.BASE_DIR / "data" / "boundaries" / "kz_areas_svg.json"
    return dict(orjson.loads(path.read_bytes()))


@dataclass(frozen=True)
class Shape:
    """One area on the map; the three cities have a call-out beside it."""

    row: AreaFigure
    path: str
    # As text: a template would write 285.7 with a comma in Russian.
    label: list[str]
    callout: dict[str, Any] | None

    @property
    def box(self) -> list[str]:
        assert self.callout is not None
        return [str(number) for number in self.callout["box"]]

    @property
    def leader(self) -> str:
        """The line from the city to its call-out."""
        assert self.callout is not None
        (x1, y1), (x2, y2) = self.callout["anchor"], self.callout["leader"]
        return f"M{x1} {y1}L{x2} {y2}"


class Drawing:
    """The shapes in the order of the figures; cities last, so that they lie on top."""

    def __init__(self, figures: Figures) -> None:
        drawn = shapes()
        self.width: int = drawn["width"]
        self.height: int = drawn["height"]
        self.shapes = [
            Shape(
                row,
                drawn["areas"][row.area.iso]["d"],
                [str(number) for number in drawn["areas"][row.area.iso]["label"]],
                drawn["callouts"].get(row.area.iso),
            )
            for row in figures.rows
            if row.area.iso in drawn["areas"]
        ]
