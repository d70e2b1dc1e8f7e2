from django.contrib import admin
from django.db.models import Model, URLField
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from foundation.languages import column
from foundation.territory.models import Area, AreaPopulation, BodyKind, PublicBody


class NeverDeleted:
    """A reform ends rows and adds others; others refer to them for ever."""

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class PopulationInline(admin.TabularInline[AreaPopulation, Area]):
    model = AreaPopulation
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    extra = 0


@admin.register(Area)
class AreaAdmin(NeverDeleted, admin.ModelAdmin[Area]):
    list_display = ["iso", "name_kk", "name_ru", "kind", "valid_from", "valid_to"]
    list_filter = ["kind"]
    search_fields = ["=iso", "name_kk", "name_ru", "name_en"]
    autocomplete_fields = ["parent", "replaces"]
    inlines = [PopulationInline]

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        return [column("name")]


@admin.register(BodyKind)
class BodyKindAdmin(NeverDeleted, admin.ModelAdmin[BodyKind]):
    list_display = ["code", "name_kk", "name_ru", "name_en"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]


@admin.register(PublicBody)
class PublicBodyAdmin(NeverDeleted, admin.ModelAdmin[PublicBody]):
    list_display = ["code", "name_kk", "name_ru", "kind", "area", "valid_to"]
    list_filter = ["kind", ("area", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["kind", "area"]
    search_fields = ["code", "abbreviation", "name_kk", "name_ru", "name_en"]
    list_per_page = 50
    autocomplete_fields = ["kind", "parent", "area", "successor"]

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        return [column("name")]
