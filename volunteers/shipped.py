"""What `data/` has for this room: directions, rules and rights, consents, figures."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from foundation.publication import renew_pages
from foundation.shipped_data import add_missing, shipped_rows, texts
from volunteers.models import ConsentText, Direction, Rule


@transaction.atomic
def load_volunteers() -> int:
    """Add what is missing; return how many rows were added."""
    directions = add_missing(
        Direction,
        "code",
        (
            {
                "code": row["code"],
                "list_order": place,
                **texts(row, "name"),
                **texts(row, "text"),
            }
            for place, row in enumerate(shipped_rows("volunteer_directions"), start=1)
        ),
    )
    rules = add_missing(
        Rule,
        "code",
        (
            {
                "code": row["code"],
                "kind": row["kind"],
                "list_order": place,
                "source_url": row["source_url"],
                "is_unconfirmed": row["is_unconfirmed"] == "true",
                **texts(row, "text"),
                **texts(row, "source"),
            }
            for place, row in enumerate(shipped_rows("volunteer_rules"), start=1)
        ),
    )
    added = directions + rules + _load_consents()
    if added:
        renew_pages()
    return added


def _load_consents() -> int:
    known = set(ConsentText.objects.values_list("purpose", "version"))
    missing = [
        ConsentText(
            purpose=row["purpose"],
            version=row["version"],
            valid_from=date.fromisoformat(row["valid_from"]),
            **texts(row, "text"),
        )
        for row in shipped_rows("volunteer_consents")
        if (row["purpose"], row["version"]) not in known
    ]
    ConsentText.objects.bulk_create(missing)
    return len(missing)


def programme_figures() -> dict[str, Decimal]:
    """Return what the shipped statistics say of the programme, by indicator."""
    wanted = {("volunteers", "persons"), ("volunteers_prevented_overpricing", "KZT")}
    return {
        row["indicator"]: Decimal(row["value"])
        for row in shipped_rows("statistics")
        if (row["indicator"], row["unit"]) in wanted
    }
