"""The filters that list, map, API and files share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import BooleanField, Q, QuerySet, Sum
from django.db.models.aggregates import Aggregate
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from corruption_map.models import (
    DetectionSource,
    Level,
    Risk,
    RiskCount,
    Sphere,
)
from foundation.languages import column
from foundation.territory.models import Area, BodyKind

NOT_ASSESSED = "none"


@dataclass(frozen=True)
class Dimension:
    """One filter: its parameter and where it looks in a risk and in a cell."""

    risk: str
    cell: str


DIMENSIONS = {
    "year": Dimension("year", "year"),
    "area": Dimension("area", "area"),
    "sphere": Dimension("sphere", "sphere"),
    "detection": Dimension("detection_source", "detection_source"),
    "status": Dimension("state", "state"),
    "kind": Dimension("body__kind", "body_kind"),
}


class BoolOr(Aggregate):
    function = "BOOL_OR"
    output_field = BooleanField()


class RiskFilterForm(forms.Form):
    """What a reader may ask for; every field is optional."""

    year = forms.TypedChoiceField(
        label=_("Year"), required=False, coerce=int, empty_value=None
    )
    area = forms.ChoiceField(label=_("Area"), required=False)
    sphere = forms.ChoiceField(label=_("Sphere"), required=False)
    detection = forms.ChoiceField(label=_("Source of detection"), required=False)
    level = forms.ChoiceField(
        label=_("Level"),
        required=False,
        choices=[("", _("All levels")), *Level.choices, (NOT_ASSESSED, _("Not assessed"))],
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Open and eliminated")),
            *((state.value, state.label) for state in Risk.PUBLIC_STATES),
        ],
    )
    kind = forms.ChoiceField(label=_("Kind of body"), required=False)

    def __init__(self, asked: QueryDict, *, choices: "Choices") -> None:
        # An address never fails for a parameter that the page does not know.
        super().__init__(asked)
        self._fill("year", _("All years"), [(str(y), str(y)) for y in choices.years])
        self._fill("area", _("All areas"), choices.areas)
        self._fill("sphere", _("All spheres"), choices.spheres)
        self._fill("detection", _("All sources"), choices.detections)
        self._fill("kind", _("All kinds"), choices.kinds)

    def _fill(self, name: str, everything: Any, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]


class Choices:
    """The rows that a reader can choose from: one query each, made when needed."""

    @cached_property
    def overview(self) -> dict[str, Any]:
        return RiskCount.objects.aggregate(
            risks=Sum("risks", default=0), has_demo=BoolOr("is_demo", default=False)
        )

    @cached_property
    def years(self) -> list[int]:
        years = RiskCount.objects.order_by("-year").values_list("year", flat=True)
        return list(years.distinct())

    @cached_property
    def area_rows(self) -> list[Area]:
        return list(Area.objects.mapped().order_by(column("name")))

    @property
    def areas(self) -> list[tuple[str, str]]:
        country = [("KZ", str(_("Not attributed to one area")))]
        return [(area.iso, area.name.plain) for area in self.area_rows] + country

    @cached_property
    def spheres(self) -> list[tuple[str, str]]:
        return [(row.code, row.name.plain) for row in _by_name(Sphere)]

    @cached_property
    def detections(self) -> list[tuple[str, str]]:
        return [(row.code, row.name.plain) for row in _by_name(DetectionSource)]

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        return [(row.code, row.name.plain) for row in _by_name(BodyKind)]


def _by_name(model: Any) -> Any:
    return model.objects.order_by(column("name"))


@dataclass(frozen=True)
class RiskFilter:
    """Valid answers of the form, applied alike to risks and to the map's cells."""

    values: dict[str, Any]

    @property
    def active(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if value}

    def risks(self, rows: QuerySet[Risk]) -> QuerySet[Risk]:
        rows = rows.filter(self._condition("risk"))
        level = self.values.get("level")
        if level == NOT_ASSESSED:
            return rows.filter(current_score=0)
        if level:
            return rows.filter(current_score__range=Level(level).scores)
        return rows

    def cells(self, rows: QuerySet[RiskCount]) -> QuerySet[RiskCount]:
        rows = rows.filter(self._condition("cell"))
        level = self.values.get("level")
        if level == NOT_ASSESSED:
            return rows.filter(score=0)
        if level:
            return rows.filter(score__range=Level(level).scores)
        return rows

    def without(self, *names: str) -> "RiskFilter":
        kept = {key: value for key, value in self.values.items() if key not in names}
        return RiskFilter(kept)

    def _condition(self, side: str) -> Q:
        condition = Q()
        for name, dimension in DIMENSIONS.items():
            if value := self.values.get(name):
                lookup = getattr(dimension, side) + LOOKUPS.get(name, "")
                condition &= Q(**{lookup: value})
        return condition


# By code, not by key: the address of a filter reads, and needs no query to be checked.
LOOKUPS = {
    "area": "__iso",
    "sphere": "__code",
    "detection": "__code",
    "kind": "__code",
}
