import json
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.dashboard import panels_for


class PortalAdminSite(AdminSite):
    site_header = _("Anti-Corruption Portal")
    site_title = _("Staff area")
    index_title = _("What waits for me")
    index_template = "admin/index.html"
    enable_nav_sidebar = False

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        assert isinstance(request.user, User)
        panels = panels_for(request.user)
        return super().index(request, {**(extra_context or {}), "panels": panels})

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send people to the one login page there is, which asks for both factors."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
            wanted = reverse("admin:index", current_app=self.name)
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, reverse("account_login"))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect(wanted)

    def password_change(  # type: ignore[override]  # there is one such page already
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        """Register a model; the history kept of it names rows and quotes none."""
        base = admin_class or ModelAdmin
        kept = type(
            base.__name__, (QuotesNothing, base), {"__module__": base.__module__}
        )
        super().register(model_or_iterable, kept, **options)


class QuotesNothing:
    """Write the admin's own history with the public id in place of the row's text."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return _log(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return _log(request, obj, CHANGE, message)

    def log_deletions(
        self, request: HttpRequest, queryset: QuerySet[Model]
    ) -> list[LogEntry]:
        return [_log(request, row, DELETION, "") for row in queryset]


def _log(request: HttpRequest, row: Model, flag: int, message: Any) -> LogEntry:
    entry = LogEntry(
        user_id=int(request.user.pk or 0),
        content_type=ContentType.objects.get_for_model(row, for_concrete_model=False),
        object_id=str(row.pk),
        object_repr=public_name(row),
        action_flag=flag,
    )
    entry.change_message = _as_json(message)
    entry.save()
    return entry


def _as_json(message: Any) -> str:
    # The list says which fields changed, never to what.
    return message if isinstance(message, str) else json.dumps(message)


def public_name(row: Model) -> str:
    """Return the id under which a row is known outside the database."""
    for name in ("public_id", "code", "iso"):
        value = getattr(row, name, None)
        if value:
            return str(value)
    return str(row.pk)
