"""The filters of lists, API and exports."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.languages import column
from foundation.territory.models import Area
from volunteers.models import Direction, Initiative
from volunteers.models.initiative import InitiativeQuerySet

ONLINE = "online"


def area_choices() -> list[tuple[str, str]]:
    areas = Area.objects.filter(
        kind__in=[Area.Kind.REGION, Area.Kind.CITY], valid_to=None
    )
    return [(area.iso, area.name.plain) for area in areas.order_by(column("name"))]


def direction_choices() -> list[tuple[str, str]]:
    return [(row.code, row.name.plain) for row in Direction.objects.all()]


class InitiativeFilterForm(forms.Form):
    direction = forms.ChoiceField(label=_("Direction"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("joinable", _("Takes sign-ups")),
            ("reported", _("Report published")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("All"))]
        direction, area = self.fields["direction"], self.fields["area"]
        assert isinstance(direction, forms.ChoiceField)
        assert isinstance(area, forms.ChoiceField)
        direction.choices = [*every, *direction_choices()]
        area.choices = [*every, (ONLINE, _("Online")), *area_choices()]


def matching(chosen: dict[str, str]) -> InitiativeQuerySet:
    """Return the public initiatives that the filters leave."""
    rows = Initiative.objects.public()
    if chosen.get("direction"):
        rows = rows.filter(direction__code=chosen["direction"])
    if chosen.get("area") == ONLINE:
        rows = rows.filter(area=None)
    elif chosen.get("area"):
        rows = rows.filter(area__iso=chosen["area"])
    if chosen.get("state") == "joinable":
        rows = rows.open().filter(ends_at__gt=timezone.now())
    elif chosen.get("state"):
        rows = rows.filter(state=chosen["state"])
    return rows
