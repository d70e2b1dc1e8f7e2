from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from corruption_map.admin.base import NeverDeleted, Row, user_of
from corruption_map.models import DetectionSource, SourceDocument, Sphere
from foundation.audit.services import record
from foundation.publication import renew_pages


class CatalogueAdmin(NeverDeleted, admin.ModelAdmin[Row]):
    """Rows that others name by a code, which therefore never changes."""

    search_fields = ["code", "name_kk", "name_ru", "name_en"]
    list_display = ["code", "name_kk", "name_ru", "name_en"]

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return ["code"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: Row, form: ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        renew_pages()
        record(
            action="change" if change else "add",
            kind=str(self.opts.model_name),
            public_id=obj.code,  # type: ignore[attr-defined]  # each of them has one
            by=user_of(request),
        )


@admin.register(Sphere)
class SphereAdmin(CatalogueAdmin[Sphere]):
    pass


@admin.register(DetectionSource)
class DetectionSourceAdmin(CatalogueAdmin[DetectionSource]):
    pass


@admin.register(SourceDocument)
class SourceDocumentAdmin(CatalogueAdmin[SourceDocument]):
    search_fields = ["code", "title_kk", "title_ru", "title_en"]
    list_display = ["code", "title_kk", "title_ru", "published_on"]
