"""Load every row of `data/statistics.csv`, each into exactly one observation."""

import csv
from collections import defaultdict
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.publication import renew_pages
from foundation.shipped_data import Row, add_missing, shipped_rows, texts
from foundation.territory.models import PublicBody
from indicators.derived import derive_anew
from indicators.importers import Lookups, RowReader
from indicators.models import (
    Breakdown,
    Indicator,
    Observation,
    Release,
    Remark,
    Source,
    Unit,
)

# The second file holds what a source says against a figure of the first.
FILES = ("statistics", "statistics_contradictions")
EDITION = "1"


class ShippedFileError(Exception):
    """A row of the shipped files cannot be read."""


@transaction.atomic
def load_statistics() -> int:
    """Add what is missing; return how many rows were added."""
    added = add_missing(
        Unit, "code", (_named(row) for row in shipped_rows("indicator_units"))
    )
    added += add_missing(
        Source, "code", (_source(row) for row in shipped_rows("indicator_sources"))
    )
    added += _load_breakdowns()
    added += add_missing(
        Indicator, "code", (_indicator(row) for row in shipped_rows("indicators"))
    )
    released = _load_releases()
    if released:
        _load_remarks()
        derive_anew()
        renew_pages()
    return added + released


def _named(row: Row) -> dict[str, object]:
    return {"code": row["code"], **texts(row, "name")}


def _source(row: Row) -> dict[str, object]:
    return {**_named(row), **texts(row, "licence")}


def _indicator(row: Row) -> dict[str, object]:
    return {
        **_named(row),
        **texts(row, "definition"),
        "theme": row["theme"],
        "stage": row["stage"],
        "direction": row["direction"],
        "dashboard_place": int(row["dashboard_place"]),
    }


def _load_breakdowns() -> int:
    known = set(Breakdown.objects.values_list("kind", "value"))
    bodies = {body.code: body for body in PublicBody.objects.all()}
    missing = [
        Breakdown(
            kind=row["kind"],
            value=row["value"],
            role=row["role"],
            body=bodies.get(row["body"]),
            **texts(row, "name"),
        )
        for row in shipped_rows("indicator_breakdowns")
        if (row["kind"], row["value"]) not in known
    ]
    Breakdown.objects.bulk_create(missing)
    return len(missing)


def _load_releases() -> int:
    """Store one release per indicator and source where none is stored yet."""
    indicators = {row.code: row for row in Indicator.objects.all()}
    sources = {row.code: row for row in Source.objects.all()}
    known = set(Release.objects.values_list("indicator_id", "source_id"))
    retrieved = {
        row["code"]: row["retrieved_on"] for row in shipped_rows("indicator_sources")
    }
    lookups = Lookups.read()
    created, added = [], 0
    for name in FILES:
        path = settings.BASE_DIR / "data" / f"{name}.csv"
        digest = sha256(path.read_bytes()).hexdigest()
        for (code, source), rows in _by_release(name).items():
            if (indicators[code].pk, sources[source].pk) in known:
                continue
            release = Release.objects.create(
                indicator=indicators[code],
                source=sources[source],
                edition=EDITION,
                retrieved_on=date.fromisoformat(retrieved[source]),
                sha256=digest,
            )
            observations = [_observation(row, number, lookups) for number, row in rows]
            for observation in observations:
                observation.release = release
            Observation.objects.bulk_create(observations)
            created.append(release.pk)
            added += len(observations)
    # Last, for a published release takes no more figures.
    Release.objects.filter(pk__in=created).update(published_at=timezone.now())
    return added


def _by_release(name: str) -> dict[tuple[str, str], list[tuple[int, Row]]]:
    """Return the rows of a file with their numbers in it, by indicator and source."""
    path = settings.BASE_DIR / "data" / f"{name}.csv"
    releases: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
    # newline="" leaves the file's CRLF to the reader.
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            releases[row["indicator"], row["source"]].append((number, row))
    return releases


def _observation(row: Row, number: int, lookups: Lookups) -> Observation:
    reader = RowReader(row, number, lookups)
    observation = reader.observation()
    if reader.mistakes:
        raise ShippedFileError(str(reader.mistakes))
    return observation


def _load_remarks() -> None:
    indicators = {row.code: row for row in Indicator.objects.all()}
    known = set(Remark.objects.values_list("indicator__code", "kind", "period"))
    Remark.objects.bulk_create(
        Remark(
            indicator=indicators[row["indicator"]],
            kind=row["kind"],
            period=row["period"],
            only_areas=row["only_areas"] == "true",
            **texts(row, "text"),
        )
        for row in shipped_rows("indicator_remarks")
        if (row["indicator"], row["kind"], row["period"]) not in known
    )
