"""Channels, questionnaires and the people who receive: no keys are edited here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.models import Channel, Questionnaire, Recipient
from reports.questionnaires import SchemaError, read_schema
from reports.services.vaults import sole_holder


class QuestionnaireForm(forms.ModelForm[Questionnaire]):
    class Meta:
        model = Questionnaire
        fields = ["version", "schema", "is_published"]

    def clean_schema(self) -> Any:
        schema = self.cleaned_data["schema"]
        try:
            read_schema(schema)
        except SchemaError as error:
            raise forms.ValidationError(str(error)) from None
        return schema


@admin.register(Questionnaire)
class QuestionnaireAdmin(admin.ModelAdmin[Questionnaire]):
    form = QuestionnaireForm
    list_display = ["version", "is_published"]

    def has_change_permission(
        self, request: HttpRequest, obj: Questionnaire | None = None
    ) -> bool:
        is_frozen = obj is not None and obj.is_published
        return not is_frozen and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Questionnaire | None = None
    ) -> bool:
        is_frozen = obj is not None and obj.is_published
        return not is_frozen and super().has_delete_permission(request, obj)


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin[Channel]):
    list_display = ["name", "is_active", "retention_days"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Channel | None = None
    ) -> bool:
        return False


class RecipientForm(forms.ModelForm[Recipient]):
    class Meta:
        model = Recipient
        fields = ["shown_name", "is_active"]

    def clean_is_active(self) -> bool:
        is_active = bool(self.cleaned_data["is_active"])
        if not is_active and sole_holder(self.instance):
            raise forms.ValidationError(
                _("There are cases that nobody else can open; close them first")
            )
        return is_active


@admin.register(Recipient)
class RecipientAdmin(admin.ModelAdmin[Recipient]):
    form = RecipientForm
    list_display = ["shown_name", "kind", "channel", "is_active"]
    list_filter = ["kind", "is_active"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Recipient | None = None
    ) -> bool:
        return False
