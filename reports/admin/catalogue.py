"""Channels and the people who receive: no keys are edited here."""

from base64 import b64decode

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.audit.services import record
from reports.admin.cookie import staff
from reports.admin.work import explained
from reports.crypto import new_key, wrap
from reports.models import AnswerTemplate, Authority, Channel, Recipient
from reports.services.holders import LastHolderError, remove
from reports.services.vaults import sole_holder


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
                _(
                    "There are cases that nobody else can open; grant them to a colleague first"
                )
            )
        return is_active


@admin.register(Recipient)
class RecipientAdmin(admin.ModelAdmin[Recipient]):
    form = RecipientForm
    list_display = ["shown_name", "kind", "channel", "is_active"]
    list_filter = ["kind", "is_active"]
    actions = None

    def save_model(
        self, request: HttpRequest, obj: Recipient, form: RecipientForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            self._remove(request, obj)

    def _remove(self, request: HttpRequest, row: Recipient) -> None:
        try:
            remove(person=row, by=staff(request))
        except LastHolderError:
            # A colleague was removed in the same moment.
            row.is_active = True
            row.save(update_fields=["is_active"])
            messages.error(request, explained(LastHolderError()))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Recipient | None = None
    ) -> bool:
        return False


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(admin.ModelAdmin[AnswerTemplate]):
    list_display = ["name"]


class AuthorityForm(forms.ModelForm[Authority]):
    key = forms.CharField(
        label=_("Public key"),
        help_text=_(
            "The line of the file that `manage.py recovery_key share FILE` wrote on their"
            " machine; compare it with them by another way."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    class Meta:
        model = Authority
        fields = ["name"]

    def clean_key(self) -> bytes:
        try:
            key = b64decode("".join(self.cleaned_data["key"].split()), validate=True)
            wrap(new_key(), key, b"")
        except (ValueError, TypeError):
            raise forms.ValidationError(_("This is no such key")) from None
        return key


@admin.register(Authority)
class AuthorityAdmin(admin.ModelAdmin[Authority]):
    form = AuthorityForm
    list_display = ["name"]

    def has_change_permission(
        self, request: HttpRequest, obj: Authority | None = None
    ) -> bool:
        # A key that is changed in place would send the next case to somebody else.
        return False

    def save_model(
        self, request: HttpRequest, obj: Authority, form: AuthorityForm, change: bool
    ) -> None:
        obj.public_key = form.cleaned_data["key"]
        super().save_model(request, obj, form, change)
        record(action="add", kind="authority", public_id=obj.name, by=staff(request))
