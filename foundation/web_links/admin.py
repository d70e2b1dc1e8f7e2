from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from foundation.read_only import ReadOnly
from foundation.web_links.models import IS_BROKEN, Place, WebLink


class BrokenFilter(admin.SimpleListFilter):
    title = _("broken")
    parameter_name = "broken"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WebLink]
    ) -> QuerySet[WebLink]:
        return queryset.filter(IS_BROKEN) if self.value() else queryset


@admin.register(WebLink)
class WebLinkAdmin(ReadOnly, admin.ModelAdmin[WebLink]):
    """What the task has found; a link is put right on the page that has it."""

    change_list_template = "admin/web_links/weblink/change_list.html"
    list_display = ["address", "state", "used_by", "checked_on", "failures"]
    list_filter = [BrokenFilter, "state"]
    search_fields = ["address"]
    list_per_page = 50
    fields = [
        "opened",
        "state",
        "status",
        "moved_to",
        "used_by",
        "checked_on",
        "failures",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebLink]:
        return super().get_queryset(request).prefetch_related("places__row")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "is_visiting": settings.CHECK_LINKS}
        return super().changelist_view(request, context)

    @admin.display(description=_("address"))
    def opened(self, link: WebLink) -> SafeString:
        return format_html('<a href="{}" rel="noreferrer">{}</a>', link.address, link)

    @admin.display(description=_("pages that lead there"))
    def used_by(self, link: WebLink) -> SafeString:
        rows = [place for place in link.places.all() if place.row]
        lines = ((_edit(place), place.row) for place in rows)
        items = format_html_join("", '<li><a href="{}">{}</a></li>', lines)
        return format_html("<ul>{}</ul>", items)


def _edit(place: Place) -> str:
    assert place.row is not None
    meta = place.row._meta
    page = f"admin:{meta.app_label}_{meta.model_name}_change"
    return reverse(page, args=[place.object_id])
