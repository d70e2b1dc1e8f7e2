"""What of this room is open data."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import Max, QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corruption_map.figures import Figures
from corruption_map.models import (
    Change,
    Level,
    Measure,
    PublicComment,
    Risk,
    VulnerablePosition,
)
from foundation.open_data.exports import table_response
from foundation.open_data.geometry import ATTRIBUTION
from foundation.open_data.registry import (
    CC_BY,
    ChangeNote,
    Column,
    Dataset,
    Geometry,
    declare,
    translated,
)
from foundation.open_data.writers import About

MADE_UP = Column("is_demo", _("Made up for a demonstration"), type="boolean")
SOURCE = _("The documents cited in each row, and the authority's own analyses")


@cache
def level_of(score: int) -> str | None:
    return Level.of(score)


def score_of(score: int) -> int | None:
    return score or None


def days_overdue(deadline: date | None, state: str) -> int:
    measure = Measure(deadline=deadline, state=state)
    return measure.days_overdue(timezone.localdate())


def mean(ratings: int, count: int) -> float | None:
    return round(ratings / count, 2) if count else None


def public_risks() -> QuerySet[Risk]:
    return Risk.objects.public().order_by("pk")


def public_measures() -> QuerySet[Measure]:
    return Measure.objects.public().order_by("pk")


def public_positions() -> QuerySet[VulnerablePosition]:
    return VulnerablePosition.objects.filter(is_published=True).order_by("pk")


def public_comments() -> QuerySet[PublicComment]:
    comments = PublicComment.objects.published()
    return comments.filter(risk__state__in=Risk.PUBLIC_STATES).order_by("pk")


def risks_updated() -> datetime | None:
    newest: datetime | None = public_risks().aggregate(at=Max("updated_at"))["at"]
    return newest


def changes_of_risks(most: int) -> Iterable[ChangeNote]:
    return _notes(Change.objects.filter(measure=None), most)


def changes_of_measures(most: int) -> Iterable[ChangeNote]:
    return _notes(Change.objects.filter(measure__isnull=False), most)


def _notes(changes: QuerySet[Change], most: int) -> Iterable[ChangeNote]:
    public = changes.filter(risk__state__in=Risk.PUBLIC_STATES)
    for change in public.select_related("risk", "measure")[:most]:
        row = change.measure or change.risk
        yield ChangeNote(
            key=f"change-{change.pk}",
            title=str(row),
            text=str(change),
            path=(
                f"/measures/{row.public_id}/"
                if change.measure
                else f"/risks/{row.public_id}/"
            ),
            changed_at=change.changed_at,
        )


RISKS = declare(
    Dataset(
        slug="risks",
        title=_("Corruption risks"),
        description=_(
            "Every published corruption risk with its area, body, level and source. The"
            " quotation stands in the language of the source; a text in another"
            " language than the original one is a translation."
        ),
        source=SOURCE,
        licence=CC_BY,
        geometry=Geometry("area"),
        rows=public_risks,
        updated=risks_updated,
        changes=changes_of_risks,
        columns=[
            Column("public_id", _("Public id")),
            Column(
                "state",
                _("State"),
                choices=tuple(Risk.PUBLIC_STATES),
                description=_("published: open; closed: eliminated."),
            ),
            Column("year", _("Year"), type="integer"),
            Column("area", _("Area"), source="area__iso"),
            *translated("area_name", _("Name of the area"), source="area__name"),
            Column("body", _("Public body"), source="body__code"),
            *translated("body_name", _("Name of the body"), source="body__name"),
            *translated("body_note", _("Body, where it is not in the list")),
            Column("sphere", _("Sphere"), source="sphere__code"),
            *translated("sphere_name", _("Name of the sphere"), source="sphere__name"),
            Column(
                "detection_source",
                _("Source of detection"),
                source="detection_source__code",
            ),
            *translated(
                "detection_source_name",
                _("Name of the source of detection"),
                source="detection_source__name",
            ),
            *translated("title", _("Title")),
            *translated("description", _("Description")),
            *translated("process", _("Process")),
            *translated("response", _("What the source says was done")),
            Column("original_language", _("Language it was written in")),
            Column(
                "level",
                _("Current level"),
                source="current_score",
                convert=level_of,
                choices=tuple(Level.values),
                description=_("Empty where nobody has assessed the risk."),
            ),
            Column(
                "score",
                _("Current score"),
                type="integer",
                source="current_score",
                convert=score_of,
                description=_("Likelihood × impact, 1 to 25."),
            ),
            Column("amount_kzt", _("Amount, KZT"), type="number"),
            *translated("amount_note", _("What the amount is")),
            Column("source_document", _("Source document"), source="source__code"),
            *translated(
                "source_title", _("Title of the source"), source="source__title"
            ),
            Column("source_section", _("Section of the source")),
            Column("source_url", _("Address of the source"), source="source__url"),
            Column("quote", _("Quotation")),
            Column("quote_language", _("Language of the quotation")),
            Column("published_at", _("Published at"), type="datetime"),
            Column("closed_on", _("Eliminated on"), type="date"),
            *translated("state_reason", _("Reason for the state")),
            Column("updated_at", _("Changed at"), type="datetime"),
            MADE_UP,
        ],
    )
)

MEASURES = declare(
    Dataset(
        slug="measures",
        title=_("Measures against the risks"),
        description=_(
            "What is done against each published risk, by whom, until when, and how"
            " many days it is overdue today."
        ),
        source=SOURCE,
        licence=CC_BY,
        geometry=Geometry("area"),
        rows=public_measures,
        changes=changes_of_measures,
        columns=[
            Column("public_id", _("Public id")),
            Column("risk", _("Risk"), source="risk__public_id"),
            *translated("risk_title", _("Title of the risk"), source="risk__title"),
            Column("area", _("Area"), source="risk__area__iso"),
            *translated("text", _("What is done")),
            Column("executor", _("Executor"), source="executor__code"),
            *translated(
                "executor_name", _("Name of the executor"), source="executor__name"
            ),
            Column("deadline", _("Deadline"), type="date"),
            Column("state", _("State"), choices=tuple(Measure.State.values)),
            Column(
                "days_overdue",
                _("Days overdue"),
                type="integer",
                source=("deadline", "state"),
                convert=days_overdue,
                description=_("Counted on the day of the download; 0 if in time."),
            ),
            *translated("reporting_form", _("Reporting form")),
            *translated("indicator", _("Indicator of success")),
            Column("reported_on", _("Reported on"), type="date"),
            Column("verified_on", _("Verified on"), type="date"),
            *translated("state_reason", _("Reason for the state")),
            MADE_UP,
        ],
    )
)

POSITIONS = declare(
    Dataset(
        slug="positions",
        title=_("Exposed positions"),
        description=_(
            "Posts exposed to corruption risks, and why; never the person who holds one."
        ),
        source=_("The lists that public bodies approve"),
        licence=CC_BY,
        geometry=Geometry("area"),
        rows=public_positions,
        columns=[
            Column("public_id", _("Public id")),
            Column("body", _("Public body"), source="body__code"),
            *translated("body_name", _("Name of the body"), source="body__name"),
            Column("area", _("Area"), source="body__area__iso"),
            *translated("title", _("Post")),
            *translated("functions", _("Functions")),
            *translated("reason", _("Why it is exposed")),
            Column("level", _("Level"), choices=tuple(Level.values)),
            Column("act", _("Act that lists it")),
            Column("valid_from", _("Listed from"), type="date"),
            Column("valid_to", _("Listed until"), type="date"),
            MADE_UP,
        ],
    )
)

COMMENTS = declare(
    Dataset(
        slug="comments",
        title=_("Published comments"),
        description=_(
            "What readers said of the risks and measures, after moderation, and what"
            " the bodies replied. Nothing about the readers is known."
        ),
        source=_("Readers and public bodies"),
        licence=CC_BY,
        rows=public_comments,
        has_api=False,
        columns=[
            Column("public_id", _("Public id")),
            Column("risk", _("Risk"), source="risk__public_id"),
            Column("measure", _("Measure"), source="measure__public_id"),
            Column("text", _("Comment")),
            Column("language", _("Language")),
            Column("received_on", _("Received on"), type="date"),
            *translated("reply", _("Reply of the body")),
            Column("replied_on", _("Replied on"), type="date"),
            Column("rating_count", _("Ratings of the reply"), type="integer"),
            Column(
                "rating",
                _("Mean rating of the reply"),
                type="number",
                source=("rating_sum", "rating_count"),
                convert=mean,
            ),
            MADE_UP,
        ],
    )
)

MAP_COLUMNS = [
    Column("area", _("Area")),
    Column("kato", _("KATO code")),
    *translated("name", _("Name")),
    Column("measure", _("What is shown")),
    Column("unit", _("Unit")),
    Column(
        "value",
        _("Value"),
        type="number",
        description=_("As the map shows it; empty where there is no data."),
    ),
    Column("class", _("Class"), type="integer"),
    Column(
        "is_uncertain",
        _("Rests on fewer than ten"),
        type="boolean",
        description=_("A rate of so few cases says little."),
    ),
    Column("risks", _("Published risks"), type="integer"),
    Column("eliminated", _("Risks eliminated"), type="integer"),
    Column("assessed", _("Risks assessed"), type="integer"),
    Column("measures", _("Measures"), type="integer"),
    Column("overdue", _("Measures overdue"), type="integer"),
    Column("population", _("Residents"), type="integer"),
    Column("population_on", _("Residents as of"), type="date"),
]


def map_rows(figures: Figures) -> list[list[Any]]:
    """Return the rows of `MAP_COLUMNS`: the very figures that the map shows."""
    return [
        [
            row.area.iso,
            row.area.kato,
            row.area.name_kk,
            row.area.name_ru,
            row.area.name_en,
            figures.measure,
            figures.unit if figures.is_rate else "number",
            row.value,
            row.class_number or None,
            row.is_uncertain,
            row.totals.risks,
            row.totals.eliminated,
            row.totals.assessed,
            row.totals.measures,
            row.totals.overdue,
            row.population,
            figures.population_on if row.population else None,
        ]
        for row in figures.rows
    ]


def map_export_response(
    figures: Figures, file_format: str, *, with_bom: bool = False
) -> HttpResponseBase:
    """Answer with the state of the map as a file, with outlines in GeoJSON."""
    about = About(
        name="map",
        title=str(figures.full_title),
        source=str(SOURCE),
        licence=str(CC_BY.title),
        licence_url=CC_BY.url,
        attribution=str(ATTRIBUTION),
    )
    return table_response(
        columns=MAP_COLUMNS,
        rows=map_rows(figures),
        about=about,
        file_format=file_format,
        filename=f"map-{figures.measure}",
        place="area",
        with_bom=with_bom,
    )
