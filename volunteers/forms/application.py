"""What an applicant types: eleven fields, without a script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.languages import column
from foundation.territory.models import Area
from volunteers.models import ConsentText, Direction, VolunteerProfile
from volunteers.services.applications import current_text

LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]


class ApplicationForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_(
            "A link comes there. The address is used for mails of the portal only and never shown."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none())
    directions = forms.ModelMultipleChoiceField(
        label=_("Directions"),
        queryset=Direction.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you speak"),
        choices=LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )
    availability = forms.ChoiceField(
        label=_("When you have time"),
        choices=VolunteerProfile.Availability.choices,
        widget=forms.RadioSelect,
    )
    age_band = forms.ChoiceField(
        label=_("Age"),
        choices=VolunteerProfile.AgeBand.choices,
        widget=forms.RadioSelect,
    )
    guardian_name = forms.CharField(
        label=_("Name of a parent or guardian"),
        max_length=150,
        required=False,
        help_text=_("Only if you are under 18"),
    )
    guardian_email = forms.EmailField(
        label=_("E-mail of a parent or guardian"),
        max_length=254,
        required=False,
        help_text=_("Only if you are under 18: a link to confirm comes there"),
    )
    consent_data = forms.BooleanField(label=_("I agree to the handling of my data"))
    consent_rules = forms.BooleanField(label=_("I will keep the rules for volunteers"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = Area.objects.filter(
            kind__in=[Area.Kind.REGION, Area.Kind.CITY], valid_to=None
        )
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = areas.order_by(column("name"))
        for purpose in (ConsentText.Purpose.DATA, ConsentText.Purpose.RULES):
            self.fields[f"consent_{purpose}"].help_text = current_text(purpose).text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_minor = cleaned.get("age_band") in VolunteerProfile.MINORS
        for name in ("guardian_name", "guardian_email"):
            if not is_minor:
                # What is not needed is not kept.
                cleaned[name] = ""
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(
                    name, _("Under 18 a parent or guardian must be named here")
                )
        own = (cleaned.get("email") or "").lower()
        if own and own == (cleaned.get("guardian_email") or "").lower():
            self.add_error(
                "guardian_email", _("The guardian needs an address of his own")
            )
        return cleaned

    def stored(self) -> dict[str, Any]:
        """Return the values as the profile keeps them, but area and directions."""
        taken = ("area", "directions", "consent_data", "consent_rules")
        values = {k: v for k, v in self.cleaned_data.items() if k not in taken}
        values["languages"] = " ".join(values["languages"])
        return values


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ShowForm(forms.Form):
    display_name = forms.CharField(
        label=_("Name to show"),
        max_length=80,
        required=False,
        help_text=_("Leave it empty to be on no list. A nickname is fine."),
    )

    def clean_display_name(self) -> str:
        name: str = self.cleaned_data["display_name"].strip()
        digits = sum(letter.isdigit() for letter in name)
        if "@" in name or digits > 4:
            raise forms.ValidationError(
                _("An address or a phone number would be seen by everybody")
            )
        return name


class EraseForm(forms.Form):
    is_sure = forms.BooleanField(label=_("Erase my data. This cannot be undone."))


class HoursForm(forms.Form):
    hours = forms.DecimalField(
        label=_("Hours you worked"),
        min_value=0.5,
        max_value=500,
        max_digits=5,
        decimal_places=1,
    )


class LetterForm(forms.Form):
    letter = forms.CharField(
        label=_("Your letter to the organiser"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The organiser sees your name and this letter, not your address"),
    )
