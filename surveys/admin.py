from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet, URLField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.publication import renew_pages
from foundation.search.services import index
from surveys import desk
from surveys.checking import problems
from surveys.kept import keep
from surveys.models import (
    Choice,
    Finding,
    Invitation,
    Item,
    OpenText,
    PolicyAction,
    Questionnaire,
    QuotaCount,
    Release,
    Survey,
    Wave,
    WeightScheme,
)
from surveys.pairs import check_pairs, count_pairs
from surveys.services.fielding import close_wave, next_questionnaire, open_wave
from surveys.services.inviting import invite, remind
from surveys.services.publishing import (
    compute_weights,
    note_action,
    publish_release,
)


def attempt(
    model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: Any, service: Any
) -> None:
    """Do something to each row and say for each how it went."""
    assert isinstance(request.user, User)
    for row in rows:
        try:
            service(row, request.user)
        except ValidationError as error:
            text = f"{row}: {'; '.join(error.messages)}"
            model_admin.message_user(request, text, messages.ERROR)
        else:
            model_admin.message_user(request, str(row), messages.SUCCESS)


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
        return format_html('<a href="{}">{}</a>', address, _("JSON or XLSForm"))

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
    fields = ["position", "code", "kind", "is_required", "is_sensitive", "base"]
    show_change_link = True

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission


@admin.register(Questionnaire)
class QuestionnaireAdmin(admin.ModelAdmin[Questionnaire]):
    list_display = ["__str__", "state", "body_sha256", "preview_link"]
    list_filter = ["state", "survey"]
    readonly_fields = ["state", "body_sha256", "preview_link", "remarks"]
    inlines = [ItemInline]
    actions = ["copy_to_next"]

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


class ChoiceInline(admin.TabularInline[Choice, Item]):
    model = Choice
    extra = 0


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin[Item]):
    list_display = ["questionnaire", "position", "code", "kind", "is_required"]
    list_filter = ["questionnaire__survey", "kind"]
    search_fields = ["code", "text_kk", "text_ru", "text_en"]
    inlines = [ChoiceInline]

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


class QuotaInline(admin.TabularInline[QuotaCount, Wave]):
    model = QuotaCount
    extra = 0
    can_delete = False
    readonly_fields = ["name", "most"]
    fields = ["name", "most"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


PROMISES = [
    "questionnaire",
    "sample",
    "anonymity",
    "min_cell",
    "flush_size",
    "hide_until_close",
    "splits",
    "quotas",
    "strata",
]


class WaveForm(forms.ModelForm[Wave]):
    """Says at once which pairs cannot be counted, not when the wave is opened."""

    def clean_pairs(self) -> Any:
        pairs = self.cleaned_data["pairs"]
        questionnaire = self.cleaned_data.get("questionnaire")
        if questionnaire is None and self.instance.questionnaire_id:
            questionnaire = self.instance.questionnaire
        if questionnaire is not None:
            splits = self.cleaned_data.get("splits", self.instance.splits)
            wave = Wave(splits=splits, pairs=pairs)
            check_pairs(wave, questionnaire.definition)
        return pairs


@admin.register(Wave)
class WaveAdmin(admin.ModelAdmin[Wave]):
    form = WaveForm
    list_display = ["public_id", "questionnaire", "state", "sample", "closes_on"]
    list_filter = ["state", "sample"]
    readonly_fields = ["public_id", "state"]
    inlines = [QuotaInline]
    actions = ["open", "close"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Wave | None = None
    ) -> list[str]:
        """Show as locked what was promised once the wave is open."""
        is_locked = obj is not None and obj.state != Wave.State.DRAFT
        locked = [*self.readonly_fields, *(PROMISES if is_locked else [])]
        if obj and obj.releases.exclude(state=Release.State.DRAFT).exists():
            locked.append("pairs")
        return locked

    def save_model(
        self, request: HttpRequest, obj: Wave, form: Any, change: bool
    ) -> None:
        """Count the pairs of a closed wave when others are chosen."""
        super().save_model(request, obj, form, change)
        if obj.state == Wave.State.CLOSED and "pairs" in form.changed_data:
            count_pairs(obj)
            keep(obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Wave | None = None
    ) -> bool:
        return False

    def has_field_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("surveys.field_questionnaire")

    @admin.action(description=_("Open"), permissions=["field"])
    def open(self, request: HttpRequest, queryset: QuerySet[Wave]) -> None:
        attempt(self, request, queryset, lambda row, by: open_wave(wave=row, by=by))

    @admin.action(description=_("Close for good"), permissions=["field"])
    def close(self, request: HttpRequest, queryset: QuerySet[Wave]) -> None:
        attempt(self, request, queryset, lambda row, by: close_wave(wave=row, by=by))


@admin.register(OpenText)
class OpenTextAdmin(admin.ModelAdmin[OpenText]):
    list_display = ["question", "language", "review", "beginning"]
    list_filter = ["wave", "question", "review"]
    readonly_fields = ["wave", "question", "language", "text"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OpenText]:
        """Before the close nobody reads what people write: it might be known when."""
        return super().get_queryset(request).filter(wave__state=Wave.State.CLOSED)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: OpenText | None = None
    ) -> bool:
        return False

    @admin.display(description=_("text"))
    def beginning(self, row: OpenText) -> str:
        return row.shown[:80]

    def save_model(
        self, request: HttpRequest, obj: OpenText, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        renew_pages()


@admin.register(WeightScheme)
class WeightSchemeAdmin(admin.ModelAdmin[WeightScheme]):
    list_display = ["__str__", "state", "failure"]
    list_filter = ["state", "kind"]
    readonly_fields = ["state", "failure", "diagnostics"]
    actions = ["compute"]

    def has_delete_permission(
        self, request: HttpRequest, obj: WeightScheme | None = None
    ) -> bool:
        return False

    @admin.action(description=_("Compute the weights"), permissions=["change"])
    def compute(self, request: HttpRequest, queryset: QuerySet[WeightScheme]) -> None:
        attempt(
            self,
            request,
            queryset,
            lambda row, by: compute_weights(scheme=row, by=by),
        )


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin[Release]):
    list_display = ["__str__", "state", "published_on", "sha256"]
    list_filter = ["state"]
    readonly_fields = ["state", "published_on", "sha256"]
    actions = ["publish"]

    def has_change_permission(
        self, request: HttpRequest, obj: Release | None = None
    ) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.state == Release.State.DRAFT)

    def has_delete_permission(
        self, request: HttpRequest, obj: Release | None = None
    ) -> bool:
        return False

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("surveys.publish_release")

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Release]) -> None:
        attempt(
            self,
            request,
            queryset,
            lambda row, by: publish_release(release=row, by=by),
        )


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    list_display = ["email", "wave", "stratum", "language", "sent_on", "reminded_on"]
    list_filter = ["wave", "stratum"]
    readonly_fields = ["sent_on", "reminded_on"]
    actions = ["send_letters", "send_reminders"]

    def has_field_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("surveys.field_questionnaire")

    @admin.action(description=_("Send the letters"), permissions=["field"])
    def send_letters(
        self, request: HttpRequest, queryset: QuerySet[Invitation]
    ) -> None:
        attempt(self, request, queryset, lambda row, by: invite(invitation=row, by=by))

    @admin.action(description=_("Remind who has not answered"), permissions=["field"])
    def send_reminders(
        self, request: HttpRequest, queryset: QuerySet[Invitation]
    ) -> None:
        attempt(self, request, queryset, lambda row, by: remind(invitation=row, by=by))


class PolicyActionInline(admin.StackedInline[PolicyAction, Finding]):
    model = PolicyAction
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    extra = 0
    autocomplete_fields = ["owner"]
    can_delete = False


@admin.register(Finding)
class FindingAdmin(admin.ModelAdmin[Finding]):
    list_display = ["__str__", "wave", "is_public"]
    list_filter = ["wave", "is_public"]
    inlines = [PolicyActionInline]

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """Append to the history what was decided."""
        assert isinstance(request.user, User)
        super().save_formset(request, form, formset, change)
        for action in [
            *formset.new_objects,
            *(row for row, _f in formset.changed_objects),
        ]:
            note_action(action=action, by=request.user)
        # Also where no decision was changed: the finding itself may have been.
        index("survey-finding", form.instance.public_id)
        renew_pages()

    def has_delete_permission(
        self, request: HttpRequest, obj: Finding | None = None
    ) -> bool:
        return False
