"""What can be found. A room declares its kinds in its `search.py`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from foundation.languages import languages


@dataclass(frozen=True)
class Document:
    """What is searched of one public object, by language; no title, not in it.

    `path` is its page without the language.
    """

    public_id: str
    title: dict[str, str]
    body: dict[str, str]
    path: str
    year: int | None = None
    area: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of finds: `documents` gives those of some ids, or all public ones."""

    room: str
    kind: str
    label: str | Promise
    documents: Callable[[Sequence[str] | None], Iterable[Document]] = field(repr=False)


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
