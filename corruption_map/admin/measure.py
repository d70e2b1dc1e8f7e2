from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from corruption_map.admin.base import ReadOnlyInline, ScopedAdmin, Step, user_of
from corruption_map.admin.scope import ScopedChoicesAdmin
from corruption_map.admin.tables import TableMixin
from corruption_map.forms.staff import (
    DeadlineForm,
    EvidenceForm,
    FindingForm,
    MeasureForm,
    NeededReasonForm,
    ProgressForm,
    ReasonForm,
    StepForm,
)
from corruption_map.models import (
    DeadlineChange,
    Evidence,
    Measure,
    ProgressReport,
)
from corruption_map.permissions import may_move_measure, measures_of
from corruption_map.services.evidence import add_evidence, remove_evidence
from corruption_map.services.measures import (
    change_deadline,
    delete_measure,
    move_measure,
    save_measure,
)
from corruption_map.services.progress import (
    may_verify_progress,
    report_progress,
    verify_progress,
)
from corruption_map.sheets import MEASURES
from foundation.accounts.models import User
from foundation.territory.permissions import is_agency

State = Measure.State


class OverdueFilter(admin.SimpleListFilter):
    title = gettext_lazy("deadline")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("yes", gettext_lazy("Overdue")),
            ("none", gettext_lazy("Open, without a deadline")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.overdue(timezone.localdate())
        if self.value() == "none":
            return queryset.filter(deadline=None, state__in=Measure.OPEN_STATES)
        return queryset


class EvidenceInline(ReadOnlyInline):
    model = Evidence
    fields = ["document", "added_on"]
    readonly_fields = ["document"]
    show_change_link = True

    @admin.display(description=gettext_lazy("document"))
    def document(self, row: Evidence) -> SafeString | str:
        return document_link(row)


def document_link(row: Evidence) -> SafeString | str:
    if row.file:
        address = reverse("admin:corruption_map_evidence_file", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Download"))
    if row.url:
        return format_html('<a href="{}" rel="noreferrer">{}</a>', row.url, row.url)
    return "–"


class ProgressInline(ReadOnlyInline):
    model = ProgressReport
    fields = ["claimed_state", "verified_state"]
    show_change_link = True


class DeadlineInline(ReadOnlyInline):
    model = DeadlineChange
    fields = ["changed_on", "why", "act"]
    readonly_fields = ["why"]

    @admin.display(description=gettext_lazy("reason"))
    def why(self, row: DeadlineChange) -> str:
        return row.reason.plain


def _moving(
    name: str,
    to: State,
    label: StrPromise,
    note: StrPromise,
    form: type[StepForm],
    *,
    is_grave: bool = False,
    obstacle: Any = lambda _row: "",
) -> Step[Measure]:
    def do(measure: Measure, form: StepForm, user: User) -> None:
        reason = form.texts("reason") if isinstance(form, ReasonForm) else None
        move_measure(measure=measure, to=to, by=user, reason=reason)

    return Step(
        name=name,
        label=label,
        note=note,
        form=form,
        may=lambda user, measure: may_move_measure(user, measure, to),
        is_possible=lambda measure: to in Measure.TRANSITIONS[measure.state],
        do=do,
        is_grave=is_grave,
        obstacle=obstacle,
    )


def _no_evidence(measure: Measure) -> str:
    if measure.evidence.exists():
        return ""
    return _("It has no evidence: look at it by itself")


def _may_change(user: User, measure: Measure) -> bool:
    return user.has_perm("corruption_map.change_measure")


def _move_deadline(measure: Measure, form: DeadlineForm, user: User) -> None:
    to: date = form.cleaned_data["to"]
    act: str = form.cleaned_data["act"]
    change_deadline(
        measure=measure, to=to, reason=form.texts("reason"), act=act, by=user
    )


def _add_evidence(measure: Measure, form: EvidenceForm, user: User) -> None:
    add_evidence(
        measure=measure,
        title=form.texts("title"),
        file=form.cleaned_data["file"],
        url=form.cleaned_data["url"],
        by=user,
    )


def _report_progress(measure: Measure, form: ProgressForm, user: User) -> None:
    report_progress(
        measure=measure,
        year=form.cleaned_data["year"],
        quarter=form.cleaned_data["quarter"],
        claimed_state=form.cleaned_data["claimed_state"],
        text=form.texts("text"),
        by=user,
    )


STEPS = (
    _moving(
        "start",
        State.IN_PROGRESS,
        gettext_lazy("Begin"),
        gettext_lazy("The measure is in progress from today."),
        StepForm,
    ),
    Step(
        name="evidence",
        label=gettext_lazy("Add evidence"),
        note=gettext_lazy("A document that shows the measure was carried out."),
        form=EvidenceForm,
        may=lambda user, measure: user.has_perm("corruption_map.add_evidence"),
        is_possible=lambda measure: measure.state != State.CANCELLED,
        do=_add_evidence,
    ),
    Step(
        name="progress",
        label=gettext_lazy("Report on a quarter"),
        note=gettext_lazy("What was done in a quarter; the agency verifies it apart."),
        form=ProgressForm,
        may=lambda user, measure: user.has_perm("corruption_map.add_progressreport"),
        is_possible=lambda measure: measure.is_open,
        do=_report_progress,
    ),
    _moving(
        "report",
        State.REPORTED_DONE,
        gettext_lazy("Report as done"),
        gettext_lazy("The agency verifies the measure; readers see that it waits."),
        ReasonForm,
    ),
    _moving(
        "verify",
        State.VERIFIED_DONE,
        gettext_lazy("Verify as done"),
        gettext_lazy("Readers see the measure as done. This cannot be undone."),
        StepForm,
        obstacle=_no_evidence,
    ),
    _moving(
        "return",
        State.RETURNED,
        gettext_lazy("Return to the executor"),
        gettext_lazy("The measure is open again; readers see the reason."),
        NeededReasonForm,
    ),
    Step(
        name="deadline",
        label=gettext_lazy("Move the deadline"),
        note=gettext_lazy(
            "Readers see the old deadline, the new one, the reason and the act."
        ),
        form=DeadlineForm,
        may=_may_change,
        is_possible=lambda measure: measure.is_open and measure.deadline is not None,
        do=_move_deadline,
    ),
    _moving(
        "cancel",
        State.CANCELLED,
        gettext_lazy("Cancel"),
        gettext_lazy("The measure will not be carried out. This cannot be undone."),
        NeededReasonForm,
        is_grave=True,
    ),
)


@admin.register(Measure)
class MeasureAdmin(TableMixin[Measure], ScopedChoicesAdmin[Measure]):
    sheet = MEASURES
    steps = STEPS
    audit_kind = "measure"
    form = MeasureForm
    import_permission = "corruption_map.import_measure"
    list_display = [
        "public_id",
        "short_text",
        "state",
        "who",
        "due_on",
        "overdue",
        "of_risk",
    ]
    list_display_links = ["public_id", "short_text"]
    list_filter = ["state", OverdueFilter, "risk__year", "is_demo"]
    list_select_related = ["executor", "risk"]
    ordering = ["list_order", "pk"]
    search_fields = [
        "=public_id",
        "=risk__public_id",
        "text_kk",
        "text_ru",
        "text_en",
    ]
    autocomplete_fields = ["risk"]
    filter_horizontal = ["co_executors"]
    open_fields = ("co_executors",)
    needed_of_bodies = ("executor",)
    inlines = [EvidenceInline, ProgressInline, DeadlineInline]
    actions = ["report_many", "verify_many"]
    readonly_fields = [
        "public_id",
        "state",
        "why",
        "reported_by",
        "reported_on",
        "verified_by",
        "verified_on",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("public_id", "state"),
                    "why",
                    ("reported_by", "reported_on"),
                    ("verified_by", "verified_on"),
                    "risk",
                    ("executor", "deadline"),
                ]
            },
        ),
        (
            gettext_lazy("What is done"),
            {"fields": ["text_kk", "text_ru", "text_en"]},
        ),
        (
            gettext_lazy("Reporting form and indicator of success"),
            {
                "fields": [
                    "reporting_form_kk",
                    "reporting_form_ru",
                    "reporting_form_en",
                    "indicator_kk",
                    "indicator_ru",
                    "indicator_en",
                ]
            },
        ),
        (
            gettext_lazy("Who helps"),
            {"classes": ["collapse"], "fields": ["co_executors"]},
        ),
    ]

    def scope(self, user: User) -> Q:
        return measures_of(user)

    def view_on_site(self, row: Measure) -> str | None:
        return row.get_absolute_url() if row.risk.is_public else None

    def get_fieldsets(self, request: HttpRequest, obj: Measure | None = None) -> Any:
        if obj is not None:
            return self.fieldsets
        (title, options), *others = self.fieldsets
        return [(title, {"fields": options["fields"][4:]}), *others]

    def get_inlines(self, request: HttpRequest, obj: Measure | None) -> Any:
        return self.inlines if obj else []

    def get_readonly_fields(
        self, request: HttpRequest, obj: Measure | None = None
    ) -> Any:
        if obj is None:
            return self.readonly_fields
        # A deadline that stands moves by its step alone.
        kept = ["risk", "deadline"] if obj.deadline else ["risk"]
        return [*self.readonly_fields, *kept]

    def has_change_permission(
        self, request: HttpRequest, obj: Measure | None = None
    ) -> bool:
        if obj is not None and not obj.is_open and not is_agency(user_of(request)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Measure | None = None
    ) -> bool:
        if obj is None or obj.risk.published_at is not None:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Measure, form: ModelForm[Measure], change: bool
    ) -> None:
        save_measure(measure=obj, by=user_of(request))

    def delete_model(self, request: HttpRequest, obj: Measure) -> None:
        delete_measure(measure=obj, by=user_of(request))

    def facts(self, row: Measure) -> list[tuple[str, str]]:
        return [
            (_("Measure"), str(row)),
            (_("Risk"), str(row.risk)),
            (_("Executor"), str(row.executor or "–")),
            (_("State"), row.get_state_display()),
            (_("Deadline"), row.deadline.isoformat() if row.deadline else "–"),
            (_("Reported by"), str(row.reported_by or "–")),
            (_("Documents that show it was carried out"), str(row.evidence.count())),
        ]

    def public_changes(self, row: Measure) -> Any:
        return row.changes.all()

    @admin.display(description=gettext_lazy("what is done"), ordering="text_kk")
    def short_text(self, row: Measure) -> str:
        text = row.text.plain or "–"
        return text if len(text) <= 90 else f"{text[:89]}…"

    @admin.display(description=gettext_lazy("days overdue"), ordering="list_order")
    def overdue(self, row: Measure) -> str:
        return str(row.days_overdue(timezone.localdate()) or "")

    # Django never wraps the name of a related row, and these are long.
    @admin.display(description=gettext_lazy("executor"), ordering="executor")
    def who(self, row: Measure) -> str:
        return str(row.executor or "–")

    @admin.display(description=gettext_lazy("deadline"), ordering="deadline")
    def due_on(self, row: Measure) -> str:
        return row.deadline.isoformat() if row.deadline else "–"

    @admin.display(description=gettext_lazy("risk"), ordering="risk")
    def of_risk(self, row: Measure) -> str:
        return row.risk.public_id

    @admin.display(description=gettext_lazy("reason for the state"))
    def why(self, row: Measure) -> str:
        return row.state_reason.plain or "–"

    @admin.action(description=gettext_lazy("Report as done"), permissions=["report"])
    def report_many(
        self, request: HttpRequest, queryset: QuerySet[Measure]
    ) -> HttpResponse | None:
        return self.do_many(request, queryset, "report")

    @admin.action(description=gettext_lazy("Verify as done"), permissions=["verify"])
    def verify_many(
        self, request: HttpRequest, queryset: QuerySet[Measure]
    ) -> HttpResponse | None:
        return self.do_many(request, queryset, "verify")

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("corruption_map.verify_measure")

    def has_report_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("corruption_map.report_measure")


@admin.register(Evidence)
class EvidenceAdmin(ScopedAdmin[Evidence]):
    """Evidence is added on its measure's page, and taken away while nothing rests on it."""

    audit_kind = "measure"
    list_display = ["__str__", "of_measure", "added_on"]
    list_select_related = ["measure"]
    list_filter = ["added_on", "is_demo"]
    search_fields = [
        "=measure__public_id",
        "title_kk",
        "title_ru",
        "title_en",
    ]
    fields = [
        "measure",
        "title_kk",
        "title_ru",
        "title_en",
        "document",
        "sha256",
        "added_on",
    ]
    readonly_fields = ["document", "sha256"]
    steps = (
        Step(
            name="remove",
            label=gettext_lazy("Remove"),
            note=gettext_lazy("Readers see that the document was taken away."),
            form=StepForm,
            may=lambda user, row: user.has_perm("corruption_map.change_evidence"),
            is_possible=lambda row: row.measure.state != State.VERIFIED_DONE,
            do=lambda row, form, user: remove_evidence(evidence=row, by=user),
            is_grave=True,
        ),
    )

    def scope(self, user: User) -> Q:
        return measures_of(user, "measure__")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        return [
            path("<int:evidence_id>/file/", view, name="corruption_map_evidence_file"),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, evidence_id: int) -> FileResponse:
        """Hand a file out as an attachment: nothing in it runs on this site."""
        row = self.get_object(request, str(evidence_id))
        if not row.file or not self.has_view_permission(request, row):
            raise Http404
        response = FileResponse(row.file.open("rb"), as_attachment=True)
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response

    @admin.display(description=gettext_lazy("measure"), ordering="measure")
    def of_measure(self, row: Any) -> str:
        return str(row.measure)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def audit_id(self, row: Evidence) -> str:
        return row.measure.public_id

    def facts(self, row: Evidence) -> list[tuple[str, str]]:
        return [(_("Evidence"), str(row)), (_("Measure"), str(row.measure))]

    def change_url(self, row: Any) -> str:
        # After its removal there is only the measure to go back to.
        if (
            isinstance(row, Evidence)
            and not Evidence.objects.filter(pk=row.pk).exists()
        ):
            return super().change_url(row.measure)
        return super().change_url(row)

    @admin.display(description=gettext_lazy("document"))
    def document(self, row: Evidence) -> SafeString | str:
        return document_link(row)


@admin.register(ProgressReport)
class ProgressReportAdmin(ScopedAdmin[ProgressReport]):
    """The executor's claim and the agency's finding, apart."""

    audit_kind = "measure"
    list_display = [
        "__str__",
        "of_measure",
        "claimed_state",
        "verified_state",
        "reported_on",
    ]
    list_select_related = ["measure"]
    list_filter = ["year", "quarter", "claimed_state", "verified_state"]
    search_fields = ["=measure__public_id"]
    fieldsets = [
        (None, {"fields": ["measure", ("year", "quarter")]}),
        (
            gettext_lazy("What the executor says"),
            {
                "fields": [
                    "claimed_state",
                    "text_kk",
                    "text_ru",
                    "text_en",
                    ("reported_by", "reported_on"),
                ]
            },
        ),
        (
            gettext_lazy("What was found"),
            {
                "fields": [
                    "verified_state",
                    "finding_kk",
                    "finding_ru",
                    "finding_en",
                    ("verified_by", "verified_on"),
                ]
            },
        ),
    ]
    readonly_fields = ["reported_by", "verified_by"]
    steps = (
        Step(
            name="verify",
            label=gettext_lazy("Write what was found"),
            note=gettext_lazy(
                "The claim stays as it is; the finding stands beside it."
            ),
            form=FindingForm,
            may=may_verify_progress,
            is_possible=lambda row: not row.verified_state,
            do=lambda row, form, user: verify_progress(
                report=row,
                state=form.cleaned_data["state"],
                finding=form.texts("finding"),
                by=user,
            ),
        ),
    )

    def scope(self, user: User) -> Q:
        return measures_of(user, "measure__")

    @admin.display(description=gettext_lazy("measure"), ordering="measure")
    def of_measure(self, row: Any) -> str:
        return str(row.measure)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def audit_id(self, row: ProgressReport) -> str:
        return row.measure.public_id

    def facts(self, row: ProgressReport) -> list[tuple[str, str]]:
        return [
            (_("Measure"), str(row.measure)),
            (_("Quarter"), str(row)),
            (_("State claimed by the executor"), row.get_claimed_state_display()),
            (_("What the executor says"), row.text.plain),
        ]
