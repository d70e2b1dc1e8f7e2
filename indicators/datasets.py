"""What of this room is open data."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import CharField, Max, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from foundation.open_data.registry import (
    CC_BY,
    ChangeNote,
    Column,
    Dataset,
    Licence,
    declare,
    translated,
)
from indicators.models import DerivedFigure, Indicator, Observation, Release

QUOTED = Licence(
    "quoted",
    _("Quoted with reference to the source; each row names its own"),
    f"{settings.PUBLIC_URL}/en/statistics/",
)


def all_indicators() -> QuerySet[Indicator]:
    return Indicator.objects.order_by("pk")


def with_public_id(rows: QuerySet[Observation]) -> QuerySet[Observation]:
    """Add the number of a figure as text, so that any text may be asked for."""
    return rows.annotate(public_id=Cast("pk", CharField())).order_by("pk")


def current_observations() -> QuerySet[Observation]:
    return with_public_id(Observation.objects.current())


def updated() -> datetime | None:
    newest: datetime | None = Release.objects.aggregate(at=Max("published_at"))["at"]
    return newest


def changes(most: int) -> Iterable[ChangeNote]:
    releases = Release.objects.published().select_related("indicator", "source")
    for release in releases[:most]:
        assert release.published_at is not None
        yield ChangeNote(
            key=f"release/{release.pk}",
            title=release.indicator.name.plain,
            text=f"{release.source.name.plain}, {release.edition}",
            path=f"/statistics/{release.indicator.code}/",
            changed_at=release.published_at,
        )


INDICATORS = declare(
    Dataset(
        slug="indicators",
        title=_("Indicators"),
        description=_("What is measured: definition, stage of justice and direction."),
        source=_("The documents and pages cited with each figure"),
        licence=QUOTED,
        key="code",
        update_days=365,
        rows=all_indicators,
        columns=[
            Column("code", _("Code")),
            *translated("name", _("Name")),
            *translated("definition", _("Definition")),
            Column("theme", _("Theme"), choices=tuple(Indicator.Theme.values)),
            Column(
                "stage", _("Stage of justice"), choices=tuple(Indicator.Stage.values)
            ),
            Column(
                "direction", _("Direction"), choices=tuple(Indicator.Direction.values)
            ),
            Column("next_release_on", _("Next release on"), type="date"),
        ],
    )
)

OBSERVATIONS = declare(
    Dataset(
        slug="observations",
        title=_("Figures of the indicators"),
        description=_(
            "Every current figure with its period, scope and source. Figures of"
            " different scope must not be joined to one series."
        ),
        source=_("The documents and pages cited with each figure"),
        licence=QUOTED,
        update_days=365,
        rows=current_observations,
        updated=updated,
        changes=changes,
        columns=[
            Column("public_id", _("Public id")),
            Column("indicator", _("Indicator"), source="release__indicator__code"),
            *translated(
                "indicator_name",
                _("Name of the indicator"),
                source="release__indicator__name",
            ),
            Column("period", _("Period, as printed")),
            Column("period_start", _("Period from"), type="date"),
            Column("period_end", _("Period to"), type="date"),
            Column("value", _("Value"), type="number"),
            Column("lower", _("Lower bound"), type="number"),
            Column("upper", _("Upper bound"), type="number"),
            Column("rank_of", _("Rank out of"), type="integer"),
            Column("unit", _("Unit"), source="unit__code"),
            *translated("unit_name", _("Name of the unit"), source="unit__name"),
            Column("area", _("Area"), source="area__iso"),
            Column("body", _("Public body"), source="breakdown__body__code"),
            Column("breakdown", _("Breakdown"), source="breakdown__kind"),
            Column("breakdown_value", _("Part"), source="breakdown__value"),
            Column(
                "breakdown_role",
                _("Role of the breakdown"),
                source="breakdown__role",
                description=_("Figures of different scope are never one series."),
            ),
            *translated(
                "breakdown_name", _("Name of the part"), source="breakdown__name"
            ),
            Column("status", _("Status"), choices=tuple(Observation.Status.values)),
            Column(
                "confidence",
                _("Confidence"),
                choices=tuple(Observation.Confidence.values),
            ),
            Column("source", _("Source"), source="release__source__code"),
            *translated(
                "source_name", _("Name of the source"), source="release__source__name"
            ),
            Column("section", _("Section of the source")),
            Column("source_url", _("Address of the source")),
            Column(
                "retrieved_on",
                _("Taken from the source on"),
                type="date",
                source="release__retrieved_on",
            ),
            Column("edition", _("Edition"), source="release__edition"),
        ],
    )
)


def derived_figures() -> QuerySet[DerivedFigure]:
    return DerivedFigure.objects.annotate(
        public_id=Cast("pk", CharField()),
        observation_id_text=Cast("observation_id", CharField()),
    ).order_by("pk")


DERIVED = declare(
    Dataset(
        slug="derived-figures",
        title=_("Rates, shares and ranks counted from the figures"),
        description=_(
            "What the portal counts itself from the published figures: per 100,000"
            " residents by the nearest population within a year, the share of the"
            " undivided figure of the same release, the place among the areas named."
        ),
        source=_("The portal"),
        licence=CC_BY,
        update_days=365,
        rows=derived_figures,
        updated=updated,
        columns=[
            Column("public_id", _("Public id")),
            Column("observation", _("Figure"), source="observation_id_text"),
            Column(
                "indicator",
                _("Indicator"),
                source="observation__release__indicator__code",
            ),
            Column("period", _("Period, as printed"), source="observation__period"),
            Column("area", _("Area"), source="observation__area__iso"),
            Column("kind", _("Kind"), choices=tuple(DerivedFigure.Kind.values)),
            Column("value", _("Value"), type="number"),
            Column("out_of", _("Rank out of"), type="integer"),
            Column("population", _("Residents"), "integer", "population__value"),
            Column("population_on", _("Population on"), "date", "population__date"),
        ],
    )
)
