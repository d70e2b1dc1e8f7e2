"""Load the entries of `data/library.csv` with their texts in `data/library/`."""

from datetime import date, datetime, time
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.publication import renew_pages
from foundation.shipped_data import Row, add_missing, shipped_rows, texts
from library.models import Edition, Item, Topic

FOLDER = "library"


@transaction.atomic
def load_library() -> int:
    """Add what is missing; return how many rows were added."""
    added = add_missing(
        Topic,
        "code",
        (
            {"code": r["code"], **texts(r, "name")}
            for r in shipped_rows("library_topics")
        ),
    )
    known = set(Item.objects.values_list("public_id", flat=True))
    rows = [row for row in shipped_rows("library") if row["id"] not in known]
    items = add_missing(Item, "public_id", map(_item, rows))
    if items:
        _link(rows)
        _load_editions({row["id"] for row in rows})
        renew_pages()
    return added + items


def _item(row: Row) -> dict[str, object]:
    return {
        "public_id": row["id"],
        "kind": row["kind"],
        "state": Item.State.PUBLISHED,
        "published_at": _noon(row["entered_on"]),
        "number": row["number"],
        "act_date": _day(row["act_date"]),
        "in_force_from": _day(row["in_force_from"]),
        "in_force_to": _day(row["in_force_to"]),
        "legal_url": row["legal_url"],
        "is_unconfirmed": row["is_unconfirmed"] == "true",
        **texts(row, "title"),
        **texts(row, "summary"),
        **texts(row, "issuer"),
        **texts(row, "source"),
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _noon(text: str) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(text), time(12)))


def _link(rows: list[Row]) -> None:
    items = {item.public_id: item for item in Item.objects.all()}
    topics = {topic.code: topic for topic in Topic.objects.all()}
    for row in rows:
        item = items[row["id"]]
        item.topics.set(topics[code] for code in row["topics"].split())
        item.amends.set(items[code] for code in row["amends"].split())
        item.repeals.set(items[code] for code in row["repeals"].split())


def _load_editions(ids: set[str]) -> None:
    items = {item.public_id: item for item in Item.objects.filter(public_id__in=ids)}
    Edition.objects.bulk_create(
        Edition(item=items[name], language=language, html=path.read_text("utf-8"))
        for path in sorted(_folder().glob("*.html"))
        for name, language in [path.stem.rsplit(".", 1)]
        if name in items
    )


def _folder() -> Path:
    return settings.BASE_DIR / "data" / FOLDER
