"""What an observer sends: text, point, answers and photos, without a script."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from foundation.languages import Text, column
from foundation.territory.models import Area
from volunteers.models import ChecklistItem, Initiative, Observation
from volunteers.photos import CleanPhoto, clean_photo

MOST_PHOTOS = 6
ANSWERS = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known"))]


def answers_of(
    row: Observation, questions: Iterable[ChecklistItem]
) -> list[tuple[Text, StrPromise]]:
    """Return each question of the checklist with what the observer answered."""
    labels = dict(ANSWERS)
    return [
        (question.text, labels[row.answers.get(str(question.pk), "unknown")])
        for question in questions
    ]


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos, each cleaned while it is checked."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[CleanPhoto]:
        files = data if isinstance(data, list) else [data]
        files = [file for file in files if file]
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(
                _("Send at most %(number)s photos"), params={"number": MOST_PHOTOS}
            )
        return [clean_photo(super(PhotosField, self).clean(file)) for file in files]


class ObservationForm(forms.Form):
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    reference = forms.CharField(
        label=_("What was observed"),
        max_length=120,
        help_text=_("Road and kilometre, school, or number of the tender"),
    )
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none())
    seen_on = forms.DateField(
        label=_("Seen on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    latitude = forms.FloatField(
        label=_("Latitude"), min_value=-90, max_value=90, required=False
    )
    longitude = forms.FloatField(
        label=_("Longitude"), min_value=-180, max_value=180, required=False
    )
    photos = PhotosField(
        label=_("Photos"),
        required=False,
        help_text=_(
            "At most six. Place, time and camera are taken out before anybody sees"
            " them. Show no faces and no number plates."
        ),
    )
    keeps_place = forms.BooleanField(
        label=_("Take the place from the photo"), required=False
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only what you saw; no names"),
    )

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["client_key"] = uuid4()
        self.initial["seen_on"] = timezone.localdate()
        self.initial["area"] = initiative.area_id
        areas = Area.objects.filter(valid_to=None).exclude(kind=Area.Kind.COUNTRY)
        cast(
            "forms.ModelChoiceField[Area]", self.fields["area"]
        ).queryset = areas.order_by(column("name"))
        self.questions = list(initiative.checklist.all())
        for question in self.questions:
            self.fields[f"question_{question.pk}"] = forms.ChoiceField(
                label=question.text,
                choices=ANSWERS,
                initial="unknown",
                required=False,
                widget=forms.RadioSelect,
            )

    def clean_seen_on(self) -> date:
        day: date = self.cleaned_data["seen_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come"))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None):
            self.add_error("longitude", _("A point needs latitude and longitude"))
        return cleaned

    def stored(self) -> dict[str, Any]:
        names = ("reference", "area", "seen_on", "latitude", "longitude", "note")
        values = {name: self.cleaned_data[name] for name in names}
        answers = {
            str(question.pk): self.cleaned_data[f"question_{question.pk}"] or "unknown"
            for question in self.questions
        }
        return {**values, "answers": answers}
