"""This room under `/api/v1/`: the filters are those of the pages."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from corruption_map import figures
from corruption_map.datasets import (
    MAP_COLUMNS,
    MEASURES,
    POSITIONS,
    RISKS,
    map_rows,
)
from corruption_map.figures import Figures, Totals, map_figures
from corruption_map.filters import NOT_ASSESSED, Choices, RiskFilterForm
from corruption_map.forms.public import (
    MapForm,
    MeasureFilterForm,
    PositionFilterForm,
)
from corruption_map.models import Level, Measure, Risk, VulnerablePosition
from foundation.open_data.resources import (
    Parameter,
    PublicAPI,
    Resource,
    declare_resource,
    declare_view,
    refuse_unknown,
    valid,
)
from foundation.open_data.schema import (
    LIMITED,
    REFUSED,
    UNCHANGED,
    parameters,
    row_serializer,
)

AREA = Parameter("area", _("Area: its ISO code, or KZ for what is of no one area"))
RISK_FILTERS = [
    Parameter("year", _("Year"), type="integer"),
    AREA,
    Parameter("sphere", _("Sphere: its code")),
    Parameter("detection", _("Source of detection: its code")),
    Parameter("level", _("Level"), (*Level.values, NOT_ASSESSED)),
    Parameter("status", _("Status"), tuple(Risk.PUBLIC_STATES)),
    Parameter("kind", _("Kind of body: its code")),
]
BODY = Parameter("body", _("Public body: its code"))


def chosen_risks(asked: QueryDict) -> QuerySet[Risk]:
    form: RiskFilterForm = valid(RiskFilterForm(asked, choices=Choices()))
    return form.filter.risks(RISKS.rows())


def chosen_measures(asked: QueryDict) -> QuerySet[Measure]:
    form: MeasureFilterForm = valid(MeasureFilterForm(asked))
    return form.rows(MEASURES.rows(), timezone.localdate())


def chosen_positions(asked: QueryDict) -> QuerySet[VulnerablePosition]:
    form: PositionFilterForm = valid(PositionFilterForm(asked))
    return form.rows(POSITIONS.rows())


declare_resource(Resource(RISKS, RISK_FILTERS, chosen_risks))
declare_resource(
    Resource(
        MEASURES,
        [
            Parameter("state", _("Status"), ("overdue", *Measure.State.values)),
            BODY,
        ],
        chosen_measures,
    )
)
declare_resource(
    Resource(
        POSITIONS,
        [Parameter("level", _("Level"), tuple(Level.values)), BODY],
        chosen_positions,
    )
)

MAP_FILTERS = [
    Parameter("measure", _("What is shown"), tuple(figures.MEASURES)),
    Parameter("unit", _("Unit"), tuple(figures.UNITS)),
    Parameter("classes", _("How classes are made"), tuple(figures.METHODS)),
    *(parameter for parameter in RISK_FILTERS if parameter is not AREA),
]
COUNTED = ("risks", "eliminated", "assessed", "measures", "overdue")
TOTALS = inline_serializer(
    "MapTotals", {name: serializers.IntegerField() for name in COUNTED}
)


class MapView(PublicAPI):
    """The figures that the map shows, its classes and what is not on it."""

    @extend_schema(
        operation_id="get_map",
        summary="State of the map",
        parameters=parameters(MAP_FILTERS),
        responses={
            200: inline_serializer(
                "Map",
                {
                    "measure": serializers.CharField(),
                    "unit": serializers.CharField(),
                    "classes": serializers.CharField(),
                    "population_on": serializers.DateField(allow_null=True),
                    "rows": serializers.ListField(
                        child=row_serializer("MapRow", tuple(MAP_COLUMNS))
                    ),
                    "legend": serializers.ListField(
                        child=inline_serializer(
                            "MapClass",
                            {
                                "class": serializers.IntegerField(),
                                "lower": serializers.FloatField(),
                                "upper": serializers.FloatField(),
                                "areas": serializers.IntegerField(),
                            },
                        )
                    ),
                    "without_value": serializers.IntegerField(),
                    "not_attributed": TOTALS,
                    "total": TOTALS,
                },
            ),
            304: UNCHANGED,
            400: REFUSED,
            429: LIMITED,
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = request.query_params
        refuse_unknown(asked, [parameter.name for parameter in MAP_FILTERS])
        choices = Choices()
        form: MapForm = valid(MapForm(asked, choices=choices))
        shown = map_figures(
            where=form.filter,
            measure=form.cleaned_data["measure"],
            unit=form.cleaned_data["unit"],
            method=form.cleaned_data["classes"],
            areas=choices.area_rows,
        )
        return self.answer(request, map_as_json(shown))


def map_as_json(shown: Figures) -> dict[str, object]:
    names = [column.name for column in MAP_COLUMNS]
    return {
        "measure": shown.measure,
        "unit": shown.unit if shown.is_rate else "number",
        "classes": shown.method,
        "population_on": shown.population_on,
        "rows": [dict(zip(names, row, strict=True)) for row in map_rows(shown)],
        "legend": [
            {
                "class": step.number,
                "lower": step.lower,
                "upper": step.upper,
                "areas": step.areas,
            }
            for step in shown.legend
        ],
        "without_value": shown.without_value,
        "not_attributed": _totals(shown.not_attributed),
        "total": _totals(shown.total),
    }


def _totals(totals: Totals) -> dict[str, int]:
    return {name: getattr(totals, name) for name in COUNTED}


declare_view("map", MapView)
