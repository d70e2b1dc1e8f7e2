"""What staff write on the pages of the admin."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corruption_map.evidence_files import check_evidence
from corruption_map.models import Measure, PublicComment, Risk, RiskAssessment
from corruption_map.services.progress import claimable_states
from corruption_map.services.risks import check_residual
from foundation.languages import languages
from foundation.tables.limits import LARGEST_FILE
from foundation.tables.reading import too_large


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Show what a service refused: at the fields the form has, else above them."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        known = name if name in form.fields and name != NON_FIELD_ERRORS else None
        form.add_error(known, errors)


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def text_in(
    language: str, label: Any, *, rows: int = 3, most: int = 500
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "lang": language})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class StepForm(forms.Form):
    """The form of one step with one row."""

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    def texts(self, name: str) -> dict[str, str]:
        return {code: self.cleaned_data[f"{name}_{code}"] for code in languages()}


class ReasonForm(StepForm):
    """A step that may say why."""

    reason_kk = text_in("kk", gettext_lazy("Reason (Kazakh)"))
    reason_ru = text_in("ru", gettext_lazy("Reason (Russian)"))
    reason_en = text_in("en", gettext_lazy("Reason (English)"))


class NeededReasonForm(ReasonForm):
    """A step that must say why, in one language at least."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"reason_{code}") for code in languages()):
            raise ValidationError(_("Say why, in at least one language"))
        return cleaned


class DeadlineForm(NeededReasonForm):
    to = forms.DateField(label=gettext_lazy("New deadline"), widget=date_input())
    act = forms.CharField(
        label=gettext_lazy("Order or decision"),
        max_length=200,
        help_text=gettext_lazy("Number and date of the act that moves the deadline"),
    )
    field_order = ["to", "act"]


class EvidenceForm(StepForm):
    title_kk = forms.CharField(
        label=gettext_lazy("Title (Kazakh)"), max_length=300, required=False
    )
    title_ru = forms.CharField(
        label=gettext_lazy("Title (Russian)"), max_length=300, required=False
    )
    title_en = forms.CharField(
        label=gettext_lazy("Title (English)"), max_length=300, required=False
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "PDF, JPEG, PNG, DOCX or XLSX, up to 20 MB. Readers can download it, so it"
            " holds no personal data."
        ),
    )
    url = forms.URLField(
        label=gettext_lazy("Or an address"), required=False, assume_scheme="https"
    )

    def clean_file(self) -> UploadedFile[bytes] | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file:
            check_evidence(file)
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"title_{code}") for code in languages()):
            raise ValidationError(_("Write the title in at least one language"))
        if "file" not in self.errors and bool(cleaned["file"]) == bool(
            cleaned.get("url")
        ):
            raise ValidationError(_("Give either a file or an address"))
        return cleaned


class ProgressForm(StepForm):
    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=1991, max_value=2100
    )
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("Quarter"),
        coerce=int,
        choices=[(1, "I"), (2, "II"), (3, "III"), (4, "IV")],
    )
    claimed_state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[(state.value, state.label) for state in claimable_states()],
    )
    text_kk = text_in("kk", gettext_lazy("What was done (Kazakh)"), most=5000)
    text_ru = text_in("ru", gettext_lazy("What was done (Russian)"), most=5000)
    text_en = text_in("en", gettext_lazy("What was done (English)"), most=5000)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year > timezone.localdate().year:
            raise ValidationError(_("The year has not begun"))
        return year

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"text_{code}") for code in languages()):
            raise ValidationError(_("Write what was done, in at least one language"))
        return cleaned


class FindingForm(StepForm):
    state = forms.ChoiceField(
        label=gettext_lazy("What was found"), choices=Measure.State.choices
    )
    finding_kk = text_in("kk", gettext_lazy("Finding (Kazakh)"), most=5000)
    finding_ru = text_in("ru", gettext_lazy("Finding (Russian)"), most=5000)
    finding_en = text_in("en", gettext_lazy("Finding (English)"), most=5000)


class PublishCommentForm(StepForm):
    """Nothing to write; a flagged comment asks whether the moderator has looked."""

    has_looked = forms.BooleanField(
        label=gettext_lazy(
            "I have looked at what is marked: it names no private person"
        )
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.row.personal_data:
            del self.fields["has_looked"]


class RejectCommentForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Readers do not see it"),
    )


class ReplyForm(StepForm):
    reply_kk = text_in("kk", gettext_lazy("Reply (Kazakh)"), rows=5, most=5000)
    reply_ru = text_in("ru", gettext_lazy("Reply (Russian)"), rows=5, most=5000)
    reply_en = text_in("en", gettext_lazy("Reply (English)"), rows=5, most=5000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"reply_{code}") for code in languages()):
            raise ValidationError(_("Write the reply in at least one language"))
        return cleaned


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise ValidationError(too_large())
        return file


class RiskForm(forms.ModelForm[Risk]):
    class Meta:
        model = Risk
        fields = [
            "year",
            "area",
            "body",
            "body_note_kk",
            "body_note_ru",
            "body_note_en",
            "sphere",
            "detection_source",
            "analysis",
            "process_kk",
            "process_ru",
            "process_en",
            "title_kk",
            "title_ru",
            "title_en",
            "description_kk",
            "description_ru",
            "description_en",
            "response_kk",
            "response_ru",
            "response_en",
            "original_language",
            "amount_kzt",
            "amount_note_kk",
            "amount_note_ru",
            "amount_note_en",
            "source",
            "source_section",
            "quote",
            "quote_language",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"title_{code}") for code in languages()):
            self.add_error("title_kk", _("Write the title in at least one language"))
        if self.instance.is_public:
            for name in ("title_kk", "title_ru"):
                if not cleaned.get(name):
                    self.add_error(
                        name, _("A published risk has a title in Kazakh and in Russian")
                    )
        if cleaned.get("quote") and not cleaned.get("source"):
            self.add_error("source", _("A quotation names its source"))
        return cleaned


class AssessmentForm(forms.ModelForm[RiskAssessment]):
    class Meta:
        model = RiskAssessment
        fields = [
            "kind",
            "likelihood",
            "impact",
            "assessed_on",
            "rationale_kk",
            "rationale_ru",
            "rationale_en",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == RiskAssessment.Kind.RESIDUAL:
            if self.instance.risk_id is None:
                raise ValidationError(
                    {"kind": _("A new risk has no residual level yet")}
                )
            try:
                check_residual(self.instance.risk)
            except ValidationError as error:
                self.add_error("kind", error)
        return cleaned

    def clean_assessed_on(self) -> Any:
        day = self.cleaned_data["assessed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day lies in the future"))
        return day


class MeasureForm(forms.ModelForm[Measure]):
    class Meta:
        model = Measure
        fields = [
            "risk",
            "text_kk",
            "text_ru",
            "text_en",
            "executor",
            "co_executors",
            "deadline",
            "reporting_form_kk",
            "reporting_form_ru",
            "reporting_form_en",
            "indicator_kk",
            "indicator_ru",
            "indicator_en",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"text_{code}") for code in languages()):
            self.add_error("text_kk", _("Write what is done, in at least one language"))
        executor = cleaned.get("executor")
        if executor and executor in cleaned.get("co_executors", []):
            self.add_error(
                "co_executors", _("The executor is named among those who help")
            )
        risk, deadline = cleaned.get("risk"), cleaned.get("deadline")
        if risk and deadline and deadline.year < risk.year:
            self.add_error(
                "deadline",
                _("The deadline lies before the year of the risk, %(year)s")
                % {"year": risk.year},
            )
        return cleaned


class CommentViewForm(forms.ModelForm[PublicComment]):
    """Nobody edits a reader's words, so there is no field."""

    class Meta:
        model = PublicComment
        fields: list[str] = []
