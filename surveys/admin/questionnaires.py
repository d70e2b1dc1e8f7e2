"""Surveys, their wordings and questions, as staff write them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet, TextField
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.languages import columns
from surveys import desk
from surveys.admin.attempts import attempt, go_on
from surveys.checking import problems
from surveys.conditions import rows_of
from surveys.models import Choice, Item, Questionnaire, Survey
from surveys.services.fielding import next_questionnaire
from surveys.writing import (
    LIMITS,
    ItemForm,
    drafts,
    told_checks,
    told_conditions,
    told_limits,
)


@admin.register(Survey)
class SurveyAdmin(admin.ModelAdmin[Survey]):
    list_display = ["code", "audience", "title_kk", "title_ru"]
    search_fields = ["code", "title_kk", "title_ru", "title_en"]
    readonly_fields = ["load_link"]

    @admin.display(description=_("questionnaire from a file"))
    def load_link(self, survey: Survey) -> str:
        if survey.pk is None:
            return "–"
        address = reverse("admin:surveys_survey_load", args=[survey.pk])
        return format_html(
            '<a href="{}">{}</a>', address, _("JSON, XLSForm, QSF or LSS")
        )

    def get_urls(self) -> list[URLPattern]:
        load = path(
            "<int:object_id>/load/",
            self.admin_site.admin_view(self.load),
            name="surveys_survey_load",
        )
        return [load, *super().get_urls()]

    def load(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not request.user.has_perm("surveys.add_questionnaire"):
            raise PermissionDenied
        survey = get_object_or_404(Survey, pk=object_id)
        return desk.load(request, survey, self.admin_site.each_context(request))


class ItemInline(admin.TabularInline[Item, Questionnaire]):
    model = Item
    extra = 0
    fields = ["position", "code", "kind", "is_required", "is_sensitive", "asked_if"]
    readonly_fields = ["asked_if"]
    show_change_link = True

    @admin.display(description=_("asked if"))
    def asked_if(self, item: Item) -> str:
        return told_conditions(item)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission


@admin.register(Questionnaire)
class QuestionnaireAdmin(admin.ModelAdmin[Questionnaire]):
    list_display = ["__str__", "survey_title", "state", "preview_link"]
    list_select_related = ["survey"]
    list_filter = ["state", "survey"]
    readonly_fields = ["state", "body_sha256", "preview_link", "add_link", "remarks"]
    inlines = [ItemInline]
    actions = ["copy_to_next"]

    @admin.display(description=_("survey"))
    def survey_title(self, row: Questionnaire) -> str:
        return row.survey.title.plain

    @admin.display(description=_("questions"))
    def add_link(self, row: Questionnaire) -> str:
        if row.pk is None or row.state != Questionnaire.State.DRAFT:
            return "–"
        address = reverse("admin:surveys_item_add")
        return format_html(
            '<a href="{}?questionnaire={}">{}</a>', address, row.pk, _("Add a question")
        )

    @admin.display(description=_("preview and files"))
    def preview_link(self, row: Questionnaire) -> str:
        if row.pk is None:
            return "–"
        address = reverse("admin:surveys_questionnaire_preview", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Preview"))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/preview/",
                wrap(self.preview),
                name="surveys_questionnaire_preview",
            ),
            path(
                "<int:object_id>/file/<slug:kind>/",
                wrap(self.file),
                name="surveys_questionnaire_file",
            ),
            *super().get_urls(),
        ]

    def _seen(self, request: HttpRequest, object_id: int) -> Questionnaire:
        row = get_object_or_404(Questionnaire, pk=object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self._seen(request, object_id)
        return desk.preview(request, row, self.admin_site.each_context(request))

    def file(self, request: HttpRequest, object_id: int, kind: str) -> HttpResponse:
        row = self._seen(request, object_id)
        if kind not in {"json", "xlsform"}:
            raise Http404
        return desk.questionnaire_file(row.definition, row.whole_body(), kind)

    def has_change_permission(
        self, request: HttpRequest, obj: Questionnaire | None = None
    ) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.state == Questionnaire.State.DRAFT)

    def has_delete_permission(
        self, request: HttpRequest, obj: Questionnaire | None = None
    ) -> bool:
        return False

    @admin.display(description=_("errors and remarks"))
    def remarks(self, row: Questionnaire) -> str:
        if row.pk is None:
            return "–"
        found = problems(row.definition)
        return format_html(
            "<ul>{}</ul>",
            format_html_join(
                "",
                "<li>{} {}: {}</li>",
                (("✗" if p.is_error else "!", p.item, p.text) for p in found),
            ),
        )

    @admin.action(description=_("Copy to the next number"), permissions=["add"])
    def copy_to_next(
        self, request: HttpRequest, queryset: QuerySet[Questionnaire]
    ) -> None:
        attempt(
            self,
            request,
            queryset,
            lambda row, by: next_questionnaire(questionnaire=row, by=by),
        )


class ChoiceForm(forms.ModelForm[Choice]):
    """An answer; its code and place follow from the others where nobody writes them."""

    class Meta:
        model = Choice
        exclude = ["is_row"]  # noqa: DJ006  the inline says which it is

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("code", "position"):
            if name in self.fields:
                self.fields[name].required = False
        if self.instance.pk is None:
            self.initial["position"] = None


class ChoiceFormSet(BaseInlineFormSet[Choice, Item, Any]):
    is_row = False

    def get_queryset(self) -> QuerySet[Choice]:
        return super().get_queryset().filter(is_row=self.is_row)

    def clean(self) -> None:
        """Number the answers without a code: the next after the highest below 90."""
        super().clean()
        rows = [
            form
            for form in self.forms
            if form.has_changed() and not self._should_delete_form(form)  # type: ignore[attr-defined]
        ]
        taken = {
            form.cleaned_data.get("code")
            for form in rows
            if hasattr(form, "cleaned_data")
        }
        taken |= set(self.get_queryset().values_list("code", flat=True))
        for place, form in enumerate(self.forms, start=1):
            if form not in rows or not hasattr(form, "cleaned_data"):
                continue
            form.instance.is_row = self.is_row
            if form.cleaned_data.get("code") is None:
                form.instance.code = 1 + max(
                    (code for code in taken if code is not None and code < 90),
                    default=0,
                )
                taken.add(form.instance.code)
            if form.cleaned_data.get("position") is None:
                form.instance.position = place


class RowFormSet(ChoiceFormSet):
    is_row = True


NUMBERED = ("code", "position")
MEANING = ("value", "missing", "is_exclusive", "is_pinned")
# Closed, for only long answers need them, and a phone shows one field a line.
SHORT: Any = (
    _("Short labels, for files of statistical programs"),
    {"fields": [columns("short")], "classes": ["collapse"]},
)


class ChoiceInline(admin.StackedInline[Choice, Item]):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    extra = 2
    verbose_name_plural = _("answers")
    fieldsets = [
        (None, {"fields": [NUMBERED, columns("label"), MEANING]}),
        SHORT,
    ]


class RowInline(ChoiceInline):
    formset = RowFormSet
    verbose_name_plural = _("rows of the matrix")
    fieldsets = [(None, {"fields": [NUMBERED, columns("label")]}), SHORT]


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin[Item]):
    """Two steps: what kind and which words, then what this kind of question has."""

    form = ItemForm
    list_display = ["questionnaire", "position", "code", "kind", "is_required"]
    list_filter = ["questionnaire__survey", "kind"]
    search_fields = ["code", "text_kk", "text_ru", "text_en"]
    inlines = [ChoiceInline, RowInline]

    def _is_draft(self, row: Item | None) -> bool:
        return row is None or row.questionnaire.state == Questionnaire.State.DRAFT

    def has_change_permission(
        self, request: HttpRequest, obj: Item | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and self._is_draft(obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Item | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and self._is_draft(obj)

    def get_inlines(self, request: HttpRequest, obj: Item | None) -> list[Any]:
        if obj is None:
            return []
        rows = [RowInline] if obj.kind == Item.Kind.MATRIX else []
        has_answers = obj.kind != Item.Kind.INFO
        return [*rows, *([ChoiceInline] if has_answers else [])]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Item | None = None
    ) -> list[str]:
        if obj is None:
            return []
        told = ["asked_if", "counted", "checked"]
        return ["questionnaire_link", "kind", *told]

    def get_fieldsets(self, request: HttpRequest, obj: Item | None = None) -> Any:
        words = (
            _("Words"),
            {"fields": [columns("text"), columns("hint"), columns("short")]},
        )
        if obj is None:
            first = ("questionnaire", "kind"), ("code", "position")
            return [
                (None, {"fields": first}),
                (_("Words"), {"fields": [columns("text")]}),
            ]
        first = ("questionnaire_link", "kind"), ("code", "position")
        flags: list[Any] = [("is_required", "is_sensitive", "is_random")]
        if obj.kind in {Item.Kind.INFO, Item.Kind.DERIVED}:
            flags = []
        if not self.has_change_permission(request, obj):
            told = {"fields": ["asked_if", "counted", "checked"]}
            return [(None, {"fields": [*first, *flags]}), words, (_("Logic"), told)]
        boxes: list[Any] = [(None, {"fields": [*first, *flags]}), words]
        limits = tuple(LIMITS.get(obj.kind, {}))
        if limits:
            boxes.append((_("Limits"), {"fields": [limits]}))
        if obj.kind == Item.Kind.DERIVED:
            boxes.append((_("Figure made of other answers"), {"fields": ["any"]}))
        kept = ["forget_base"] if rows_of(obj.base) is None else []
        asked = {"fields": ["base_join", "base", *kept]}
        boxes.append((_("Who is asked"), asked))
        if obj.kind not in {Item.Kind.INFO, Item.Kind.DERIVED, Item.Kind.TEXT}:
            closed = {"fields": ["checks"], "classes": ["collapse"]}
            boxes.append((_("Cross-checks"), closed))
        return boxes

    def formfield_for_dbfield(self, db_field: Any, request: Any, **more: Any) -> Any:
        """Give texts three columns, and offer drafts alone to add to."""
        field: Any = super().formfield_for_dbfield(db_field, request, **more)
        if isinstance(db_field, TextField) and field is not None:
            field.widget.attrs.update(rows=3, cols=30)
        if db_field.name == "questionnaire":
            field.queryset = drafts()
        return field

    def response_add(
        self, request: HttpRequest, obj: Item, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to what its kind has, as if that button had been chosen."""
        go_on(request)
        return super().response_add(request, obj, post_url_continue)

    @admin.display(description=_("questionnaire"))
    def questionnaire_link(self, item: Item) -> str:
        address = reverse(
            "admin:surveys_questionnaire_change", args=[item.questionnaire_id]
        )
        return format_html('<a href="{}">{}</a>', address, item.questionnaire)

    @admin.display(description=_("asked if"))
    def asked_if(self, item: Item) -> str:
        return told_conditions(item) or gettext("Everybody is asked")

    @admin.display(description=_("limits"))
    def counted(self, item: Item) -> str:
        return told_limits(item) or "–"

    @admin.display(description=_("cross-checks"))
    def checked(self, item: Item) -> str:
        return told_checks(item) or "–"
