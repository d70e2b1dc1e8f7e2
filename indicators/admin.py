from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.tables.mistakes import FileRefusedError
from indicators.forms import ReleaseFileForm
from indicators.models import (
    Breakdown,
    Indicator,
    Observation,
    Release,
    Remark,
    Source,
    Unit,
)
from indicators.services import load_release, publish_release, try_release


class NamedAdmin(admin.ModelAdmin[Any]):
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_display = ["__str__", "name_kk", "name_ru", "name_en"]
    search_fields = ["name_kk", "name_ru", "name_en"]


admin.site.register(Unit, NamedAdmin)
admin.site.register(Source, NamedAdmin)
admin.site.register(Breakdown, NamedAdmin)


class RemarkInline(admin.StackedInline[Remark, Indicator]):
    model = Remark
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin[Indicator]):
    list_display = ["code", "name_kk", "name_ru", "theme", "stage", "dashboard_place"]
    list_filter = ["theme", "stage"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]
    inlines = [RemarkInline]


class ObservationInline(admin.TabularInline[Observation, Release]):
    model = Observation
    extra = 0
    max_num = 0
    can_delete = False
    fields = ("period", "value", "unit", "breakdown", "area", "status")
    readonly_fields = ("period", "value", "unit", "breakdown", "area", "status")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Observation]:
        return super().get_queryset(request).select_related("unit", "breakdown", "area")


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin[Release]):
    """Figures come in by file; a published release is read only, here as in the database."""

    change_list_template = "admin/indicators/release/change_list.html"
    list_display = ["__str__", "retrieved_on", "published_at"]
    list_filter = ["published_at"]
    list_select_related = ["indicator", "source"]
    search_fields = ["indicator__code", "source__code", "edition"]
    readonly_fields = [
        "indicator",
        "source",
        "edition",
        "retrieved_on",
        "sha256",
        "supersedes",
        "published_at",
    ]
    inlines = [ObservationInline]
    actions = ["publish"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Release | None = None
    ) -> bool:
        return False

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("indicators.publish_release")

    def get_urls(self) -> list[URLPattern]:
        load = path(
            "load/",
            self.admin_site.admin_view(self.load),
            name="indicators_release_load",
        )
        return [load, *super().get_urls()]

    def load(self, request: HttpRequest) -> HttpResponse:
        """Check a file against the release before, or store it as a new one."""
        if not request.user.has_perm("indicators.add_release"):
            raise PermissionDenied
        assert isinstance(request.user, User)
        form = ReleaseFileForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Load figures from a file"),
            "opts": self.model._meta,
            "form": form,
        }
        if request.method == "POST" and form.is_valid():
            cleaned = dict(form.cleaned_data)
            content = cleaned.pop("file").read()
            try:
                if "store" in request.POST:
                    release = load_release(**cleaned, content=content, by=request.user)
                    self.message_user(
                        request, gettext("Stored; publish it when checked.")
                    )
                    return HttpResponseRedirect(
                        reverse("admin:indicators_release_change", args=[release.pk])
                    )
                context["rows"], context["difference"] = try_release(
                    indicator=cleaned["indicator"],
                    source=cleaned["source"],
                    content=content,
                )
            except FileRefusedError as error:
                context["mistakes"] = error.mistakes
        return TemplateResponse(request, "admin/indicators/release/load.html", context)

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Release]) -> None:
        assert isinstance(request.user, User)
        done = 0
        for release in queryset:
            try:
                publish_release(release=release, by=request.user)
                done += 1
            except ValidationError as error:
                text = f"{release}: {' '.join(error.messages)}"
                self.message_user(request, text, messages.ERROR)
        if done:
            text = (
                ngettext("%d release published", "%d releases published", done) % done
            )
            self.message_user(request, text, messages.SUCCESS)
