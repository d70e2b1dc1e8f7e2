"""Rows that services write and staff only look at."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Before a ModelAdmin: nobody adds, changes or deletes a row by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
