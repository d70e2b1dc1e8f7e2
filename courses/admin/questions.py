"""Banks, questions, tests, what the statistics say of them, and regrading."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.admin.authoring import DraftOnly
from courses.analysis import EASY, ENOUGH, HARD
from courses.forms import QuestionsForm, RegradeForm, question_form
from courses.item_analysis import DUBIOUS
from courses.models import (
    ItemStatistic,
    Question,
    QuestionBank,
    QuestionVersion,
    Quiz,
    QuizSlot,
    QuizStatistic,
    Regrade,
)
from courses.question_fields import fieldsets_for
from courses.services.exchange import export_bank, import_bank
from courses.services.regrading import regrade
from foundation.accounts.models import User
from foundation.languages import languages
from foundation.read_only import ReadOnly


@admin.register(QuestionBank)
class QuestionBankAdmin(admin.ModelAdmin[QuestionBank]):
    list_display = ["slug", "name", "exchange_link"]
    search_fields = ["slug", "name"]
    readonly_fields = ["exchange_link"]

    @admin.display(description=_("GIFT and Moodle XML"))
    def exchange_link(self, bank: QuestionBank) -> str:
        if bank.pk is None:
            return ""
        address = reverse("admin:courses_questionbank_exchange", args=[bank.pk])
        return format_html('<a href="{}">{}</a>', address, _("GIFT and Moodle XML"))

    def get_urls(self) -> list[URLPattern]:
        exchange = path(
            "<int:object_id>/exchange/",
            self.admin_site.admin_view(self.exchange),
            name="courses_questionbank_exchange",
        )
        return [exchange, *super().get_urls()]

    def exchange(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Give a bank as a file, or take a file in and list what was not understood."""
        bank = get_object_or_404(QuestionBank, pk=object_id)
        if not self.has_change_permission(request, bank):
            return HttpResponse(status=403)
        wanted, language = request.GET.get("format"), request.GET.get("language", "kk")
        if wanted in ("gift", "xml") and language in languages():
            text, lost = export_bank(bank=bank, language=language, file_format=wanted)
            notes = "".join(f"// {loss.text}\n" for loss in lost)
            response = HttpResponse(
                notes + text, content_type="text/plain; charset=utf-8"
            )
            name = f"{bank.slug}.{language}.{wanted}"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
        form = QuestionsForm(request.POST or None, request.FILES or None)
        taken, lost = None, []
        if request.method == "POST" and form.is_valid():
            taken, lost = import_bank(
                bank=bank,
                language=form.cleaned_data["language"],
                text=form.cleaned_data["file"],
            )
        context = {
            **self.admin_site.each_context(request),
            "title": str(bank),
            "languages": languages(),
            "form": form,
            "taken": taken,
            "lost": lost,
        }
        return render(request, "admin/courses/exchange.html", context)


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin[Question]):
    list_display = ["key", "bank", "is_active"]
    list_filter = ["bank", "is_active"]
    search_fields = ["key"]


@admin.register(QuestionVersion)
class QuestionVersionAdmin(admin.ModelAdmin[QuestionVersion]):
    """Questions written in fields: the kind is chosen first, and then stays."""

    list_display = ["question", "number", "kind", "scoring", "tags"]
    list_filter = ["kind", "question__bank"]
    search_fields = ["question__key"]
    autocomplete_fields = ["question"]
    readonly_fields = ["kind"]
    actions = ["new_version"]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for the kind first: each has fields of its own."""
        if request.GET.get("kind") in QuestionVersion.Kind.values:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            return HttpResponse(status=403)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What kind of question?"),
            "kinds": QuestionVersion.Kind.choices,
        }
        return render(request, "admin/courses/question_kinds.html", context)

    def _kind(self, request: HttpRequest, obj: QuestionVersion | None) -> str:
        return obj.kind if obj else request.GET.get("kind", "")

    def get_form(
        self,
        request: HttpRequest,
        obj: QuestionVersion | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        kind = self._kind(request, obj)
        kwargs["form"] = question_form(kind, obj.body if obj else {})
        kwargs["fields"] = ["question", "number", "scoring", "tags"]
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(
        self, request: HttpRequest, obj: QuestionVersion | None = None
    ) -> Any:
        first = {"fields": [("question", "number"), ("kind", "scoring"), "tags"]}
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*first["fields"], "body"]})]
        kind = self._kind(request, obj)
        return [(None, first), *fieldsets_for(kind, obj.body if obj else {})]

    @admin.action(description=_("Make a new version to correct"), permissions=["add"])
    def new_version(
        self, request: HttpRequest, queryset: QuerySet[QuestionVersion]
    ) -> None:
        """Copy used questions, which are frozen, under the next number."""
        for version in queryset:
            newest = version.question.versions.latest("number")
            copy = QuestionVersion.objects.create(
                question=version.question,
                number=newest.number + 1,
                kind=version.kind,
                scoring=version.scoring,
                body=version.body,
                tags=version.tags,
            )
            self.message_user(request, str(copy), messages.SUCCESS)

    def has_change_permission(
        self, request: HttpRequest, obj: QuestionVersion | None = None
    ) -> bool:
        is_used = obj is not None and (
            obj.attempt_items.exists()
            or obj.pools.exclude(slot__quiz__version__state="draft").exists()
        )
        return not is_used and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: QuestionVersion | None = None
    ) -> bool:
        return False


class SlotInline(admin.TabularInline[QuizSlot, Quiz]):
    model = QuizSlot
    extra = 0
    autocomplete_fields = ["question", "bank"]


@admin.register(Quiz)
class QuizAdmin(DraftOnly):
    list_display = ["title", "version", "role", "time_limit_s", "max_attempts"]
    list_filter = ["version", "role"]
    inlines = [SlotInline]


class WeakFilter(admin.SimpleListFilter):
    """The queue of questions that an author should look at."""

    title = _("weak questions")
    parameter_name = "weak"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("To look at"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ItemStatistic]
    ) -> QuerySet[ItemStatistic]:
        if self.value() != "1":
            return queryset
        weak = Q(facility__lt=HARD) | Q(facility__gt=EASY) | Q(efficiency__lt=DUBIOUS)
        return queryset.filter(weak, attempts__gte=ENOUGH)


@admin.register(ItemStatistic)
class ItemStatisticAdmin(ReadOnly, admin.ModelAdmin[ItemStatistic]):
    list_display = [
        "question",
        "quiz",
        "attempts",
        "facility",
        "discrimination",
        "efficiency",
        "weight",
    ]
    list_filter = [WeakFilter, "quiz"]

    def get_empty_value_display(self) -> SafeString:
        return format_html("{}", _("not enough variation"))


@admin.register(QuizStatistic)
class QuizStatisticAdmin(ReadOnly, admin.ModelAdmin[QuizStatistic]):
    list_display = ["quiz", "attempts", "alpha", "standard_error", "counted_at"]


@admin.register(Regrade)
class RegradeAdmin(admin.ModelAdmin[Regrade]):
    """A log; adding to it grades again, after the effect was shown."""

    list_display = ["at", "item", "before", "after", "reason", "by"]

    def get_form(
        self,
        request: HttpRequest,
        obj: Regrade | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        if obj is None:
            return RegradeForm
        return super().get_form(request, obj, change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Regrade, form: Any, change: bool
    ) -> None:
        assert isinstance(request.user, User)
        cleaned = form.cleaned_data
        try:
            effect = regrade(
                wrong=cleaned["wrong"],
                corrected=cleaned["corrected"],
                reason=cleaned["reason"],
                by=request.user,
            )
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            text = f"{effect.changed} / {effect.answers}"
            self.message_user(request, text, messages.SUCCESS)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave it to the log of regradings and the audit: there is no row to name."""

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> Any:
        return self.response_post_save_add(request, obj)
