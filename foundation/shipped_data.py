"""The data set in `data/`: read as it is shipped, added where it is missing.

Rows that are there already, edited by staff or not, are left alone.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Model

Row = dict[str, str]


def shipped_rows(name: str) -> Iterator[Row]:
    with (settings.BASE_DIR / "data" / f"{name}.csv").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def texts(row: Row, column: str, *, field: str | None = None) -> dict[str, str]:
    """Return the three columns of a text: `name_kk`, `name_ru`, `name_en`."""
    return {
        f"{field or column}_{code}": row[f"{column}_{code}"]
        for code, _ in settings.LANGUAGES
    }


def add_missing(model: type[Model], key: str, rows: Iterable[dict[str, Any]]) -> int:
    """Insert the rows whose key is not stored yet; return how many."""
    manager = model._default_manager
    known = set(manager.values_list(key, flat=True))
    missing = [model(**row) for row in rows if row[key] not in known]
    manager.bulk_create(missing)
    return len(missing)


def ids_by(model: type[Model], key: str) -> dict[str, int]:
    return dict(model._default_manager.values_list(key, "pk"))
