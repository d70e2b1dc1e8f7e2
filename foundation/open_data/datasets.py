"""The ground's own datasets: areas, their populations, public bodies."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.open_data.registry import (
    CC_BY,
    Column,
    Dataset,
    Geometry,
    Licence,
    declare,
    translated,
)
from foundation.territory.models import Area, AreaPopulation, PublicBody

STATISTICS = Licence(
    "free-with-reference",
    _("Free reuse with reference to the source"),
    "https://stat.gov.kz/",
)


def all_areas() -> QuerySet[Area]:
    return Area.objects.order_by("iso")


def all_bodies() -> QuerySet[PublicBody]:
    return PublicBody.objects.order_by("code")


def all_populations() -> QuerySet[AreaPopulation]:
    return AreaPopulation.objects.order_by("pk")


AREAS = declare(
    Dataset(
        slug="areas",
        title=_("Areas"),
        description=_(
            "The country, its regions and its cities of republican significance, with"
            " their codes and the days on which they came into being or changed."
        ),
        source=_("ISO 3166-2, the KATO classifier and the sources of the boundaries"),
        key="iso",
        update_days=365,
        geometry=Geometry("iso", is_outline=True),
        rows=all_areas,
        columns=[
            Column("iso", _("ISO 3166-2 code")),
            Column("kato", _("KATO code")),
            Column("kind", _("Kind"), choices=tuple(Area.Kind.values)),
            Column("parent", _("Part of"), source="parent__iso"),
            *translated("name", _("Name")),
            *translated("centre", _("Centre")),
            Column(
                "latitude",
                _("Latitude of the label"),
                type="number",
                source="label_latitude",
            ),
            Column(
                "longitude",
                _("Longitude of the label"),
                type="number",
                source="label_longitude",
            ),
            Column("surface_km2", _("Surface, km²"), type="integer"),
            Column("valid_from", _("Exists from"), type="date"),
            Column("valid_to", _("Existed until"), type="date"),
            Column("replaces", _("Created out of"), source="replaces__iso"),
            Column("territory_changed_on", _("Borders changed on"), type="date"),
            *translated("note", _("Note")),
        ],
    )
)

POPULATIONS = declare(
    Dataset(
        slug="populations",
        title=_("Residents by area"),
        description=_(
            "How many people lived in each area on a day; the map's figures per"
            " 100,000 residents rest on them."
        ),
        source=_("Bureau of National Statistics; each row names its source"),
        key="id",
        update_days=365,
        licence=STATISTICS,
        geometry=Geometry("area"),
        rows=all_populations,
        has_api=False,
        columns=[
            Column("area", _("Area"), source="area__iso"),
            Column("date", _("As of"), type="date"),
            Column("value", _("Residents"), type="integer"),
            Column("source", _("Source")),
            Column("source_url", _("Address of the source")),
        ],
    )
)

BODIES = declare(
    Dataset(
        slug="bodies",
        title=_("Public bodies"),
        description=_(
            "State bodies and organisations whose risks, exposed positions and measures"
            " the portal shows."
        ),
        source=_("The documents cited by the portal; see its list of sources"),
        key="code",
        update_days=90,
        licence=CC_BY,
        geometry=Geometry("area"),
        rows=all_bodies,
        columns=[
            Column("code", _("Code")),
            Column("abbreviation", _("Abbreviation")),
            *translated("name", _("Name")),
            Column("kind", _("Kind"), source="kind__code"),
            *translated("kind_name", _("Kind of body"), source="kind__name"),
            Column("parent", _("Part of"), source="parent__code"),
            Column("area", _("Area"), source="area__iso"),
            Column("successor", _("Succeeded by"), source="successor__code"),
            Column("valid_from", _("Exists from"), type="date"),
            Column("valid_to", _("Existed until"), type="date"),
            Column(
                "ended_in",
                _("Year it ended, where no day is known"),
                type="integer",
            ),
            *translated("note", _("Note")),
            Column(
                "names_confirmed",
                _("Names confirmed"),
                type="boolean",
                description=_("False where the portal translated a name itself."),
            ),
            Column("is_demo", _("Made up for a demonstration"), type="boolean"),
        ],
    )
)
