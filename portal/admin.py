"""What the roof has in the staff area: the authority and the logins."""

from django.contrib import admin
from django.http import HttpRequest

from portal.models import Authority
from portal.staff.admin import UserAdmin

__all__ = ["AuthorityAdmin", "UserAdmin"]


@admin.register(Authority)
class AuthorityAdmin(admin.ModelAdmin[Authority]):
    """One row: it is edited, never added to or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Authority.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(
        self, request: HttpRequest, obj: Authority | None = None
    ) -> bool:
        return False
