"""Datasets: declared once by a room, offered as page, files, API and catalogue.

A room declares its own in `datasets.py`; the names of columns are a promise to those
who read the files by program and change only with a notice of six months.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Label = str | Promise

# The types of Table Schema that are used here.
TYPES = {
    "string": _("text"),
    "integer": _("whole number"),
    "number": pgettext_lazy("type", "number"),
    "boolean": _("true or false"),
    "date": _("day"),
    "datetime": _("day and time"),
}
LANGUAGE_NAMES = {"kk": _("Kazakh"), "ru": _("Russian"), "en": _("English")}


@dataclass(frozen=True)
class Column:
    """One column: its stable name, its meaning and where its value comes from.

    `source` is the lookup from the row (the name, if empty); several lookups go to
    `convert` together.
    """

    name: str
    title: Label
    type: str = "string"
    source: str | tuple[str, ...] = ""
    description: Label = ""
    convert: Callable[..., Any] | None = None
    choices: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        if isinstance(self.source, tuple):
            return self.source
        return (self.source or self.name,)

    @property
    def type_name(self) -> Label:
        return TYPES[self.type]


def translated(
    name: str, title: Label, *, source: str = "", description: Label = ""
) -> list[Column]:
    """Return the three columns of a text: `name_kk`, `name_ru`, `name_en`."""
    return [
        Column(
            f"{name}_{code}",
            format_lazy("{title} ({language})", title=title, language=language),
            source=f"{source or name}_{code}",
            description=description,
        )
        for code, language in LANGUAGE_NAMES.items()
    ]


@dataclass(frozen=True)
class Licence:
    code: str
    title: Label
    url: str


CC_BY = Licence(
    "CC-BY-4.0",
    _("Creative Commons Attribution 4.0 International"),
    "https://creativecommons.org/licenses/by/4.0/",
)


@dataclass(frozen=True)
class Geometry:
    """How a row is placed: by the area in a column, as its outline or a point in it.

    A row with a point of its own, in the columns named longitude and latitude, stands
    there instead.
    """

    column: str
    is_outline: bool = False
    longitude: str = ""
    latitude: str = ""


@dataclass(frozen=True)
class ChangeNote:
    """One entry of a dataset's feed; the path has no language."""

    key: str
    title: str
    text: str
    path: str
    changed_at: datetime


@dataclass(frozen=True)
class Dataset:
    """Public rows of one kind, with what a reader must know to use them.

    `rows` gives what is public today; `update_days` is the promise how often it is
    brought up to date.
    """

    slug: str
    title: Label
    description: Label
    columns: Sequence[Column]
    rows: Callable[[], QuerySet[Any]]
    source: Label
    key: str = "public_id"
    update_days: int = 1
    licence: Licence = CC_BY
    geometry: Geometry | None = None
    updated: Callable[[], datetime | date | None] | None = None
    changes: Callable[[int], Iterable[ChangeNote]] | None = None
    has_api: bool = True
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(column.name for column in self.columns)
        assert len(set(names)) == len(names), f"{self.slug} names a column twice"
        object.__setattr__(self, "names", names)

    @property
    def formats(self) -> list[str]:
        return ["csv", "xlsx", "json"] + (["geojson"] if self.geometry else [])

    @property
    def point(self) -> tuple[str, str] | None:
        """Return the columns of a row's own point."""
        if self.geometry is None or not self.geometry.longitude:
            return None
        return self.geometry.longitude, self.geometry.latitude

    @property
    def has_feed(self) -> bool:
        return self.changes is not None

    @property
    def lookups(self) -> list[str]:
        """Return what is selected from the database, each once."""
        wanted = (source for column in self.columns for source in column.sources)
        return list(dict.fromkeys(wanted))

    @property
    def moments(self) -> set[str]:
        """Return the lookups of moments that are shown as they are stored."""
        read = {source for c in self.columns if c.convert for source in c.sources}
        kept = (column for column in self.columns if column.type == "datetime")
        return {source for column in kept for source in column.sources} - read

    def reader(self) -> Callable[[Sequence[Any]], list[Any]]:
        """Return the function that makes a row of values out of a selected row."""
        places = {lookup: place for place, lookup in enumerate(self.lookups)}
        kept = [places[column.sources[0]] for column in self.columns]
        conversions = [
            (place, column.convert, [places[source] for source in column.sources])
            for place, column in enumerate(self.columns)
            if column.convert
        ]

        def read(selected: Sequence[Any]) -> list[Any]:
            row = [selected[place] for place in kept]
            for place, convert, wanted in conversions:
                row[place] = convert(*[selected[source] for source in wanted])
            return row

        return read

    def updated_on(self) -> date | None:
        moment = self.updated() if self.updated else None
        return moment.date() if isinstance(moment, datetime) else moment


_datasets: dict[str, Dataset] = {}


def declare(dataset: Dataset) -> Dataset:
    assert dataset.slug not in _datasets, f"Two datasets are called {dataset.slug}"
    _datasets[dataset.slug] = dataset
    return dataset


def datasets() -> list[Dataset]:
    return list(_datasets.values())


def find_dataset(slug: str) -> Dataset | None:
    return _datasets.get(slug)


# Who publishes is a row of the roof, which the ground does not know.
_publisher: list[Callable[[], Model]] = []


def declare_publisher(read: Callable[[], Model]) -> None:
    """Name the function that gives the row with `name_kk`, `name_ru`, `name_en`."""
    _publisher[:] = [read]


def publisher_names() -> dict[str, str]:
    row = _publisher[0]() if _publisher else None
    names = {code: getattr(row, f"name_{code}", "") for code in LANGUAGE_NAMES}
    return {code: name for code, name in names.items() if name}
