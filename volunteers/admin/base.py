"""What the admin pages of this room have in common: scope, and services for states."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.territory.permissions import in_scope

Row = TypeVar("Row", bound=Model)


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


class KeptCountPaginator(Paginator[Any]):
    """Counts a long list once a minute; a short one, whose rows staff watch, always."""

    many = 10_000
    seconds = 60

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        # What staff search for is the name of a person: only its sum goes to Redis.
        digest = sha256(str(rows.query).encode()).hexdigest()
        key = f"volunteers:count:{digest}"
        kept: int | None = cache.get(key)
        if kept is not None:
            return kept
        counted = rows.count()
        if counted > self.many:
            cache.set(key, counted, self.seconds)
        return counted


class ScopedAdmin(admin.ModelAdmin[Row]):
    """Rows of the person's scope: the agency sees all, an area's people their own."""

    # The lookup from a row to its area.
    area = "area"
    show_full_result_count = False
    # Most of a page is Django drawing its rows: see the benchmark.
    list_per_page = 25
    paginator = KeptCountPaginator

    def scope(self, user: User) -> Q:
        """Return what the person works on; no row here belongs to a public body."""
        return in_scope(user, body=None, area=self.area)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return super().get_queryset(request).filter(self.scope(user_of(request)))

    def action_checkbox(self, obj: Row) -> SafeString:
        """Return the box that Django draws by a template, which costs a tenth of a page."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select"'
            ' aria-label="{}">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            _("Choose %(row)s for an action") % {"row": obj},
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: Row | None = None
    ) -> bool:
        """States end rows, and erasure erases people; nothing is deleted by hand."""
        return False

    def each(
        self,
        request: HttpRequest,
        rows: Iterable[Row],
        do: Callable[..., Any],
        name: str,
        **fields: Any,
    ) -> None:
        """Do something with each row in a transaction of its own, and say how it went."""
        for row in rows:
            try:
                do(by=user_of(request), **{name: row}, **fields)
            except ValidationError as error:
                text = f"{row}: {' '.join(error.messages)}"
                self.message_user(request, text, messages.ERROR)
            else:
                self.message_user(request, str(row), messages.SUCCESS)
