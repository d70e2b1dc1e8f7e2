"""What can be found. A room declares its kinds in its `search.py`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise

from foundation.languages import languages


@dataclass(frozen=True)
class Document:
    """What is searched of one public object, by language; no title, not in it.

    `path` is its page without the language; `force` the days between which an act is
    in force, either of them unknown.
    """

    public_id: str
    title: dict[str, str]
    body: dict[str, str]
    path: str
    year: int | None = None
    area: str = ""
    topics: tuple[str, ...] = ()
    force: tuple[date | None, date | None] | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of finds: `documents` gives those of some ids, or all public ones.

    `topics` gives the names of its topics in the reader's language, by code.
    """

    room: str
    kind: str
    label: str | Promise
    documents: Callable[[Sequence[str] | None], Iterable[Document]] = field(repr=False)
    topics: Callable[[], dict[str, str]] = field(default=dict, repr=False)


_kinds: dict[str, Kind] = {}


def declare(kind: Kind) -> None:
    _kinds[kind.kind] = kind


def kinds() -> dict[str, Kind]:
    return _kinds


def texts(row: Any, *names: str) -> dict[str, str]:
    """Return the texts of some columns joined, by language: `title_kk` and so on."""
    return {
        code: "\n".join(
            filter(None, (getattr(row, f"{name}_{code}") for name in names))
        )
        for code in languages()
    }
