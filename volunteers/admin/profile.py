from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
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
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VolunteerProfile]:
        """Leave out what nobody confirmed, and count others of the same name."""
        others = (
            VolunteerProfile.objects.confirmed()
            .annotate(lower=Lower("name"))
            .filter(lower=Lower(OuterRef("name")), area=OuterRef("area"))
            .exclude(pk=OuterRef("pk"))
            .order_by()
            .values("lower")
            .annotate(number=Count("pk"))
            .values("number")
        )
        rows = super().get_queryset(request).exclude(state="unconfirmed")
        return rows.annotate(same_name_count=Coalesce(Subquery(others), 0))

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
