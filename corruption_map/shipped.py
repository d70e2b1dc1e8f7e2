"""Load spheres, sources and the quoted risks of `data/`."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from corruption_map.counts import recount_all
from corruption_map.models import (
    DetectionSource,
    Measure,
    Risk,
    SourceDocument,
    Sphere,
)
from foundation.publication import renew_pages
from foundation.shipped_data import Row, add_missing, ids_by, shipped_rows, texts
from foundation.territory.models import Area, PublicBody

# The sources have no column for this; it is the portal's reading of their words.
READ_AS_ELIMINATED = {
    "state_reason_kk": (
        "Дереккөз шараның жұмыс істейтінін не қаражаттың немесе жердің қайтарылғанын"
        " жазады; бұл – порталдың сол мәтінді түсінуі."
    ),
    "state_reason_ru": (
        "Источник пишет, что мера работает либо деньги или земля возвращены; таково"
        " прочтение его текста порталом."
    ),
    "state_reason_en": (
        "The source says that the measure works or that money or land was returned;"
        " this is the portal's reading of its text."
    ),
}


@transaction.atomic
def load_map() -> int:
    """Add what is missing; return how many rows were added."""
    added = add_missing(Sphere, "code", map(_named, shipped_rows("spheres")))
    added += add_missing(
        DetectionSource,
        "code",
        (
            {**_named(row), **texts(row, "description")}
            for row in shipped_rows("detection_sources")
        ),
    )
    added += add_missing(SourceDocument, "code", map(_source, shipped_rows("sources")))
    risks = _load_risks()
    if risks:
        _load_measures()
        recount_all()
        renew_pages()
    return added + risks


def _named(row: Row) -> dict[str, object]:
    return {"code": row["code"], **texts(row, "name")}


def _source(row: Row) -> dict[str, object]:
    return {
        "code": row["id"],
        "published_on": row["published_on"],
        "url": row["url"],
        **texts(row, "title"),
        **texts(row, "publisher"),
    }


def _load_risks() -> int:
    ids = {
        "area": ids_by(Area, "iso"),
        "body": ids_by(PublicBody, "code"),
        "sphere": ids_by(Sphere, "code"),
        "detection_source": ids_by(DetectionSource, "code"),
        "source_document": ids_by(SourceDocument, "code"),
    }
    return add_missing(
        Risk, "public_id", (_risk(row, ids) for row in shipped_rows("risks"))
    )


def _risk(row: Row, ids: dict[str, dict[str, int]]) -> dict[str, object]:
    eliminated = row["status"] == "eliminated"
    return {
        "public_id": row["id"],
        "state": Risk.State.CLOSED if eliminated else Risk.State.PUBLISHED,
        "published_at": timezone.now(),
        "year": int(row["year"]),
        "area_id": ids["area"][row["area"]],
        "body_id": ids["body"].get(row["body"]),
        "sphere_id": ids["sphere"][row["sphere"]],
        "detection_source_id": ids["detection_source"][row["detection_source"]],
        "source_id": ids["source_document"][row["source_document"]],
        "source_section": row["source_section"],
        "quote": row["quote"],
        "quote_language": row["quote_language"],
        "original_language": "en",
        "amount_kzt": Decimal(row["amount_kzt"]) if row["amount_kzt"] else None,
        **texts(row, "amount_note"),
        **texts(row, "title"),
        **texts(row, "description"),
        **texts(row, "body_note"),
        **({} if _has_measure(row) else texts(row, "measure", field="response")),
        **(READ_AS_ELIMINATED if eliminated else {}),
    }


def _has_measure(row: Row) -> bool:
    """Tell whether the source says how far the measure has come."""
    return bool(row["measure_en"]) and row["status"] in ("eliminated", "in_progress")


def _load_measures() -> None:
    risks = {risk.public_id: risk for risk in Risk.objects.select_related("body")}
    add_missing(
        Measure,
        "public_id",
        (
            {
                "public_id": f"{row['id']}M",
                "risk": risks[row["id"]],
                "executor": risks[row["id"]].body,
                "state": (
                    Measure.State.REPORTED_DONE
                    if row["status"] == "eliminated"
                    else Measure.State.IN_PROGRESS
                ),
                **texts(row, "measure", field="text"),
            }
            for row in shipped_rows("risks")
            if _has_measure(row)
        ),
    )
