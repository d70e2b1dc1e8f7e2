"""What staff type in the staff area."""

from hashlib import sha256
from io import StringIO
from typing import Any, ClassVar

import webvtt
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from webvtt.errors import MalformedFileError

from courses.models import Certificate, Media, QuestionVersion, Regrade, TextTrack
from courses.question_check import faults_of
from courses.question_fields import body_from, fields_for, values_of
from courses.services.regrading import preview

MOST_BYTES = 5 * 1024 * 1024


class QuestionVersionForm(forms.ModelForm[QuestionVersion]):
    """A question in fields; `question_form` adds those of its kind."""

    kind: ClassVar[str] = ""

    class Meta:
        model = QuestionVersion
        fields = ["question", "number", "scoring", "tags"]
        labels = {
            "question": gettext_lazy("Question"),
            "tags": gettext_lazy("Topics, with commas between them"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.kind:
            return
        stored = self.instance.body or {}
        self.instance.kind = self.kind
        self.initial = {**values_of(self.kind, stored), **self.initial}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or not self.kind:
            return cleaned
        body = body_from(self.kind, cleaned, self.instance.body or {})
        faults = faults_of(self.kind, body)
        if faults:
            raise ValidationError(faults)
        self.instance.body = body
        return cleaned


def question_form(kind: str, body: Any) -> type[QuestionVersionForm]:
    """Return the form of one kind of question, with a row for each option and more."""
    fields = fields_for(kind, body or {})
    return type("QuestionForm", (QuestionVersionForm,), {**fields, "kind": kind})


class MediaForm(forms.ModelForm[Media]):
    """A recording that browsers play, or a file to download."""

    TYPES: ClassVar[list[str]] = [
        "mp4", "webm", "pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp",
    ]  # fmt: skip

    class Meta:
        model = Media
        fields = ["file", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].validators.append(FileExtensionValidator(self.TYPES))

    def clean_file(self) -> Any:
        """Tell one recording from another by its bytes."""
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        found = sha256()
        for part in file.chunks():
            found.update(part)
        self.instance.sha256 = found.hexdigest()
        others = Media.objects.filter(sha256=self.instance.sha256)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This file is here already: use that recording"))
        return file


class TextTrackForm(forms.ModelForm[TextTrack]):
    class Meta:
        model = TextTrack
        fields = ["language", "vtt"]

    def clean_vtt(self) -> str:
        """Refuse what a reader's browser, and the transcript, could not read."""
        text: str = self.cleaned_data["vtt"]
        try:
            cues = webvtt.from_buffer(StringIO(text)).captions
        except MalformedFileError:
            cues = []
        if not cues:
            raise ValidationError(
                _("These are no captions: begin with WEBVTT and give times and words")
            )
        return text


class CertificateForm(forms.ModelForm[Certificate]):
    """Nothing of a certificate is edited: it is corrected by a new one, or revoked."""

    right_name = forms.CharField(
        label=gettext_lazy("Right name: a new certificate replaces this one"),
        max_length=200,
        required=False,
    )
    revoke_because = forms.CharField(
        label=gettext_lazy("Revoke, because"), max_length=300, required=False
    )

    class Meta:
        model = Certificate
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.status != Certificate.Status.VALID:
            raise ValidationError(_("Only a valid certificate can be corrected"))
        if bool(cleaned.get("right_name")) == bool(cleaned.get("revoke_because")):
            raise ValidationError(_("Either correct the name or revoke"))
        return cleaned


class RegradeForm(forms.ModelForm[Regrade]):
    wrong = forms.ModelChoiceField(
        QuestionVersion.objects.all(), label=gettext_lazy("Version with the wrong key")
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("I have seen the effect: grade again"), required=False
    )

    class Meta:
        model = Regrade
        fields = ["wrong", "corrected", "reason", "is_sure"]

    def clean(self) -> dict[str, Any]:
        """Show what would happen before it does."""
        cleaned = super().clean() or self.cleaned_data
        wrong, corrected = cleaned.get("wrong"), cleaned.get("corrected")
        if wrong and corrected and not cleaned.get("is_sure"):
            effect = preview(wrong=wrong, corrected=corrected)
            raise ValidationError(
                _(
                    "%(answers)s answers, %(changed)s marks change, %(passed)s more"
                    " persons pass, %(kept)s keep a pass they would lose. Tick the box"
                    " to do it."
                )
                % {
                    "answers": effect.answers,
                    "changed": effect.changed,
                    "passed": effect.newly_passed,
                    "kept": effect.kept,
                }
            )
        return cleaned


class QuestionsForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"))
    language = forms.ChoiceField(
        label=gettext_lazy("language"), choices=settings.LANGUAGES
    )

    def clean_file(self) -> str:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise ValidationError(_("The file is too large"))
        try:
            text: str = uploaded.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(_("The file is not UTF-8 text")) from error
        return text
