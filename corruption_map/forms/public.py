"""What readers ask for and write."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from corruption_map import figures
from corruption_map.filters import Choices, RiskFilterForm
from corruption_map.models import Level, Measure, VulnerablePosition

STARS = 5


class MapForm(RiskFilterForm):
    """A state of the map: what is measured, in which unit, in which classes."""

    measure = forms.ChoiceField(label=_("What is shown"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    classes = forms.ChoiceField(label=_("Classes"), required=False)
    field_order = ["measure", "unit", "year", "sphere"]

    def __init__(self, asked: QueryDict, *, choices: Choices) -> None:
        super().__init__(asked, choices=choices)
        del self.fields["area"]
        self.options = {
            "measure": figures.MEASURES,
            "unit": figures.UNITS,
            "classes": figures.METHODS,
        }
        for name, options in self.options.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(options.items())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, options in self.options.items():
            cleaned[name] = cleaned.get(name) or next(iter(options))
        return cleaned


class MeasureFilterForm(forms.Form):
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All measures")),
            ("overdue", _("Overdue")),
            *Measure.State.choices,
        ],
    )
    body = forms.SlugField(required=False, widget=forms.HiddenInput)

    def rows(self, measures: QuerySet[Measure], today: date) -> QuerySet[Measure]:
        state = self.cleaned_data["state"]
        if body := self.cleaned_data["body"]:
            measures = measures.filter(executor__code=body)
        if state == "overdue":
            open_states = Measure.OPEN_STATES
            return measures.filter(deadline__lt=today, state__in=open_states)
        return measures.filter(state=state) if state else measures


class PositionFilterForm(forms.Form):
    level = forms.ChoiceField(
        label=_("Level"),
        required=False,
        choices=[("", _("All levels")), *Level.choices],
    )
    body = forms.SlugField(required=False, widget=forms.HiddenInput)

    def rows(
        self, positions: QuerySet[VulnerablePosition]
    ) -> QuerySet[VulnerablePosition]:
        if body := self.cleaned_data["body"]:
            positions = positions.filter(body__code=body)
        level = self.cleaned_data["level"]
        return positions.filter(level=level) if level else positions


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Your comment"),
        max_length=2000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Up to 2,000 characters. Do not write names, phone numbers or other"
            " personal data; to report a person, use “Report corruption”."
        ),
    )
    # People do not see this field; programs that fill in everything do.
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty"))
        return ""


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=_("How useful is the reply?"),
        coerce=int,
        choices=[
            (5, _("5: answers the question fully")),
            (4, _("4: mostly answers it")),
            (3, _("3: answers it in part")),
            (2, _("2: hardly answers it")),
            (1, _("1: does not answer it")),
        ],
        widget=forms.RadioSelect,
    )
