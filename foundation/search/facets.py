"""Narrow down what was found: by room, kind, year, area, topic, and being in force.

An option's number is how many finds there are once it is chosen, the other choices
staying as they are.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from django.apps import apps
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from foundation.languages import alphabetical
from foundation.search.registry import kinds
from foundation.territory.models import Area

FORCE = {"yes": _("In force"), "no": _("Not in force"), "unknown": _("Not known")}
ANYTHING = re.compile(".{0,60}")
POSSIBLE = {"year": re.compile("[0-9]{4}")}


class Hit(NamedTuple):
    """One object that answers the question, by its best row."""

    id: int
    rank: float
    kind: str
    room: str
    year: int | None
    area: str
    topics: list[str]
    force: str | None


@dataclass(frozen=True)
class Filters:
    """What of the finds is wanted; an empty value wants all."""

    room: str = ""
    kind: str = ""
    year: str = ""
    area: str = ""
    topic: str = ""
    force: str = ""

    @classmethod
    def read(cls, asked: QueryDict) -> "Filters":
        """Read an address; a value that cannot be one counts as none."""
        values = {name: asked.get(name, "").strip() for name in NAMES}
        return cls(
            **{
                name: value
                for name, value in values.items()
                if POSSIBLE.get(name, ANYTHING).fullmatch(value) and value.isprintable()
            }
        )

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name in NAMES if (value := getattr(self, name))}

    def sift(self, hits: Iterable[Hit]) -> "Sifted":
        wanted = [(name, VALUES[name], value) for name, value in self.chosen.items()]
        sifted = Sifted()
        for hit in hits:
            amiss = [name for name, values, value in wanted if value not in values(hit)]
            if not amiss:
                sifted.kept.append(hit)
            elif len(amiss) == 1:
                sifted.missed_by[amiss[0]].append(hit)
        return sifted


@dataclass(frozen=True)
class Sifted:
    """What the filters keep, and what each of them alone keeps out."""

    kept: list[Hit] = field(default_factory=list)
    missed_by: dict[str, list[Hit]] = field(
        default_factory=lambda: {name: [] for name in VALUES}
    )


# Filter → the values of it that a hit has.
VALUES: dict[str, Callable[[Hit], Sequence[str]]] = {
    "room": lambda hit: (hit.room,),
    "kind": lambda hit: (hit.kind,),
    "year": lambda hit: (str(hit.year),) if hit.year else (),
    "area": lambda hit: (hit.area,) if hit.area else (),
    "topic": lambda hit: hit.topics,
    "force": lambda hit: (hit.force,) if hit.force else (),
}
NAMES = tuple(VALUES)
LABELS: dict[str, StrPromise] = {
    "room": _("Part of the portal"),
    "kind": _("Kind"),
    "year": _("Year"),
    "area": _("Area"),
    "topic": _("Topic"),
    "force": _("In force"),
}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: StrPromise
    options: list[Option]


def facets_of(sifted: Sifted, filters: Filters, *, is_whole: bool) -> list[Facet]:
    """Return the facets that can still narrow down, or are chosen.

    Where not all finds are at hand, options have no number.
    """
    found = []
    for name, values in VALUES.items():
        counts = Counter(
            value
            for hit in chain(sifted.kept, sifted.missed_by[name])
            for value in values(hit)
        )
        chosen = getattr(filters, name)
        if chosen:
            counts[chosen] += 0
        if len(counts) < 2 and not chosen:
            continue
        labels = _names(name)
        options = [
            Option(
                value=value,
                label=labels.get(value, value),
                count=count if is_whole else None,
                is_chosen=value == chosen,
            )
            for value, count in counts.items()
        ]
        options.sort(key=lambda option: alphabetical(option.label))
        if name == "year":
            options.reverse()
        found.append(Facet(name, LABELS[name], options))
    return found


def _names(name: str) -> dict[str, str]:
    if name == "room":
        rooms = {kind.room for kind in kinds().values()}
        return {room: str(apps.get_app_config(room).verbose_name) for room in rooms}
    if name == "kind":
        return {code: str(kind.label) for code, kind in kinds().items()}
    if name == "area":
        return {area.iso: area.name.plain for area in Area.objects.all()}
    if name == "topic":
        return {
            code: label
            for kind in kinds().values()
            for code, label in kind.topics().items()
        }
    if name == "force":
        return {code: str(label) for code, label in FORCE.items()}
    return {}
