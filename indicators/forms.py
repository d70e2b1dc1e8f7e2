from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.tables.limits import LARGEST_FILE
from foundation.tables.reading import too_large
from indicators.models import Indicator, Release, Source


class ReleaseFileForm(forms.Form):
    """A file of figures on its way to a release."""

    indicator = forms.ModelChoiceField(
        label=_("Indicator"), queryset=Indicator.objects.order_by("code")
    )
    source = forms.ModelChoiceField(
        label=_("Source"), queryset=Source.objects.order_by("code")
    )
    edition = forms.CharField(label=_("Edition"), max_length=100)
    retrieved_on = forms.DateField(
        label=_("Taken from the source on"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV in UTF-8, parted by commas, or an Excel workbook (.xlsx), with the"
            " columns unit, year, value, breakdown and breakdown_value."
        ),
    )

    def clean_edition(self) -> str:
        edition = str(self.cleaned_data["edition"])
        if "<" in edition or ">" in edition:
            raise forms.ValidationError(_("HTML is not allowed"))
        return edition

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and file.size > LARGEST_FILE:
            self.add_error("file", too_large())
        same = Release.objects.filter(
            indicator=cleaned.get("indicator"),
            source=cleaned.get("source"),
            edition=cleaned.get("edition", ""),
        )
        if same.exists():
            self.add_error("edition", _("This edition of the source is stored already"))
        return cleaned
