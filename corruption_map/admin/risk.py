from typing import Any

from django.contrib import admin
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import Coalesce
from django.forms import BaseModelFormSet, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from corruption_map.admin.base import ReadOnlyInline, Step, user_of
from corruption_map.admin.scope import ScopedChoicesAdmin
from corruption_map.admin.tables import TableMixin
from corruption_map.forms.staff import (
    AssessmentForm,
    NeededReasonForm,
    ReasonForm,
    RiskForm,
    StepForm,
)
from corruption_map.models import Change, Level, Measure, Risk, RiskAssessment
from corruption_map.permissions import may_edit_risk, may_move_risk, risks_of
from corruption_map.services.risks import (
    assess_risk,
    delete_risk,
    move_risk,
    save_risk,
)
from corruption_map.sheets import RISKS
from foundation.accounts.models import User

State = Risk.State


class LevelFilter(admin.SimpleListFilter):
    title = gettext_lazy("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Level.choices, ("none", gettext_lazy("Not assessed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == "none" or value in Level.values:
            return queryset.of_level(value)
        return queryset


class OverdueMeasureFilter(admin.SimpleListFilter):
    title = gettext_lazy("overdue measures")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("With overdue measures"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(Exists(overdue_measures()))
        return queryset


def overdue_measures() -> QuerySet[Measure]:
    rows = Measure.objects.overdue(timezone.localdate())
    return rows.filter(risk=OuterRef("pk")).order_by()


class AssessmentInline(admin.TabularInline[RiskAssessment, Risk]):
    """Assessments are added, never edited: what was judged then stays readable."""

    model = RiskAssessment
    form = AssessmentForm
    extra = 0
    can_delete = False
    view_on_site = False
    formfield_overrides = {TextField: {"widget": Textarea({"rows": 2, "cols": 20})}}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and not may_edit_risk(user_of(request), obj):
            return False
        return super().has_add_permission(request, obj)


class MeasureInline(ReadOnlyInline):
    model = Measure
    verbose_name_plural = gettext_lazy("measures")
    fields = ["executor", "deadline", "state", "overdue"]
    readonly_fields = ["overdue"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("executor")

    @admin.display(description=gettext_lazy("days overdue"))
    def overdue(self, row: Measure) -> str:
        return str(row.days_overdue(timezone.localdate()) or "")


class ChangeInline(ReadOnlyInline):
    model = Change
    verbose_name_plural = gettext_lazy("what readers saw change")
    # Each row is headed by what changed, from what into what.
    fields = ["changed_at"]
    readonly_fields = ["changed_at"]


def _mover(to: State) -> Any:
    def may(user: User, risk: Risk) -> bool:
        return may_move_risk(user, risk, to)

    def is_possible(risk: Risk) -> bool:
        return to in Risk.TRANSITIONS[risk.state]

    def do(risk: Risk, form: ReasonForm | StepForm, user: User) -> None:
        reason = form.texts("reason") if isinstance(form, ReasonForm) else None
        move_risk(risk=risk, to=to, by=user, reason=reason)

    return may, is_possible, do


def _step(
    name: str,
    to: State,
    label: StrPromise,
    note: StrPromise,
    form: type[StepForm] = StepForm,
    *,
    only_from: State | None = None,
    not_from: State | None = None,
    is_grave: bool = False,
) -> Step[Risk]:
    may, is_reachable, do = _mover(to)

    def is_possible(risk: Risk) -> bool:
        if only_from is not None and risk.state != only_from:
            return False
        return risk.state != not_from and is_reachable(risk)

    return Step(
        name=name,
        label=label,
        note=note,
        form=form,
        may=may,
        is_possible=is_possible,
        do=do,
        is_grave=is_grave,
        obstacle=_obstacle if to == State.PUBLISHED else lambda _row: "",
    )


def _obstacle(risk: Risk) -> str:
    if not (risk.title_kk and risk.title_ru):
        return _("Write the title in Kazakh and in Russian before publishing")
    return ""


STEPS = (
    _step(
        "hand-in",
        State.IN_REVIEW,
        gettext_lazy("Hand in for review"),
        gettext_lazy("The agency reads the risk; until it answers, nobody edits it."),
    ),
    _step(
        "publish",
        State.PUBLISHED,
        gettext_lazy("Publish"),
        gettext_lazy(
            "Everybody sees the risk on the map at once, and every later change."
        ),
        not_from=State.CLOSED,
    ),
    _step(
        "return",
        State.DRAFT,
        gettext_lazy("Return to its author"),
        gettext_lazy("The risk becomes a draft again; its author sees the reason."),
        NeededReasonForm,
    ),
    _step(
        "close",
        State.CLOSED,
        gettext_lazy("Mark as eliminated"),
        gettext_lazy("Readers see the risk as eliminated from today."),
        ReasonForm,
    ),
    _step(
        "reopen",
        State.PUBLISHED,
        gettext_lazy("Open again"),
        gettext_lazy("Readers see the risk as open, and the reason."),
        NeededReasonForm,
        only_from=State.CLOSED,
    ),
    _step(
        "drop",
        State.WITHDRAWN,
        gettext_lazy("Drop the draft"),
        gettext_lazy("The draft is kept, but nobody works on it any more."),
        only_from=State.DRAFT,
        is_grave=True,
    ),
    _step(
        "withdraw",
        State.WITHDRAWN,
        gettext_lazy("Withdraw"),
        gettext_lazy("The risk leaves the map for good; this cannot be undone."),
        NeededReasonForm,
        not_from=State.DRAFT,
        is_grave=True,
    ),
)


@admin.register(Risk)
class RiskAdmin(TableMixin[Risk], ScopedChoicesAdmin[Risk]):
    sheet = RISKS
    steps = STEPS
    audit_kind = "risk"
    form = RiskForm
    import_permission = "corruption_map.import_risk"
    list_display = [
        "public_id",
        "short_title",
        "state",
        "where",
        "level",
        "overdue",
        "changed_on",
    ]
    list_display_links = ["public_id", "short_title"]
    list_filter = [
        "state",
        LevelFilter,
        OverdueMeasureFilter,
        "year",
        "area",
        "sphere",
        "detection_source",
        "is_demo",
    ]
    list_select_related = ["area", "body"]
    search_fields = ["=public_id", "title_kk", "title_ru", "title_en"]
    ordering = ["-year", "-pk"]
    autocomplete_fields = ["analysis", "source"]
    readonly_fields = [
        "public_id",
        "state",
        "state_reason",
        "level",
        "published_at",
        "closed_on",
        "updated_at",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("public_id", "state", "level"),
                    "state_reason",
                    ("year", "area"),
                    "body",
                    ("sphere", "detection_source"),
                ]
            },
        ),
        (
            gettext_lazy("Title and description"),
            {
                "fields": [
                    "original_language",
                    "title_kk",
                    "title_ru",
                    "title_en",
                    "description_kk",
                    "description_ru",
                    "description_en",
                ]
            },
        ),
        (
            gettext_lazy("Process and analysis"),
            {
                "classes": ["collapse"],
                "fields": ["process_kk", "process_ru", "process_en", "analysis"],
            },
        ),
        (
            gettext_lazy("Source and quotation"),
            {
                "classes": ["collapse"],
                "fields": [
                    "source",
                    "source_section",
                    "quote",
                    "quote_language",
                    "response_kk",
                    "response_ru",
                    "response_en",
                ],
            },
        ),
        (
            gettext_lazy("Amount"),
            {
                "classes": ["collapse"],
                "fields": [
                    "amount_kzt",
                    "amount_note_kk",
                    "amount_note_ru",
                    "amount_note_en",
                ],
            },
        ),
        (
            gettext_lazy("Body that is not in the list"),
            {
                "classes": ["collapse"],
                "fields": ["body_note_kk", "body_note_ru", "body_note_en"],
            },
        ),
    ]
    inlines = [AssessmentInline, MeasureInline, ChangeInline]
    actions = ["hand_in_many", "publish_many"]
    needed_of_bodies = ("body",)

    def scope(self, user: User) -> Q:
        return risks_of(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Risk]:
        late = overdue_measures().values("risk").annotate(rows=Count("pk"))
        rows = super().get_queryset(request)
        return rows.annotate(
            overdue_measures=Coalesce(Subquery(late.values("rows")), 0)
        )

    def get_inlines(self, request: HttpRequest, obj: Risk | None) -> Any:
        # A new risk has neither measures nor changes.
        return self.inlines if obj else [AssessmentInline]

    def get_fieldsets(self, request: HttpRequest, obj: Risk | None = None) -> Any:
        if obj is not None:
            return self.fieldsets
        (title, options), *others = self.fieldsets
        shown = {"fields": options["fields"][2:]}
        return [(title, shown), *others]

    def has_change_permission(
        self, request: HttpRequest, obj: Risk | None = None
    ) -> bool:
        if obj is not None and not may_edit_risk(user_of(request), obj):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Risk | None = None
    ) -> bool:
        # Many at once would pass by the check of what was published.
        if obj is None or obj.published_at is not None:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Risk, form: ModelForm[Risk], change: bool
    ) -> None:
        save_risk(risk=obj, by=user_of(request))

    def save_formset(
        self,
        request: HttpRequest,
        form: ModelForm[Risk],
        formset: BaseModelFormSet[Any, Any],
        change: bool,
    ) -> None:
        for row in formset.save(commit=False):
            assess_risk(assessment=row, by=user_of(request))
        formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: Risk) -> None:
        delete_risk(risk=obj, by=user_of(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        return {"year": timezone.localdate().year, **initial}

    def open_steps(self, user: User, row: Risk) -> list[dict[str, Any]]:
        steps = super().open_steps(user, row)
        if row.state == State.WITHDRAWN or not user.has_perm(
            "corruption_map.add_measure"
        ):
            return steps
        address = f"{reverse('admin:corruption_map_measure_add')}?risk={row.pk}"
        add = {"label": _("Add a measure"), "url": address, "is_grave": False}
        return [add, *steps]

    def facts(self, row: Risk) -> list[tuple[str, str]]:
        return [
            (_("Risk"), str(row)),
            (_("State"), row.get_state_display()),
            (_("Area"), str(row.area)),
            (_("Body"), str(row.body or row.body_note or "–")),
            (_("Level"), str(self.level(row))),
            (_("Measures"), str(row.measures.count())),
        ]

    def public_changes(self, row: Risk) -> Any:
        return row.changes.select_related("measure")

    @admin.display(description=gettext_lazy("title"), ordering="title_kk")
    def short_title(self, row: Risk) -> str:
        title = row.title.plain or "–"
        return title if len(title) <= 90 else f"{title[:89]}…"

    @admin.display(description=gettext_lazy("level"), ordering=F("current_score"))
    def level(self, row: Risk) -> str | SafeString:
        if row.level is None:
            return _("Not assessed")
        return format_html("{} · {}", row.current_score, row.level.label)

    # Django never wraps the name of a related row, and these are long.
    @admin.display(description=gettext_lazy("area and body"), ordering="area")
    def where(self, row: Risk) -> str:
        body = row.body or row.body_note.plain
        return f"{row.area} · {body}" if body else str(row.area)

    @admin.display(description=gettext_lazy("changed on"), ordering="updated_at")
    def changed_on(self, row: Risk) -> str:
        return f"{timezone.localdate(row.updated_at):%Y-%m-%d}"

    @admin.display(description=gettext_lazy("overdue"), ordering="overdue_measures")
    def overdue(self, row: Any) -> str:
        return str(row.overdue_measures or "")

    @admin.display(description=gettext_lazy("reason for the state"))
    def state_reason(self, row: Risk) -> str:
        return row.state_reason.plain or "–"

    @admin.action(
        description=gettext_lazy("Hand in for review"), permissions=["change"]
    )
    def hand_in_many(
        self, request: HttpRequest, queryset: QuerySet[Risk]
    ) -> HttpResponse | None:
        return self.do_many(request, queryset.with_names(), "hand-in")  # type: ignore[attr-defined]

    @admin.action(description=gettext_lazy("Publish"), permissions=["review"])
    def publish_many(
        self, request: HttpRequest, queryset: QuerySet[Risk]
    ) -> HttpResponse | None:
        return self.do_many(request, queryset.with_names(), "publish")  # type: ignore[attr-defined]

    def has_review_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("corruption_map.review_risk")
