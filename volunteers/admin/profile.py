from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from volunteers.admin.base import ScopedAdmin
from volunteers.models import Consent, VolunteerProfile
from volunteers.services.applications import accept, ask, decline


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label=_("Question or reason, read by the applicants"), required=False
    )


class ConsentInline(admin.TabularInline[Consent, VolunteerProfile]):
    model = Consent
    extra = 0
    can_delete = False
    readonly_fields = ["text", "given_at", "withdrawn_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ProfileChangeList(ChangeList):
    """Counts others of the same name for the rows of the page, and for no others."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[VolunteerProfile]:
        # The database folds letters; Python would fold some of them otherwise.
        rows: QuerySet[VolunteerProfile] = super().get_queryset(
            request, exclude_parameters
        )
        return rows.annotate(lower=Lower("name"))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = rows = list(self.result_list)
        alike = VolunteerProfile.objects.confirmed().annotate(lower=Lower("name"))
        counted = (
            alike.filter(
                lower__in={row.lower for row in rows},
                area__in={row.area_id for row in rows},
            )
            .order_by()
            .values_list("lower", "area")
            .annotate(number=Count("pk"))
        )
        numbers = {(name, area): number for name, area, number in counted}
        for row in rows:
            row.same_name_count = numbers[row.lower, row.area_id] - 1


@admin.register(VolunteerProfile)
class VolunteerProfileAdmin(ScopedAdmin[VolunteerProfile]):
    list_display = [
        "name",
        "state",
        "area",
        "age_band",
        "guardian_confirmed_at",
        "applied_at",
        "same_name",
    ]
    list_filter = ["state", "age_band", "directions", "area", "is_demo"]
    list_select_related = ["area"]
    search_fields = ["name", "email", "public_id"]
    date_hierarchy = None
    inlines = [ConsentInline]
    action_form = ReasonForm
    actions = ["accept", "ask", "decline"]
    readonly_fields = [
        "public_id",
        "user",
        "name",
        "email",
        "language",
        "area",
        "directions",
        "languages",
        "availability",
        "age_band",
        "guardian_name",
        "guardian_email",
        "guardian_confirmed_at",
        "state",
        "state_reason",
        "answer",
        "applied_at",
        "last_active_at",
        "hours_total",
        "is_public",
        "display_name",
    ]
    exclude = ["is_demo"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VolunteerProfile]:
        """Leave out what nobody confirmed."""
        return super().get_queryset(request).exclude(state="unconfirmed")

    def get_changelist(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[ProfileChangeList]:
        return ProfileChangeList

    @admin.display(description=_("Others of this name in the area"))
    def same_name(self, profile: VolunteerProfile) -> int:
        return int(getattr(profile, "same_name_count", 0))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People apply themselves: nobody agrees for them."""
        return False

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.review_volunteerprofile")

    @admin.action(description=_("Accept"), permissions=["review"])
    def accept(
        self, request: HttpRequest, queryset: QuerySet[VolunteerProfile]
    ) -> None:
        self.each(request, queryset, accept, "profile")

    @admin.action(description=_("Ask the question"), permissions=["review"])
    def ask(self, request: HttpRequest, queryset: QuerySet[VolunteerProfile]) -> None:
        reason = request.POST.get("reason", "")
        self.each(request, queryset, ask, "profile", question=reason)

    @admin.action(description=_("Decline with the reason"), permissions=["review"])
    def decline(
        self, request: HttpRequest, queryset: QuerySet[VolunteerProfile]
    ) -> None:
        reason = request.POST.get("reason", "")
        self.each(request, queryset, decline, "profile", reason=reason)
