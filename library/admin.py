from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.publication import renew_pages
from foundation.search.services import index
from library.models import Edition, Helpfulness, Item, ItemChange, Topic
from library.services import expect_text, publish_item, withdraw_item


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin[Topic]):
    list_display = ["code", "name_kk", "name_ru", "name_en"]
    search_fields = ["code", "name_kk", "name_ru", "name_en"]


class EditionInline(admin.StackedInline[Edition, Item]):
    model = Edition
    extra = 0
    readonly_fields = ["text_state"]


class HelpfulnessInline(admin.TabularInline[Helpfulness, Item]):
    model = Helpfulness
    extra = 0
    can_delete = False
    readonly_fields = ["month", "yes", "no"]

    def has_add_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        return False


class ItemChangeInline(admin.TabularInline[ItemChange, Item]):
    model = ItemChange
    extra = 0


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin[Item]):
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["public_id", "kind", "state", "title_kk", "title_ru", "act_date"]
    list_filter = ["kind", "state", "topics"]
    search_fields = ["public_id", "number", "title_kk", "title_ru", "title_en"]
    autocomplete_fields = ["amends", "repeals", "topics"]
    readonly_fields = ["state", "published_at"]
    inlines = [EditionInline, ItemChangeInline, HelpfulnessInline]
    actions = ["publish", "withdraw"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Item | None = None
    ) -> bool:
        """Withdraw instead: addresses that were cited stay known."""
        return False

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("library.publish_item")

    def save_related(
        self, request: HttpRequest, form: ModelForm[Item], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            for edition_form in formset.forms:
                if "file" in edition_form.changed_data and edition_form.instance.pk:
                    expect_text(edition_form.instance)
        if form.instance.state == Item.State.PUBLISHED:
            index("library", form.instance.public_id)
            renew_pages()

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._each(request, queryset, publish_item)

    @admin.action(description=_("Withdraw"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        self._each(request, queryset, withdraw_item)

    def _each(self, request: HttpRequest, items: QuerySet[Item], service: Any) -> None:
        assert isinstance(request.user, User)
        for item in items:
            try:
                service(item=item, by=request.user)
            except ValidationError as error:
                text = f"{item}: {' '.join(error.messages)}"
                self.message_user(request, text, messages.ERROR)
            else:
                self.message_user(
                    request, f"{item}: {item.public_id}", messages.SUCCESS
                )
