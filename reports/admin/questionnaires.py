"""Versions of the questionnaire: made, read as an outline, put in order, published."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from reports import editing
from reports.admin.cookie import staff
from reports.admin.questionnaire_forms import QuestionnaireFileForm
from reports.admin.questionnaire_parts import (
    OUTLINE,
    preview_page,
    question_page,
    section_page,
)
from reports.editing import ChangedError, EditError
from reports.models import Questionnaire
from reports.outline import outline
from reports.questionnaire_faults import faults
from reports.questionnaire_files import export_file
from reports.questionnaires import Form, read_schema
from reports.services import questionnaires as services

FOLDER = "admin/reports"
# A button of the outline: what it does to the part whose id it carries.
STEPS: dict[str, Callable[..., Form]] = {
    "section-up": partial(editing.move_section, step=-1),
    "section-down": partial(editing.move_section, step=1),
    "section-remove": editing.remove_section,
    "question-up": partial(editing.move_question, step=-1),
    "question-down": partial(editing.move_question, step=1),
    "question-remove": editing.remove_question,
}


@admin.register(Questionnaire)
class QuestionnaireAdmin(admin.ModelAdmin[Questionnaire]):
    list_display = ["__str__", "is_published"]
    actions = None

    def has_change_permission(
        self, request: HttpRequest, obj: Questionnaire | None = None
    ) -> bool:
        is_frozen = obj is not None and obj.is_published
        return not is_frozen and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Questionnaire | None = None
    ) -> bool:
        is_frozen = obj is not None and obj.is_published
        return not is_frozen and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Questionnaire) -> None:
        try:
            services.remove_draft(questionnaire=obj, by=staff(request))
        except EditError:
            # Somebody published it between the question and the answer.
            raise PermissionDenied from None

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "copy": ("<int:object_id>/copy/", self.copy),
            "file": ("<int:object_id>/file/", self.file),
            "preview": ("<int:object_id>/preview/", self.preview),
            "section": ("<int:object_id>/section/<str:name>/", self.section),
            "section_add": ("<int:object_id>/add-section/", self.section),
            "question": ("<int:object_id>/question/<str:name>/", self.question),
            "question_add": ("<int:object_id>/add-question/<str:home>/", self.question),
        }
        own = [
            path(
                route,
                self.admin_site.admin_view(view),
                name=f"reports_questionnaire_{name}",
            )
            for name, (route, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _context(self, request: HttpRequest, row: Questionnaire) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "questionnaire": row,
            "may_change": self.has_change_permission(request, row),
            "may_add": self.has_add_permission(request),
        }

    def _seen(self, request: HttpRequest, object_id: Any) -> Questionnaire:
        row = get_object_or_404(Questionnaire, pk=object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _changed(self, request: HttpRequest, object_id: int) -> Questionnaire:
        row = get_object_or_404(Questionnaire, pk=object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    # A new version

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Make a draft from a file; the way from a version begins at that version."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = QuestionnaireFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            taken = form.cleaned_data["file"]
            row = services.new_draft(form=taken, by=staff(request), detail="a file")
            return redirect(OUTLINE, row.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("New version of the questionnaire"),
            "form": form,
            "versions": Questionnaire.objects.all()[:5],
        }
        return TemplateResponse(request, f"{FOLDER}/questionnaire_new.html", context)

    def copy(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self._seen(request, object_id)
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        form, detail = read_schema(row.schema), f"version {row.version}"
        made = services.new_draft(form=form, by=staff(request), detail=detail)
        text = _("This is a draft: reporters are asked by it once it is published.")
        messages.success(request, text)
        return redirect(OUTLINE, made.pk)

    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self._seen(request, object_id)
        content = export_file(read_schema(row.schema))
        name = f'attachment; filename="questionnaire-{row.version}.json"'
        headers = {"Content-Disposition": name}
        return HttpResponse(content, content_type="application/json", headers=headers)

    # The outline

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show sections and questions; each button sends one step."""
        row = self._seen(request, object_id if object_id.isdecimal() else 0)
        if request.method == "POST":
            return self._step(request, self._changed(request, row.pk))
        form = read_schema(row.schema)
        context = {
            **self._context(request, row),
            "title": _("Questionnaire, version %(number)s") % {"number": row.version},
            "parts": list(outline(form)),
            "seen": editing.print_of(form),
            "is_offered": Questionnaire.objects.offered().filter(pk=row.pk).exists(),
            "faults": [] if row.is_published else list(faults(form)),
            "may_delete": self.has_delete_permission(request, row),
        }
        template = f"{FOLDER}/questionnaire_outline.html"
        return TemplateResponse(request, template, context)

    def _step(self, request: HttpRequest, row: Questionnaire) -> HttpResponse:
        by, sent = staff(request), request.POST
        step = next((step for step in STEPS if step in sent), "")
        name, seen = sent.get(step, ""), sent.get("seen", "")
        try:
            if "publish" in sent:
                services.publish_questionnaire(questionnaire=row, seen=seen, by=by)
                messages.success(request, _("Reporters are asked by this version now."))
            elif step:
                made = partial(STEPS[step], name=name)
                change = editing.as_seen(made, seen, editing.print_of)
                services.change_draft(
                    questionnaire=row, change=change, action=step, detail=name, by=by
                )
        except ChangedError:
            text = _(
                "The draft was changed meanwhile, by somebody else or in another window."
                " Here it is as it stands now: look at it and press once more if it"
                " is still right."
            )
            messages.error(request, text)
            return redirect(OUTLINE, row.pk)
        except EditError as error:
            messages.error(request, str(error))
            return redirect(OUTLINE, row.pk)
        # Back to where the button was, not to the top of the page.
        place = f"#{name}" if step and not step.endswith("remove") else ""
        return redirect(reverse(OUTLINE, args=[row.pk]) + place)

    # One section, one question

    def section(
        self, request: HttpRequest, object_id: int, name: str = ""
    ) -> HttpResponse:
        row = self._changed(request, object_id)
        return section_page(request, row, name, self._context(request, row))

    def question(
        self, request: HttpRequest, object_id: int, name: str = "", home: str = ""
    ) -> HttpResponse:
        row = self._changed(request, object_id)
        return question_page(request, row, name, home, self._context(request, row))

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return preview_page(request, self._seen(request, object_id))
