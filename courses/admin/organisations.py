"""Staff, requirements, duties, learners and certificates."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from courses.forms import CertificateForm
from courses.importers import STAFF, load_staff
from courses.models import (
    Attempt,
    Certificate,
    Employment,
    Enrolment,
    Extension,
    Obligation,
    Requirement,
    TrainedShare,
)
from courses.services.certificates import correct_name, revoke_certificate
from courses.training import subtree
from foundation.accounts.models import User
from foundation.read_only import ReadOnly
from foundation.tables.forms import TableForm
from foundation.territory.models import Scope


def bodies_of(user: User) -> set[int] | None:
    """Return the bodies that a staff member works on; None is all of them."""
    scope = Scope.objects.filter(user=user).first()
    if user.is_superuser or (scope and scope.kind == Scope.Kind.AGENCY):
        return None
    return subtree(scope.body) if scope and scope.body else set()


@admin.register(Employment)
class EmploymentAdmin(admin.ModelAdmin[Employment]):
    list_display = ["user", "body", "position_group", "period", "is_primary"]
    list_filter = ["is_primary", "position_group"]
    search_fields = ["user__email", "user__name", "body__code"]
    autocomplete_fields = ["body"]
    raw_id_fields = ["user"]
    change_list_template = "admin/courses/employments.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        assert isinstance(request.user, User)
        allowed = bodies_of(request.user)
        rows = super().get_queryset(request)
        return rows if allowed is None else rows.filter(body__in=allowed)

    def get_urls(self) -> list[URLPattern]:
        load = path(
            "load/",
            self.admin_site.admin_view(self.load),
            name="courses_employment_load",
        )
        return [load, *super().get_urls()]

    def load(self, request: HttpRequest) -> HttpResponse:
        assert isinstance(request.user, User)
        if not self.has_add_permission(request):
            return HttpResponse(status=403)
        form = TableForm(request.POST or None, request.FILES or None)
        outcome = None
        if request.method == "POST" and form.is_valid():
            outcome = load_staff(
                form.cleaned_data["file"],
                allowed=bodies_of(request.user),
                dry_run=form.cleaned_data["dry_run"],
            )
            if not outcome.faults and not form.cleaned_data["dry_run"]:
                self.message_user(request, _("The table is loaded"), messages.SUCCESS)
                return redirect("admin:courses_employment_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Load staff from a table"),
            "form": form,
            "outcome": outcome,
            "columns": ", ".join(STAFF.codes()),
        }
        return render(request, "admin/courses/load.html", context)


@admin.register(Requirement)
class RequirementAdmin(admin.ModelAdmin[Requirement]):
    list_display = [
        "course",
        "body",
        "position_group",
        "starts_on",
        "due_on",
        "due_days",
    ]
    autocomplete_fields = ["course", "body"]


@admin.register(Obligation)
class ObligationAdmin(admin.ModelAdmin[Obligation]):
    """Duties come by themselves; staff exempt persons and say why."""

    list_display = ["user", "requirement", "due_on", "met_on", "exempt_reason"]
    list_filter = ["requirement", "due_on"]
    search_fields = ["user__email"]
    fields = [
        "user", "requirement", "opened_on", "due_on", "met_on", "exempt_reason",
        "exempt_period",
    ]  # fmt: skip
    readonly_fields = ["user", "requirement", "opened_on", "due_on", "met_on"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Extension)
class ExtensionAdmin(admin.ModelAdmin[Extension]):
    list_display = ["learner", "percent", "reason"]
    raw_id_fields = ["learner"]


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, admin.ModelAdmin[Enrolment]):
    list_display = ["public_id", "version", "started_at", "completed_at", "percent"]
    list_filter = ["version"]


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, admin.ModelAdmin[Attempt]):
    list_display = ["public_id", "quiz", "state", "percent", "passed", "submitted_at"]
    list_filter = ["quiz__version", "state", "passed"]


@admin.register(TrainedShare)
class TrainedShareAdmin(ReadOnly, admin.ModelAdmin[TrainedShare]):
    list_display = ["course", "body", "as_of", "staff", "trained"]
    list_filter = ["course"]
    date_hierarchy = "as_of"


@admin.register(Certificate)
class CertificateAdmin(admin.ModelAdmin[Certificate]):
    form = CertificateForm
    list_display = ["serial", "holder_name", "status", "issued_at", "valid_until"]
    list_filter = ["status"]
    search_fields = ["serial", "holder_name"]
    readonly_fields = [
        "serial", "holder_name", "status", "reason", "issued_at", "valid_until",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("courses.revoke_certificate")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Certificate, form: Any, change: bool
    ) -> None:
        assert isinstance(request.user, User)
        name = form.cleaned_data["right_name"]
        try:
            if name:
                correct_name(certificate=obj, name=name, by=request.user)
            else:
                reason = form.cleaned_data["revoke_because"]
                revoke_certificate(certificate=obj, reason=reason, by=request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
