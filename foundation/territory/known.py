"""What the rooms know of an area or a public body.

A room declares it in its `known.py`; the page of the place shows all of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foundation.territory.models import Area, PublicBody


@dataclass(frozen=True)
class Fact:
    """One thing a room knows: `value` is text as it is read, `note` says how exact."""

    label: str
    value: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Known:
    """What one room knows of a place, under a heading of its own."""

    title: str
    facts: Sequence[Fact]
    is_demo: bool = False


OfArea = Callable[[Area], Known]
OfBody = Callable[[PublicBody], Known]

_of_areas: list[OfArea] = []
_of_bodies: list[OfBody] = []


def declare(*, of_area: OfArea | None = None, of_body: OfBody | None = None) -> None:
    if of_area:
        _of_areas.append(of_area)
    if of_body:
        _of_bodies.append(of_body)


def known_of_area(area: Area) -> list[Known]:
    return [known for of in _of_areas if (known := of(area)).facts]


def known_of_body(body: PublicBody) -> list[Known]:
    return [known for of in _of_bodies if (known := of(body)).facts]
