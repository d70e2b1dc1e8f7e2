"""What of this room is open data."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.open_data.registry import (
    CC_BY,
    ChangeNote,
    Column,
    Dataset,
    declare,
    translated,
)
from library.models import Item


def public_items() -> QuerySet[Item]:
    return Item.objects.public().order_by("pk")


def updated() -> datetime | None:
    newest: datetime | None = public_items().aggregate(at=Max("updated_at"))["at"]
    return newest


def changes(most: int) -> Iterable[ChangeNote]:
    for item in Item.objects.public().order_by("-updated_at")[:most]:
        yield ChangeNote(
            key=f"library/{item.public_id}",
            title=item.title.plain,
            text=item.summary.plain,
            path=f"/library/{item.public_id}/",
            changed_at=item.updated_at,
        )


ITEMS = declare(
    Dataset(
        slug="library",
        title=_("Library"),
        description=_(
            "Acts, guidance, analyses, reports and news of the library: number, date,"
            " issuer and whether in force. The texts are on the pages."
        ),
        source=_("The sources named by each item"),
        licence=CC_BY,
        rows=public_items,
        updated=updated,
        changes=changes,
        columns=[
            Column("public_id", _("Public id")),
            Column("kind", _("Kind"), choices=tuple(Item.Kind.values)),
            *translated("title", _("Title")),
            *translated("summary", _("Summary")),
            Column("number", _("Number of the act")),
            Column("act_date", _("Date of the act or document"), type="date"),
            *translated("issuer", _("Issuer")),
            Column("in_force_from", _("In force from"), type="date"),
            Column("in_force_to", _("In force until"), type="date"),
            Column("legal_url", _("Address in the legal database")),
            *translated("source", _("Source")),
            Column(
                "is_unconfirmed",
                _("Not confirmed by the official text"),
                type="boolean",
            ),
            Column("published_at", _("Published at"), type="datetime"),
            Column("updated_at", _("Changed at"), type="datetime"),
            Column("is_demo", _("Made up for a demonstration"), type="boolean"),
        ],
    )
)
