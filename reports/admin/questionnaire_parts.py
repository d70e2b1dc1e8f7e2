"""Pages of one part of a draft, a section or a question, and the preview."""

from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from foundation.languages import columns, languages
from reports import editing
from reports.admin.cookie import staff
from reports.admin.questionnaire_forms import QuestionForm, SectionForm
from reports.editing import Change, ChangedError, EditError
from reports.forms import QuestionsForm
from reports.models import Questionnaire
from reports.outline import told
from reports.questionnaires import STEPS_AFTER, Form, Section, read_schema
from reports.services.questionnaires import change_draft

OUTLINE = "admin:reports_questionnaire_change"


def section_page(
    request: HttpRequest, row: Questionnaire, name: str, context: dict[str, Any]
) -> HttpResponse:
    """Write a new section, or the title of the one that is named."""
    draft = read_schema(row.schema)
    try:
        section = editing.find_section(draft, name) if name else None
    except EditError as error:
        if request.method != "POST":
            return _gone(request, row, error)
        # What was typed stays in sight: saving fails with the same words.
        section = None
    seen = editing.print_of_section(draft, name) if section else ""
    form = SectionForm(request.POST or None, section=section, seen=seen)
    if request.method == "POST" and form.is_valid():
        own = name or editing.new_id("s")
        change: Change
        if name:
            change = partial(editing.name_section, name=name, titles=form.titles)
            now = partial(editing.print_of_section, name=name)
            change = editing.as_seen(change, form.cleaned_data["seen"], now)
        else:
            new = Section(own, form.titles, ())
            change = partial(editing.add_section, section=new)
        if _is_saved(request, row, form, change, f"section {own}"):
            return _next(request, row, "section", own)
    context["title"] = _("Section") if name else _("New section")
    return _page(request, form, [(None, {"fields": [columns("title")]})], context)


def question_page(
    request: HttpRequest,
    row: Questionnaire,
    name: str,
    home: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Write a new question of the section `home`, or the one that is named."""
    draft = read_schema(row.schema)
    try:
        question = editing.find_question(draft, name) if name else None
        section = editing.section_of(draft, name) or editing.find_section(draft, home)
    except EditError as error:
        if request.method != "POST":
            return _gone(request, row, error)
        question = section = None
    earlier = editing.earlier_choices(draft, section.id if section else "")
    seen = editing.print_of_question(draft, name) if question else ""
    form = QuestionForm(
        request.POST or None, question=question, earlier=earlier, seen=seen
    )
    if request.method == "POST" and form.is_valid():
        new = form.question
        change: Change
        if name:
            change = partial(editing.replace_question, question=new)
            now = partial(editing.print_of_question, name=name)
            change = editing.as_seen(change, form.cleaned_data["seen"], now)
        else:
            change = partial(editing.add_question, name=home, question=new)
        if _is_saved(request, row, form, change, f"question {new.id}"):
            return _next(request, row, "question", new.id)
    context |= {
        "title": _("Question") if name else _("New question"),
        "subtitle": section.title if section else "",
    }
    # They are out of the way of a question that has none, yet there without a script.
    is_open = question is None or question.kind == "choice"
    return _page(request, form, _boxes(is_open, bool(earlier)), context)


def _boxes(is_open: bool, has_conditions: bool) -> list[Any]:
    about_answers = _(
        "Only where one of several answers is given. To move an answer, change the"
        " number of its place; an answer without one comes last."
    )
    answers = {
        "fields": ["choices"],
        "description": about_answers,
        "classes": [] if is_open else ["collapse"],
    }
    boxes: list[Any] = [
        (None, {"fields": ["kind", "is_required"]}),
        (_("Words"), {"fields": [columns("label"), columns("hint")]}),
        (_("Answers"), answers),
    ]
    if has_conditions:
        about_conditions = _(
            "Without a condition everybody is asked. Of several answers to the same"
            " question one is enough; of different questions each must be answered so."
            " Questions of earlier sections are listed that offer answers."
        )
        box = {"fields": ["conditions"], "description": about_conditions}
        boxes.append((_("Who is asked"), box))
    return boxes


def _page(
    request: HttpRequest, form: forms.Form, boxes: list[Any], context: dict[str, Any]
) -> HttpResponse:
    context["form"] = form
    # It draws any form; the stubs know it with those of models alone.
    context["boxes"] = AdminForm(form, boxes, {})  # type: ignore[arg-type]
    return TemplateResponse(request, "admin/reports/questionnaire_part.html", context)


def _is_saved(
    request: HttpRequest,
    row: Questionnaire,
    form: forms.Form,
    change: Change,
    detail: str,
) -> bool:
    by = staff(request)
    try:
        change_draft(
            questionnaire=row, change=change, action="change", detail=detail, by=by
        )
    except ChangedError:
        text = _(
            "Somebody else changed this meanwhile, so nothing was saved. What you wrote"
            " still stands here: open the page anew in another window and write there"
            " what is still needed."
        )
        form.add_error(None, text)
        return False
    except EditError as error:
        form.add_error(None, str(error))
        return False
    return True


def _next(
    request: HttpRequest, row: Questionnaire, part: str, name: str
) -> HttpResponse:
    if "_continue" in request.POST:
        messages.success(request, _("Saved."))
        return redirect(f"admin:reports_questionnaire_{part}", row.pk, name)
    return redirect(f"{reverse(OUTLINE, args=[row.pk])}#{name}")


def _gone(request: HttpRequest, row: Questionnaire, error: EditError) -> HttpResponse:
    messages.error(request, str(error))
    return redirect(OUTLINE, row.pk)


def preview_page(request: HttpRequest, row: Questionnaire) -> HttpResponse:
    """Show all pages as a reporter sees them; nothing on them can be sent."""
    asked = request.GET.get("language", "")
    own = get_language()
    language = asked if asked in languages() else languages()[0]
    form = read_schema(row.schema)
    with override(language):
        context = {
            "questionnaire": row,
            "languages": settings.LANGUAGES,
            "language": language,
            "own": own,
            "total": len(form.sections) + len(STEPS_AFTER),
            "pages": [_shown(section, form) for section in form.sections],
        }
        response = TemplateResponse(
            request, "admin/reports/questionnaire_preview.html", context
        )
        return response.render()


def _shown(section: Section, form: Form) -> tuple[Section, list[Any]]:
    """Return a section's fields with what each hangs on, all of them shown."""
    always = [replace(question, conditions=()) for question in section.questions]
    page = replace(section, questions=tuple(always))
    fields = QuestionsForm(None, section=page, answers={})
    order = list(form.questions())
    return section, [(fields[q.id], told(q, order)) for q in section.questions]
