"""What organisations write: themselves, their initiatives, their reports."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.languages import column
from foundation.territory.models import Area
from volunteers.forms.application import LANGUAGES
from volunteers.models import (
    ChecklistItem,
    Initiative,
    Membership,
    Organisation,
    Result,
)


def _areas() -> Any:
    areas = Area.objects.filter(
        kind__in=[Area.Kind.REGION, Area.Kind.CITY], valid_to=None
    )
    return areas.order_by(column("name"))


class OrganisationForm(forms.ModelForm[Organisation]):
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = [
            "name_kk",
            "name_ru",
            "name_en",
            "text_kk",
            "text_ru",
            "text_en",
            "area",
            "directions",
            "website",
            "join_mode",
        ]
        widgets = {
            "join_mode": forms.RadioSelect,
            "directions": forms.CheckboxSelectMultiple,
            "text_kk": forms.Textarea(attrs={"rows": 3}),
            "text_ru": forms.Textarea(attrs={"rows": 3}),
            "text_en": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Area]", self.fields["area"]).queryset = _areas()


MOMENT = "%Y-%m-%dT%H:%M"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)


class InitiativeForm(forms.ModelForm[Initiative]):
    class Meta:
        model = Initiative
        fields = [
            "direction",
            "title_kk",
            "title_ru",
            "title_en",
            "text_kk",
            "text_ru",
            "text_en",
            "tasks_kk",
            "tasks_ru",
            "tasks_en",
            "area",
            "place",
            "latitude",
            "longitude",
            "starts_at",
            "ends_at",
            "signup_until",
            "slots",
            "is_for_minors",
        ]
        widgets = {
            **{
                f"{name}_{code}": forms.Textarea(attrs={"rows": 3})
                for name in ("text", "tasks")
                for code in ("kk", "ru", "en")
            },
            "starts_at": _moment(),
            "ends_at": _moment(),
            "signup_until": _moment(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Area]", self.fields["area"]).queryset = _areas()


ChecklistFormSet = forms.inlineformset_factory(
    Initiative,
    ChecklistItem,
    fields=["text_kk", "text_ru", "text_en"],
    extra=3,
    can_delete_extra=False,
    max_num=12,
)


class ReportForm(forms.ModelForm[Initiative]):
    class Meta:
        model = Initiative
        fields = ["report_kk", "report_ru", "report_en"]
        widgets = {
            f"report_{code}": forms.Textarea(attrs={"rows": 5})
            for code in ("kk", "ru", "en")
        }


ResultFormSet = forms.inlineformset_factory(
    Initiative,
    Result,
    fields=["name_kk", "name_ru", "name_en", "value"],
    extra=2,
    can_delete=False,
    max_num=12,
)


class PersonForm(forms.Form):
    """One step for one volunteer of an initiative."""

    step = forms.ChoiceField(
        choices=[
            ("came", ""),
            ("absent", ""),
            ("hours", ""),
            ("verify", ""),
            ("refuse", ""),
            ("answer", ""),
        ]
    )
    row = forms.IntegerField(min_value=1, max_value=2**31)
    hours = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(500),
        max_digits=5,
        decimal_places=1,
    )
    reason = forms.CharField(required=False, max_length=1000)
    answer = forms.CharField(required=False, max_length=2000)


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message to everybody"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Each gets a mail of his own; you see no addresses"),
    )


class MemberForm(forms.Form):
    member = forms.IntegerField(min_value=1, max_value=2**31)
    role = forms.ChoiceField(
        choices=[("", _("Decline")), *Membership.Role.choices], required=False
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of the person"),
        max_length=254,
        help_text=_(
            "A link comes there, good for 14 days; members never see the address"
        ),
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGES)


class JoinModeForm(forms.ModelForm[Organisation]):
    class Meta:
        model = Organisation
        fields = ["join_mode"]
        widgets = {"join_mode": forms.RadioSelect}
