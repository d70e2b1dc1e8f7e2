"""The filters that list, map, API and files share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import CharField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from corruption_map.models import (
    DetectionSource,
    Level,
    Risk,
    RiskCount,
    Sphere,
)
from foundation.languages import alphabetical, column
from foundation.territory.models import Area, BodyKind, PublicBody

NOT_ASSESSED = "none"


@dataclass(frozen=True)
class Dimension:
    """One filter: where it looks in a risk and in a cell, and whose key it needs."""

    risk: str
    cell: str
    keys: Callable[[str], QuerySet[Any]] | None = None


# Keys and not codes go into the query: the planner knows how common each key is.
DIMENSIONS = {
    "year": Dimension("year", "year"),
    "status": Dimension("state", "state"),
    "area": Dimension("area__in", "area__in", lambda iso: Area.objects.filter(iso=iso)),
    "sphere": Dimension(
        "sphere__in", "sphere__in", lambda code: Sphere.objects.filter(code=code)
    ),
    "detection": Dimension(
        "detection_source__in",
        "detection_source__in",
        lambda code: DetectionSource.objects.filter(code=code),
    ),
    "kind": Dimension(
        "body__in",
        "body_kind__code",
        lambda code: PublicBody.objects.filter(kind__code=code),
    ),
}
# One column each beyond those that every cell has.
GRAINS = ("sphere", "detection", "kind")


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
        choices=[
            ("", _("All levels")),
            *Level.choices,
            (NOT_ASSESSED, _("Not assessed")),
        ],
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
        national = ("KZ", str(_("Not attributed to one area")))
        self._fill("area", _("All areas"), [*choices.of("area"), national])
        self._fill("sphere", _("All spheres"), choices.of("sphere"))
        self._fill("detection", _("All sources"), choices.of("detection"))
        self._fill("kind", _("All kinds"), choices.of("kind"))

    @property
    def filter(self) -> "RiskFilter":
        """Return what a valid form asks for."""
        known = (*DIMENSIONS, "level")
        return RiskFilter({name: self.cleaned_data.get(name) for name in known})

    def _fill(self, name: str, everything: Any, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]


class Choices:
    """What a reader can choose from, read with two queries."""

    @cached_property
    def overview(self) -> dict[str, Any]:
        """Return `years` (newest first) and whether made-up rows are among them."""
        plain = RiskCount.objects.filter(grain=RiskCount.Grain.PLAIN)
        return plain.aggregate(
            years=ArrayAgg("year", distinct=True, order_by="-year", default=[]),
            has_demo=BoolOr("is_demo", default=False),
        )

    @property
    def years(self) -> list[int]:
        return list(self.overview["years"])

    @cached_property
    def area_rows(self) -> list[Area]:
        return list(Area.objects.mapped())

    @cached_property
    def names(self) -> dict[str, list[tuple[str, str]]]:
        """Return codes and names of each filter, in the reader's alphabet."""
        name = column("name")
        rows = [
            model.objects.values_list(
                Value(filter_name, CharField()),
                Cast(code, CharField()),
                Cast(name, CharField()),
            )
            for filter_name, model, code in (
                ("sphere", Sphere, "code"),
                ("detection", DetectionSource, "code"),
                ("kind", BodyKind, "code"),
            )
        ]
        areas = Area.objects.mapped().values_list(
            Value("area", CharField()),
            Cast("iso", CharField()),
            Cast(name, CharField()),
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for filter_name, code, label in areas.union(*rows, all=True):
            found.setdefault(filter_name, []).append((code, label))
        return {
            key: sorted(pairs, key=lambda pair: alphabetical(pair[1]))
            for key, pairs in found.items()
        }

    def of(self, name: str) -> list[tuple[str, str]]:
        return self.names.get(name, [])


@dataclass(frozen=True)
class RiskFilter:
    """Valid answers of the form, applied alike to risks and to the map's cells."""

    values: dict[str, Any]

    def risks(self, rows: QuerySet[Risk]) -> QuerySet[Risk]:
        rows = rows.filter(self._condition("risk"))
        level = self.values.get("level")
        if level == NOT_ASSESSED:
            return rows.filter(current_score=0)
        if level:
            return rows.filter(current_score__range=Level(level).scores)
        return rows

    def grain(self, *keys: str) -> str | None:
        """Return which cells answer this filter grouped by these keys, if any do.

        Two filters beyond the plain ones leave few risks: those are counted live.
        """
        columns = {name for name in GRAINS if self.values.get(name)}
        columns |= {name for name in GRAINS if any(k.startswith(name) for k in keys)}
        if len(columns) > 1:
            return None
        return columns.pop() if columns else RiskCount.Grain.PLAIN.value

    def cells(self, rows: QuerySet[RiskCount]) -> QuerySet[RiskCount]:
        rows = rows.filter(self._condition("cell"))
        level = self.values.get("level")
        if level == NOT_ASSESSED:
            return rows.filter(level="")
        return rows.filter(level=level) if level else rows

    def count(self) -> int:
        """Return how many public risks match, one by one only where they are few."""
        grain = self.grain()
        if grain is None:
            return self.risks(Risk.objects.public()).count()
        cells = self.cells(RiskCount.objects.filter(grain=grain))
        return int(cells.aggregate(risks=Sum("risks", default=0))["risks"])

    def without(self, *names: str) -> "RiskFilter":
        kept = {key: value for key, value in self.values.items() if key not in names}
        return RiskFilter(kept)

    def _condition(self, side: str) -> Q:
        condition = Q()
        for name, dimension in DIMENSIONS.items():
            if value := self.values.get(name):
                lookup = getattr(dimension, side)
                by_key = dimension.keys is not None and lookup.endswith("__in")
                condition &= Q(
                    **{lookup: self._keys.get(name, []) if by_key else value}
                )
        return condition

    @cached_property
    def _keys(self) -> dict[str, list[int]]:
        """Look up the keys of all codes with one query."""
        asked = [
            dimension.keys(value).values_list(Value(name, CharField()), "pk")
            for name, dimension in DIMENSIONS.items()
            if dimension.keys and (value := self.values.get(name))
        ]
        found: dict[str, list[int]] = {}
        if asked:
            for name, key in asked[0].union(*asked[1:], all=True):
                found.setdefault(name, []).append(key)
        return found
