from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from volunteers.admin.base import ScopedAdmin
from volunteers.models import Letter
from volunteers.services.contact import answer_letter


class AnswerForm(ActionForm):
    text = forms.CharField(label=_("Answer, read by the volunteers"), required=False)


class ToAnswerFilter(admin.SimpleListFilter):
    title = _("answer")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Waits for an answer"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> QuerySet[Letter]:
        if self.value() == "1":
            return queryset.filter(is_from_organiser=False, answered_at=None)
        return queryset


@admin.register(Letter)
class LetterAdmin(ScopedAdmin[Letter]):
    """Letters of volunteers: staff answer for the authority, by name alone."""

    area = "initiative__area"
    list_display = ["profile", "initiative", "text", "written_at", "answered_at"]
    list_filter = [ToAnswerFilter]
    list_select_related = ["initiative", "profile"]
    search_fields = ["initiative__public_id", "profile__name"]
    readonly_fields = [
        "initiative",
        "profile",
        "is_from_organiser",
        "text",
        "written_at",
        "answered_at",
    ]
    action_form = AnswerForm
    actions = ["answer"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.run_initiative")

    @admin.action(description=_("Answer"), permissions=["run"])
    def answer(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        text = request.POST.get("text", "")
        self.each(request, queryset, answer_letter, "letter", text=text)
