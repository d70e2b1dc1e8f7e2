"""What of this room is open data: initiatives and verified observations, no people."""

from collections.abc import Iterable
from datetime import datetime

import orjson
from django.db.models import CharField, Max, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.open_data.registry import (
    CC_BY,
    ChangeNote,
    Column,
    Dataset,
    Geometry,
    declare,
    translated,
)
from volunteers.models import ChecklistItem, Initiative, Observation


def public_initiatives() -> QuerySet[Initiative]:
    return Initiative.objects.public().order_by("pk")


def initiatives_updated() -> datetime | None:
    newest: datetime | None = public_initiatives().aggregate(at=Max("updated_at"))["at"]
    return newest


def changes(most: int) -> Iterable[ChangeNote]:
    for row in Initiative.objects.public().order_by("-updated_at")[:most]:
        yield ChangeNote(
            key=f"initiative/{row.public_id}",
            title=row.title.plain,
            text=str(row.get_state_display()),
            path=f"/initiatives/{row.public_id}/",
            changed_at=row.updated_at,
        )


INITIATIVES = declare(
    Dataset(
        slug="initiatives",
        title=_("Initiatives"),
        description=_(
            "What volunteers can join or have done: direction, place, dates, places"
            " and places taken. No people: who takes part is never public."
        ),
        source=_("The portal's own register"),
        licence=CC_BY,
        rows=public_initiatives,
        updated=initiatives_updated,
        changes=changes,
        geometry=Geometry("area", longitude="longitude", latitude="latitude"),
        columns=[
            Column("public_id", _("Public id")),
            Column("direction", _("Direction"), source="direction__code"),
            *translated("title", _("Title")),
            Column("organisation", _("Organisation"), source="organisation__public_id"),
            Column("area", _("Area"), source="area__iso"),
            Column("latitude", _("Latitude"), type="number"),
            Column("longitude", _("Longitude"), type="number"),
            Column("starts_at", _("Starts at"), type="datetime"),
            Column("ends_at", _("Ends at"), type="datetime"),
            Column("slots", _("Places"), type="integer"),
            Column("taken", _("Places taken"), type="integer"),
            Column(
                "state",
                _("State"),
                choices=tuple(str(state) for state in Initiative.PUBLIC_STATES),
            ),
            *translated("report", pgettext_lazy("document", "Report")),
            Column("updated_at", _("Changed at"), type="datetime"),
            Column("is_demo", _("Made up for a demonstration"), type="boolean"),
        ],
    )
)


def public_observations() -> QuerySet[Observation]:
    return Observation.objects.verified().order_by("pk")


def _as_json(answers: dict[str, str]) -> str:
    return orjson.dumps(answers, option=orjson.OPT_SORT_KEYS).decode()


OBSERVATIONS = declare(
    Dataset(
        slug="volunteer-observations",
        title=_("Observations"),
        description=_(
            "What volunteers saw and a coordinator verified: place, day and answers to"
            " the checklist. No observer is named."
        ),
        source=_("Volunteers, verified by a coordinator"),
        licence=CC_BY,
        rows=public_observations,
        updated=lambda: public_observations().aggregate(at=Max("verified_on"))["at"],
        geometry=Geometry("area", longitude="longitude", latitude="latitude"),
        columns=[
            Column("public_id", _("Public id")),
            Column("initiative", _("Initiative"), source="initiative__public_id"),
            Column("reference", _("What was observed")),
            Column("area", _("Area"), source="area__iso"),
            Column("latitude", _("Latitude"), type="number"),
            Column("longitude", _("Longitude"), type="number"),
            Column("seen_on", _("Seen on"), type="date"),
            Column(
                "answers",
                _("Answers to the checklist"),
                description=_(
                    "JSON: the number of the question, as in the dataset of checklists,"
                    " and “yes”, “no” or “unknown”"
                ),
                convert=_as_json,
            ),
            Column("note", _("Note")),
            Column("note_language", _("Language of the note")),
            Column("verified_on", _("Verified on"), type="date"),
            Column("is_demo", _("Made up for a demonstration"), type="boolean"),
        ],
    )
)


def public_questions() -> QuerySet[ChecklistItem]:
    shown = ChecklistItem.objects.filter(initiative__state__in=Initiative.PUBLIC_STATES)
    return shown.annotate(number=Cast("pk", CharField())).order_by("pk")


QUESTIONS = declare(
    Dataset(
        slug="volunteer-checklists",
        title=_("Checklists of observations"),
        description=_(
            "The questions that observers of an initiative answer: they give the"
            " answers in the dataset of observations their meaning."
        ),
        source=_("The portal's own register"),
        licence=CC_BY,
        rows=public_questions,
        key="number",
        columns=[
            Column("number", _("Number of the question")),
            Column("initiative", _("Initiative"), source="initiative__public_id"),
            *translated("text", _("Question")),
            Column("list_order", _("Place in the list"), type="integer"),
        ],
    )
)
