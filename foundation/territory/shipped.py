"""Load areas, populations and public bodies of `data/`."""

from datetime import date

from django.db import transaction

from foundation.shipped_data import Row, add_missing, ids_by, shipped_rows, texts
from foundation.territory.models import Area, AreaPopulation, BodyKind, PublicBody


@transaction.atomic
def load_territory() -> int:
    """Add what is missing; return how many rows were added."""
    added = add_missing(Area, "iso", (_area(row) for row in shipped_rows("areas")))
    if added:
        _link_areas()
    added += _load_populations()
    added += add_missing(
        BodyKind,
        "code",
        (
            {"code": row["code"], **texts(row, "name")}
            for row in shipped_rows("body_kinds")
        ),
    )
    return added + _load_bodies()


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def _area(row: Row) -> dict[str, object]:
    return {
        "iso": row["iso"],
        "kato": row["kato"],
        "kind": row["kind"],
        "label_latitude": float(row["label_lat"]) if row["label_lat"] else None,
        "label_longitude": float(row["label_lon"]) if row["label_lon"] else None,
        "surface_km2": int(row["area_km2"]) if row["area_km2"] else None,
        "valid_from": _day(row["valid_from"]),
        "valid_to": _day(row["valid_to"]),
        "territory_changed_on": _day(row["territory_changed_on"]),
        **texts(row, "name"),
        **texts(row, "centre"),
        **texts(row, "note"),
    }


def _link_areas() -> None:
    ids = ids_by(Area, "iso")
    Area.objects.exclude(kind=Area.Kind.COUNTRY).filter(parent=None).update(
        parent=ids["KZ"]
    )
    for row in shipped_rows("areas"):
        if row["replaces"]:
            Area.objects.filter(iso=row["iso"]).update(replaces=ids[row["replaces"]])


def _load_populations() -> int:
    ids = ids_by(Area, "iso")
    rows = [
        AreaPopulation(
            area_id=ids[row["iso"]],
            date=date.fromisoformat(row["date"]),
            value=int(row["value"]),
            source=row["source"],
            source_url=row["source_url"],
        )
        for row in shipped_rows("area_populations")
    ]
    before = AreaPopulation.objects.count()
    AreaPopulation.objects.bulk_create(rows, ignore_conflicts=True)
    return AreaPopulation.objects.count() - before


def _load_bodies() -> int:
    kinds, areas = ids_by(BodyKind, "code"), ids_by(Area, "iso")
    added = add_missing(
        PublicBody,
        "code",
        (_body(row, kinds, areas) for row in shipped_rows("public_bodies")),
    )
    if added:
        ids = ids_by(PublicBody, "code")
        for row in shipped_rows("public_bodies"):
            PublicBody.objects.filter(code=row["id"]).update(
                parent=ids.get(row["parent"]), successor=ids.get(row["successor"])
            )
    return added


def _body(row: Row, kinds: dict[str, int], areas: dict[str, int]) -> dict[str, object]:
    return {
        "code": row["id"],
        "abbreviation": row["abbr"],
        "kind_id": kinds[row["kind"]],
        "area_id": areas[row["area"]],
        "valid_to": _day(row["valid_to"]),
        "ended_in": int(row["ended"][:4]) if row["ended"] else None,
        "names_confirmed": row["name_confidence"] == "high",
        **texts(row, "name"),
        **texts(row, "status_note", field="note"),
    }
