"""The form by which staff send a table."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from foundation.tables.limits import LARGEST_FILE
from foundation.tables.reading import too_large


class TableForm(forms.Form):
    """A table that is looked at before it is taken in; `file` becomes its bytes."""

    file = forms.FileField(
        label=_("File"), help_text=_("An Excel workbook (.xlsx) or CSV in UTF-8")
    )
    dry_run = forms.BooleanField(
        label=_("Only check, change nothing"), required=False, initial=True
    )

    def clean_file(self) -> bytes:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(too_large())
        return bytes(file.read())
