"""Import and export of tables on the list pages of the admin."""

from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corruption_map.admin.base import Row, ScopedAdmin, user_of
from corruption_map.exports import csv_lines, workbook
from corruption_map.forms.rows import Checked, check_table
from corruption_map.forms.staff import ImportForm
from corruption_map.models import DetectionSource, SourceDocument, Sphere
from corruption_map.services.imports import IMPORTS
from corruption_map.sheets import Sheet
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.tables.limits import LARGEST_FILE, MOST_ROWS
from foundation.tables.mistakes import FileRefusedError, Mistake
from foundation.tables.reading import read_table
from foundation.territory.models import Area, PublicBody
from foundation.territory.permissions import in_scope

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Between the check and the confirmation the file lies in Redis, never on a disk.
SECONDS_KEPT = 30 * 60
MOST_SHOWN = 5_000

if TYPE_CHECKING:
    Base = ScopedAdmin
else:
    Base = admin.ModelAdmin


class TableMixin(Base[Row]):
    """Tables in and out of a list: the same columns both ways."""

    sheet: Sheet
    import_permission: str
    change_list_template = "admin/corruption_map/change_list_with_tables.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", wrap(self.import_view), name=f"{stem}_import"),
            path("template/", wrap(self.template_view), name=f"{stem}_template"),
            path("export/<slug:form>/", wrap(self.export_view), name=f"{stem}_export"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        stem = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        tables = {
            "exports": [
                (form.upper(), reverse(f"{stem}_export", args=[form]) + query)
                for form in ("xlsx", "csv")
            ]
        }
        if user_of(request).has_perm(self.import_permission):
            tables["import"] = reverse(f"{stem}_import")  # type: ignore[assignment]
        context = {"tables": tables, **(extra_context or {})}
        return super().changelist_view(request, context)

    # Out

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Send the rows that the list shows under its filters, all of them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = user_of(request)
        found: QuerySet[Any] = self.get_changelist_instance(request).get_queryset(
            request
        )
        rows = self.sheet.model._default_manager.filter(pk__in=found.values("pk"))
        name = f"{self.sheet.noun}-{timezone.localdate():%Y-%m-%d}.{form}"
        record(action="export", kind=self.sheet.noun, public_id=form, by=user)
        if form == "csv":
            lines = csv_lines(self.sheet, self.sheet.rows(rows))
            return _download(
                StreamingHttpResponse(lines, "text/csv; charset=utf-8"), name
            )
        if form == "xlsx":
            content = workbook(self.sheet, self.sheet.rows(rows), code_lists(user))
            return _download(HttpResponse(content, XLSX), name)
        raise Http404

    def template_view(self, request: HttpRequest) -> HttpResponseBase:
        user = self._importer(request)
        content = workbook(self.sheet, [], code_lists(user))
        return _download(HttpResponse(content, XLSX), f"{self.sheet.noun}.xlsx")

    # In

    def import_view(self, request: HttpRequest) -> HttpResponse:
        user = self._importer(request)
        form = ImportForm()
        result: dict[str, Any] = {}
        if request.method == "POST" and "token" in request.POST:
            result = self._confirmed(request, user)
            if "imported" in result:
                return HttpResponseRedirect(
                    reverse(
                        f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
                    )
                )
        elif request.method == "POST":
            form = ImportForm(request.POST, request.FILES)
            if form.is_valid():
                content = form.cleaned_data["file"].read()
                result = self._checked(content, user)
                if result["ready"]:
                    result["token"] = keep(content, user)
        return self._import_page(request, form, result)

    def _importer(self, request: HttpRequest) -> User:
        user = user_of(request)
        if not user.has_perm(self.import_permission):
            raise PermissionDenied
        return user

    def _checked(self, content: bytes, user: User) -> dict[str, Any]:
        try:
            checked = check_table(self.sheet, read_table(self.sheet, content), user)
        except FileRefusedError as error:
            checked = Checked(mistakes=error.mistakes)
        new = sum(row.existing is None for row in checked.rows)
        labels = self.sheet.labels()
        return {
            "checked": checked,
            "ready": bool(checked.rows) and not checked.mistakes,
            "mistakes": [
                _shown(each, labels) for each in checked.mistakes[:MOST_SHOWN]
            ],
            "mistakes_in_all": len(checked.mistakes),
            "mistakes_left": max(0, len(checked.mistakes) - MOST_SHOWN),
            "new": new,
            "stored": len(checked.rows) - new,
        }

    def _confirmed(self, request: HttpRequest, user: User) -> dict[str, Any]:
        """Check the kept file once more, for rows may have changed, and write it."""
        content = take(request.POST["token"], user)
        if content is None:
            messages.error(
                request, _("The file is no longer kept here: please choose it again")
            )
            return {}
        result = self._checked(content, user)
        if not result["ready"]:
            return result
        try:
            done = IMPORTS[self.sheet.noun](rows=result["checked"].rows, by=user)
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
            return {}
        text = ngettext(
            "%(count)s row added", "%(count)s rows added", len(done.added)
        ) % {"count": len(done.added)}
        changed = ngettext(
            "%(count)s row changed", "%(count)s rows changed", len(done.changed)
        ) % {"count": len(done.changed)}
        same = ngettext(
            "%(count)s row was the same",
            "%(count)s rows were the same",
            len(done.unchanged),
        ) % {"count": len(done.unchanged)}
        messages.success(request, f"{text} · {changed} · {same}")
        return {"imported": done}

    def _import_page(
        self, request: HttpRequest, form: ImportForm, result: dict[str, Any]
    ) -> HttpResponse:
        stem = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        context = {
            **self.admin_site.each_context(request),
            **result,
            "title": _("Import: %(what)s") % {"what": self.sheet.title},
            "form": form,
            "opts": self.opts,
            "sheet": self.sheet,
            "most_rows": MOST_ROWS,
            "most_megabytes": LARGEST_FILE // 1_000_000,
            "template_url": reverse(f"{stem}_template"),
            "back": reverse(f"{stem}_changelist"),
        }
        return TemplateResponse(request, "admin/corruption_map/import.html", context)


def _shown(mistake: Mistake, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "row": mistake.row,
        "column": mistake.column,
        "label": labels.get(mistake.column, ""),
        "message": mistake.message,
    }


def _download(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def keep(content: bytes, user: User) -> str:
    """Keep a checked file for its sender for half an hour; return the token for it."""
    token = token_urlsafe(24)
    cache.set(_key(token, user), content, SECONDS_KEPT)
    return token


def take(token: str, user: User) -> bytes | None:
    """Return a kept file once: a second press of the button finds nothing."""
    key = _key(token, user)
    if not cache.add(f"{key}:taken", 1, SECONDS_KEPT):
        return None
    content: bytes | None = cache.get(key)
    cache.delete(key)
    return content


def _key(token: str, user: User) -> str:
    return f"import:{user.pk}:{sha256(token.encode()).hexdigest()}"


def code_lists(user: User) -> list[tuple[str, str, str]]:
    """Return what the columns with codes may hold: column, code, name."""
    bodies = PublicBody.objects.filter(in_scope(user, body="pk", area="area"))
    lists: list[tuple[str, QuerySet[Any], str]] = [
        ("area", Area.objects.all(), "iso"),
        ("body, executor", bodies, "code"),
        ("sphere", Sphere.objects.all(), "code"),
        ("detection_source", DetectionSource.objects.all(), "code"),
        ("source", SourceDocument.objects.all(), "code"),
    ]
    return [
        (column, getattr(row, key), str(row))
        for column, rows, key in lists
        for row in rows
    ]
