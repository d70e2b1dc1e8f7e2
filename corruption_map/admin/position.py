from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from corruption_map.admin.base import user_of
from corruption_map.admin.scope import ScopedChoicesAdmin
from corruption_map.admin.tables import TableMixin
from corruption_map.models import RiskAnalysis, VulnerablePosition
from corruption_map.services.bodies import save_analysis, save_position
from corruption_map.sheets import POSITIONS
from foundation.accounts.models import User
from foundation.territory.permissions import in_scope


@admin.register(VulnerablePosition)
class VulnerablePositionAdmin(
    TableMixin[VulnerablePosition], ScopedChoicesAdmin[VulnerablePosition]
):
    sheet = POSITIONS
    audit_kind = "position"
    import_permission = "corruption_map.import_vulnerableposition"
    list_display = [
        "public_id",
        "title",
        "body",
        "level",
        "is_published",
    ]
    list_display_links = ["public_id", "title"]
    list_filter = ["is_published", "level", "is_demo"]
    list_select_related = ["body"]
    search_fields = [
        "=public_id",
        "title_kk",
        "title_ru",
        "title_en",
        "body__code",
    ]
    autocomplete_fields = ["risks"]
    readonly_fields = ["public_id"]
    fieldsets = [
        (
            None,
            {
                "description": gettext_lazy(
                    "A post, never a person: write no names here."
                ),
                "fields": ["public_id", "body", ("level", "is_published")],
            },
        ),
        (gettext_lazy("Post"), {"fields": ["title_kk", "title_ru", "title_en"]}),
        (
            gettext_lazy("Functions and why they are exposed"),
            {
                "fields": [
                    "functions_kk",
                    "functions_ru",
                    "functions_en",
                    "reason_kk",
                    "reason_ru",
                    "reason_en",
                ]
            },
        ),
        (
            gettext_lazy("Risks and act"),
            {"fields": ["risks", "act", ("valid_from", "valid_to")]},
        ),
    ]

    def scope(self, user: User) -> Q:
        return in_scope(user, body="body", area="body__area")

    def save_model(
        self,
        request: HttpRequest,
        obj: VulnerablePosition,
        form: ModelForm[VulnerablePosition],
        change: bool,
    ) -> None:
        save_position(position=obj, by=user_of(request))

    def has_delete_permission(
        self, request: HttpRequest, obj: VulnerablePosition | None = None
    ) -> bool:
        if obj is None or obj.is_published:
            return False
        return super().has_delete_permission(request, obj)

    @admin.display(description=gettext_lazy("body"), ordering="body")
    def of_body(self, row: VulnerablePosition) -> str:
        return str(row.body)

    @admin.display(description=gettext_lazy("post"), ordering="title_kk")
    def title(self, row: VulnerablePosition) -> str:
        return row.title.plain or "–"


class NextAnalysisFilter(admin.SimpleListFilter):
    title = gettext_lazy("next analysis")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", gettext_lazy("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.overdue(timezone.localdate())
        return queryset


@admin.register(RiskAnalysis)
class RiskAnalysisAdmin(ScopedChoicesAdmin[RiskAnalysis]):
    audit_kind = "body"
    list_display = ["of_body", "kind", "done_on", "next_due_on", "act"]
    list_filter = ["kind", NextAnalysisFilter, "is_demo"]
    list_select_related = ["body"]
    search_fields = [
        "body__code",
        "body__name_kk",
        "body__name_ru",
        "body__name_en",
        "act",
    ]
    fields = ["body", "kind", "act", ("done_on", "next_due_on")]

    def scope(self, user: User) -> Q:
        return in_scope(user, body="body", area="body__area")

    def save_model(
        self,
        request: HttpRequest,
        obj: RiskAnalysis,
        form: ModelForm[RiskAnalysis],
        change: bool,
    ) -> None:
        save_analysis(analysis=obj, by=user_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("body"), ordering="body")
    def of_body(self, row: RiskAnalysis) -> str:
        return str(row.body)

    def audit_id(self, row: RiskAnalysis) -> str:
        return row.body.code
