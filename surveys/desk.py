"""Pages of the staff area about a questionnaire: as it will be seen, and in and out."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from foundation.accounts.models import User
from foundation.languages import languages
from foundation.tables.forms import TableForm
from surveys.checking import problems
from surveys.definition import Definition
from surveys.foreign import MOST_BYTES
from surveys.forms import AnswerForm
from surveys.invitees import PEOPLE
from surveys.models import Questionnaire, Survey, Wave
from surveys.services.exchanging import import_questionnaire
from surveys.services.inviting import Invited, list_invitees
from surveys.xlsform import Loss, write

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class QuestionnaireFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "JSON of this portal (.json), an XLSForm (.xlsx), a questionnaire of"
            " Qualtrics (.qsf) or LimeSurvey (.lss)"
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB"))
        return file


def invitees(request: HttpRequest, wave: Wave, site: dict[str, Any]) -> HttpResponse:
    """Take in a list of people to be asked, or say what is wrong with it."""
    assert isinstance(request.user, User)
    form = TableForm(request.POST or None, request.FILES or None)
    found: Invited | None = None
    if request.method == "POST" and form.is_valid():
        content, is_dry = form.cleaned_data["file"], form.cleaned_data["dry_run"]
        try:
            found = list_invitees(
                wave=wave, content=content, dry_run=is_dry, by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        **site,
        "title": _("People to be asked, from a file"),
        "subtitle": str(wave),
        "back": reverse("admin:surveys_wave_change", args=[wave.pk]),
        "form": form,
        "found": found,
        "is_dry": form.data.get("dry_run"),
        "columns": ", ".join(PEOPLE.codes()),
        "strata": ", ".join(wave.strata),
        "listed": wave.invitations.count(),
    }
    return render(request, "admin/surveys/invitees.html", context)


def preview(
    request: HttpRequest, questionnaire: Questionnaire, site: dict[str, Any]
) -> HttpResponse:
    """Show every question in one language, those under a condition too."""
    asked = request.GET.get("language", "")
    language = asked if asked in languages() else languages()[0]
    definition = questionnaire.definition
    with override(language):
        context = {
            **site,
            "title": str(questionnaire),
            "questionnaire": questionnaire,
            "languages": languages(),
            "language": language,
            "pages": AnswerForm(definition).every_field(),
            "derived": [
                (row.words, json.dumps(row.limits, ensure_ascii=False))
                for row in definition.derived
            ],
            "problems": problems(definition),
            "losses": write(definition).losses,
        }
        return render(request, "admin/surveys/preview.html", context)


def questionnaire_file(definition: Definition, body: Any, kind: str) -> HttpResponse:
    """Give a questionnaire as JSON, which loses nothing, or as an XLSForm."""
    name = f"{definition.code}-{definition.number}"
    if kind == "json":
        content = json.dumps(body, ensure_ascii=False, indent=1).encode()
        response = HttpResponse(content, content_type="application/json")
    else:
        response = HttpResponse(write(definition).content, content_type=WORKBOOK)
    suffix = "json" if kind == "json" else "xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


def load(request: HttpRequest, survey: Survey, site: dict[str, Any]) -> HttpResponse:
    """Take a questionnaire in as a draft and say what of it was lost."""
    assert isinstance(request.user, User)
    form = QuestionnaireFileForm(request.POST or None, request.FILES or None)
    made: Questionnaire | None = None
    losses: list[Loss] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made, losses = import_questionnaire(
                survey=survey, file=file, name=file.name, by=request.user
            )
        except ValidationError as error:
            form.add_error("file", error)
    context = {
        **site,
        "title": survey.title.plain,
        "form": form,
        "made": made,
        "losses": losses,
    }
    return render(request, "admin/surveys/load.html", context)
