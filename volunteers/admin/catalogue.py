from typing import Any

from django.contrib import admin
from django.db.models import URLField
from django.http import HttpRequest

from foundation.publication import renew_pages
from volunteers.models import ConsentText, Direction, Rule


class PublicTextAdmin(admin.ModelAdmin[Any]):
    """Rows that stand on public pages: a change shows at once."""

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        renew_pages()


@admin.register(Direction)
class DirectionAdmin(PublicTextAdmin):
    list_display = ["code", "name_kk", "name_ru", "name_en", "list_order"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]


@admin.register(Rule)
class RuleAdmin(PublicTextAdmin):
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_display = ["code", "kind", "text_kk", "is_unconfirmed", "list_order"]
    list_filter = ["kind", "is_unconfirmed"]


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin[ConsentText]):
    list_display = ["purpose", "version", "valid_from"]

    def has_change_permission(
        self, request: HttpRequest, obj: ConsentText | None = None
    ) -> bool:
        """Nobody edits what people agreed to: a new wording is a new version."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: ConsentText | None = None
    ) -> bool:
        return False
