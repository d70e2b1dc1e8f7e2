from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from volunteers.admin.base import ScopedAdmin, user_of
from volunteers.models import Membership, Organisation
from volunteers.services.organisations import (
    approve_organisation,
    decline_organisation,
    suspend_organisation,
)


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason, read by the organisation"), required=False
    )


class MembershipInline(admin.TabularInline[Membership, Organisation]):
    model = Membership
    extra = 0
    fields = ["user", "role", "state"]
    raw_id_fields = ["user"]


@admin.register(Organisation)
class OrganisationAdmin(ScopedAdmin[Organisation]):
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_display = ["name_kk", "name_ru", "state", "area", "is_demo"]
    list_filter = ["state", "area", "directions"]
    list_select_related = ["area"]
    search_fields = ["name_kk", "name_ru", "name_en", "public_id"]
    readonly_fields = ["public_id", "state", "state_reason"]
    exclude = ["is_demo"]
    filter_horizontal = ["directions"]
    inlines = [MembershipInline]
    action_form = ReasonForm
    actions = ["approve", "decline", "suspend"]

    def view_on_site(self, obj: Organisation) -> str | None:
        """Lead to the public page only where there is one."""
        is_public = obj.state == Organisation.State.APPROVED
        return obj.get_absolute_url() if is_public else None

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.review_volunteerprofile")

    @admin.action(description=_("Approve"), permissions=["review"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Organisation]) -> None:
        self.each(request, queryset, approve_organisation, "organisation")

    @admin.action(description=_("Decline with the reason"), permissions=["review"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Organisation]) -> None:
        self._with_reason(request, queryset, decline_organisation)

    @admin.action(description=_("Suspend with the reason"), permissions=["review"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Organisation]) -> None:
        self._with_reason(request, queryset, suspend_organisation)

    def _with_reason(
        self, request: HttpRequest, rows: QuerySet[Organisation], do: Any
    ) -> None:
        assert user_of(request)
        reason = request.POST.get("reason", "")
        self.each(request, rows, do, "organisation", reason=reason)
