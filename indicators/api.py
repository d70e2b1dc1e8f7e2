"""This room under `/api/v1/`."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from foundation.open_data.resources import Parameter, Resource, declare_resource
from indicators.datasets import DERIVED, INDICATORS, OBSERVATIONS
from indicators.models import Observation

LOOKUPS = {
    "indicator": "release__indicator__code",
    "area": "area__iso",
    "period": "period",
}


def chosen_observations(asked: QueryDict) -> QuerySet[Observation]:
    rows: QuerySet[Observation] = OBSERVATIONS.rows()
    for name, lookup in LOOKUPS.items():
        if value := asked.get(name):
            # PostgreSQL refuses the character, and no code has it.
            rows = rows.filter(**{lookup: str(value).replace("\x00", "\ufffd")})
    return rows


declare_resource(Resource(DERIVED))
declare_resource(Resource(INDICATORS))
declare_resource(
    Resource(
        OBSERVATIONS,
        [
            Parameter("indicator", _("Indicator: its code")),
            Parameter("area", _("Area: its ISO code")),
            Parameter("period", _("Period, as printed")),
        ],
        chosen_observations,
    )
)
