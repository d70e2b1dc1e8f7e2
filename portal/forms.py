from django import forms

from portal.reading_mode import CHOICES, LABELS


class ReadingForm(forms.Form):
    """How the reader wants to see the pages."""

    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=300)
    size = forms.ChoiceField(
        label=LABELS["size"],
        choices=CHOICES["size"],
        required=False,
        widget=forms.RadioSelect,
    )
    contrast = forms.ChoiceField(
        label=LABELS["contrast"],
        choices=CHOICES["contrast"],
        required=False,
        widget=forms.RadioSelect,
    )
    spacing = forms.ChoiceField(
        label=LABELS["spacing"],
        choices=CHOICES["spacing"],
        required=False,
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=LABELS["theme"],
        choices=CHOICES["theme"],
        required=False,
        widget=forms.RadioSelect,
    )
