"""What came of a wave: open texts, weightings, releases, findings."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, URLField
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.languages import columns, languages
from foundation.publication import renew_pages
from foundation.search.services import index
from surveys.admin.attempts import attempt, go_on
from surveys.deadlines import decided_by
from surveys.models import Finding, OpenText, PolicyAction, Release, Wave, WeightScheme
from surveys.services.publishing import (
    CASES,
    compute_weights,
    note_action,
    publish_release,
    withdraw_release,
)
from surveys.writing_waves import (
    PolicyActionForm,
    ReleaseForm,
    SchemeForm,
    WithdrawalForm,
)


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
    form = SchemeForm
    list_display = ["__str__", "state", "failure"]
    list_filter = ["state", "kind"]
    actions = ["compute"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: WeightScheme | None = None
    ) -> list[str]:
        own = ["state", "failure", "found", "margins_told"]
        return own if obj is None else ["wave", *own]

    def get_fieldsets(
        self, request: HttpRequest, obj: WeightScheme | None = None
    ) -> Any:
        first = (None, {"fields": ["wave", "kind", ("trim_low", "trim_high")]})
        if obj is None:
            return [first]
        own = ["by_population", "margins"]
        if not self.has_change_permission(request, obj):
            own = ["margins_told"]
        return [
            first,
            (_("Margins"), {"fields": own}),
            (_("What came out"), {"fields": ["state", "failure", "found"]}),
        ]

    def response_add(
        self,
        request: HttpRequest,
        obj: WeightScheme,
        post_url_continue: str | None = None,
    ) -> HttpResponse:
        """Go on to the margins, which hang on the wave."""
        go_on(request)
        return super().response_add(request, obj, post_url_continue)

    @admin.display(description=_("diagnostics"))
    def found(self, scheme: WeightScheme) -> str:
        told = (f"{name}: {value}" for name, value in scheme.diagnostics.items())
        return format_html_join("", "{}<br>", ((text,) for text in told)) or "–"

    @admin.display(description=_("margins"))
    def margins_told(self, scheme: WeightScheme) -> str:
        return ", ".join(str(margin.get("question")) for margin in scheme.margins)

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
    form = ReleaseForm
    list_display = ["__str__", "state", "published_on", "sha256"]
    list_filter = ["state"]
    readonly_fields = ["state", "published_on", "sha256", "withdrawn", "withdraw_link"]
    actions = ["publish"]

    def get_urls(self) -> list[URLPattern]:
        withdraw = path(
            "<int:object_id>/withdraw/",
            self.admin_site.admin_view(self.withdraw),
            name="surveys_release_withdraw",
        )
        return [withdraw, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Release | None = None) -> Any:
        boxes = [
            (None, {"fields": ["wave", "number", "scheme"]}),
            (_("Reason of a correction"), {"fields": columns("reason")}),
        ]
        if obj is None or self.has_change_permission(request, obj):
            boxes.append(
                (_("How the cases ended"), {"fields": list(CASES)}),
            )
        state = ["state", "published_on", "sha256"]
        if obj and obj.is_withdrawn:
            state.append("withdrawn")
        elif obj and obj.is_readable and self.has_publish_permission(request):
            state.append("withdraw_link")
        boxes.append((_("State"), {"fields": state}))
        return boxes

    @admin.display(description=_("withdrawal"))
    def withdraw_link(self, release: Release) -> str:
        address = reverse("admin:surveys_release_withdraw", args=[release.pk])
        return format_html('<a href="{}">{}</a>', address, _("Withdraw this release"))

    @admin.display(description=_("withdrawn"))
    def withdrawn(self, release: Release) -> str:
        assert release.withdrawn_on is not None
        return f"{release.withdrawn_on:%Y-%m-%d}: {release.withdrawal.plain}"

    def withdraw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask for the reason and take the figures back."""
        if not self.has_publish_permission(request):
            raise PermissionDenied
        release = get_object_or_404(Release.objects.readable(), pk=object_id)
        form = WithdrawalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = {code: form.cleaned_data[f"reason_{code}"] for code in languages()}
            attempt(
                self,
                request,
                [release],
                lambda row, by: withdraw_release(release=row, reason=reason, by=by),
            )
            return redirect("admin:surveys_release_change", object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw this release"),
            "subtitle": str(release),
            "back": reverse("admin:surveys_release_change", args=[release.pk]),
            "form": form,
        }
        return render(request, "admin/surveys/withdraw.html", context)

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


class PolicyActionFormSet(BaseInlineFormSet[PolicyAction, Finding, Any]):
    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """An aim is chosen among the answers of the wave, once the wave is known."""
        kept = self.instance if self.instance.pk else None
        return {**super().get_form_kwargs(index), "wave": kept and kept.wave}


class PolicyActionInline(admin.StackedInline[PolicyAction, Finding]):
    model = PolicyAction
    form = PolicyActionForm
    formset = PolicyActionFormSet
    fields = [
        ("decision", "status"),
        columns("action"),
        columns("reason"),
        ("owner", "due_on"),
        ("evidence_url", "measure"),
        "target",
        ("target_from", "target_to"),
    ]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    extra = 0
    autocomplete_fields = ["owner"]
    can_delete = False


class Undecided(admin.SimpleListFilter):
    """Findings that wait for a decision longer than is allowed."""

    title = _("decision")
    parameter_name = "undecided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Nothing decided in time")), ("2", _("Overdue"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Finding]
    ) -> QuerySet[Finding]:
        if self.value() == "1":
            return queryset.filter(pk__in=Finding.objects.undecided(decided_by()))
        if self.value() == "2":
            late = PolicyAction.objects.overdue(timezone.localdate())
            return queryset.filter(actions__in=late).distinct()
        return queryset


@admin.register(Finding)
class FindingAdmin(admin.ModelAdmin[Finding]):
    list_display = ["__str__", "wave", "is_public"]
    list_filter = [Undecided, "is_public", "wave"]
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
