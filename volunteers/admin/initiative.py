from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from foundation.search.services import index
from volunteers.admin.base import ScopedAdmin, user_of
from volunteers.exports import ministry_register, people_of
from volunteers.models import ChecklistItem, Hours, Initiative, Result, SignUp
from volunteers.services.initiatives import (
    cancel_initiative,
    change_slots,
    close_initiative,
    open_initiative,
    publish_report,
    return_to_draft,
    write_to_people,
)
from volunteers.services.sign_ups import confirm_hours, note_attendance


class TextForm(ActionForm):
    text = forms.CharField(
        label=_("Reason or message, read by the people"), required=False
    )


class ResultInline(admin.TabularInline[Result, Initiative]):
    model = Result
    extra = 0


class ChecklistInline(admin.TabularInline[ChecklistItem, Initiative]):
    model = ChecklistItem
    extra = 0


@admin.register(Initiative)
class InitiativeAdmin(ScopedAdmin[Initiative]):
    list_display = [
        "title_kk",
        "state",
        "direction",
        "area",
        "starts_at",
        "taken",
        "slots",
    ]
    list_filter = ["state", "direction", "area", "is_demo"]
    list_select_related = ["area", "direction"]
    search_fields = ["title_kk", "title_ru", "title_en", "public_id"]
    readonly_fields = ["public_id", "state", "taken"]
    autocomplete_fields = ["organisation"]
    exclude = ["is_demo"]
    inlines = [ResultInline, ChecklistInline]
    action_form = TextForm
    actions = [
        "open",
        "send_back",
        "close",
        "report",
        "cancel",
        "write",
        "register",
        "names",
        "addresses",
    ]

    def view_on_site(self, obj: Initiative) -> str | None:
        """Lead to the public page only where there is one."""
        return obj.get_absolute_url() if obj.is_public else None

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.run_initiative")

    def save_model(
        self,
        request: HttpRequest,
        obj: Initiative,
        form: ModelForm[Initiative],
        change: bool,
    ) -> None:
        """Save what was typed; the number of places moves under its lock."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        columns = [name for name in form.changed_data if name != "slots"]
        fields = [f.name for f in obj._meta.concrete_fields if f.name in columns]
        if fields:
            obj.save(update_fields=[*fields, "updated_at"])
        if "slots" in form.changed_data:
            change_slots(initiative=obj, slots=obj.slots, by=user_of(request))

    def get_form(
        self,
        request: HttpRequest,
        obj: Initiative | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm[Initiative]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        taken = obj.taken if obj else 0

        class WithPlaces(form):  # type: ignore[valid-type,misc]
            def clean_slots(self) -> int:
                slots: int = self.cleaned_data["slots"]
                if slots < taken:
                    text = _("More people than that have a place already")
                    raise forms.ValidationError(text)
                return slots

        return WithPlaces

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm[Initiative],
        formsets: Any,
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        if form.instance.is_public:
            index("initiative", form.instance.public_id)
            renew_pages()

    @admin.action(description=_("Open for sign-up"), permissions=["run"])
    def open(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> None:
        self.each(request, queryset, open_initiative, "initiative")

    @admin.action(description=_("Return with the reason"), permissions=["run"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> None:
        text = request.POST.get("text", "")
        self.each(request, queryset, return_to_draft, "initiative", reason=text)

    @admin.action(description=_("Close the sign-up"), permissions=["run"])
    def close(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> None:
        self.each(request, queryset, close_initiative, "initiative")

    @admin.action(description=_("Publish the report"), permissions=["run"])
    def report(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> None:
        self.each(request, queryset, publish_report, "initiative")

    @admin.action(description=_("Cancel with the reason"), permissions=["run"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> None:
        text = request.POST.get("text", "")
        self.each(request, queryset, cancel_initiative, "initiative", reason=text)

    @admin.action(
        description=_("Write to everybody, without showing addresses"),
        permissions=["run"],
    )
    def write(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> None:
        text = request.POST.get("text", "")
        self.each(request, queryset, write_to_people, "initiative", text=text)

    @admin.action(description=_("The ministry's register (CSV)"), permissions=["run"])
    def register(
        self, request: HttpRequest, queryset: QuerySet[Initiative]
    ) -> HttpResponse:
        return _csv(ministry_register(queryset), "register")

    @admin.action(description=_("Names of the people (CSV)"), permissions=["run"])
    def names(
        self, request: HttpRequest, queryset: QuerySet[Initiative]
    ) -> HttpResponse | None:
        return self._people(request, queryset, with_addresses=False)

    @admin.action(
        description=_("Names and addresses for the purpose written (CSV)"),
        permissions=["run"],
    )
    def addresses(
        self, request: HttpRequest, queryset: QuerySet[Initiative]
    ) -> HttpResponse | None:
        """Give addresses only for a purpose, which stays on record."""
        if not request.POST.get("text", "").strip():
            text = _("Write what the addresses are needed for: it is recorded")
            self.message_user(request, text, messages.ERROR)
            return None
        return self._people(request, queryset, with_addresses=True)

    def _people(
        self, request: HttpRequest, rows: QuerySet[Initiative], *, with_addresses: bool
    ) -> HttpResponse | None:
        if rows.count() != 1:
            text = _("Choose exactly one initiative")
            self.message_user(request, text, messages.ERROR)
            return None
        row = rows[0]
        purpose = request.POST.get("text", "")[:200]
        record(
            action="export addresses" if with_addresses else "export names",
            kind="initiative",
            public_id=row.public_id,
            by=user_of(request),
            detail=purpose if with_addresses else "",
        )
        return _csv(people_of(row, with_addresses=with_addresses), row.public_id)


def _csv(content: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class OfInitiativeAdmin(ScopedAdmin[Any]):
    """Rows of initiatives in the person's scope; only services write them."""

    area = "initiative__area"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.run_initiative")


@admin.register(SignUp)
class SignUpAdmin(OfInitiativeAdmin):
    list_display = ["initiative", "turn", "profile", "state", "signed_up_at"]
    # The model's order goes through the initiatives' own: too far for a first page.
    ordering = ["-pk"]
    list_filter = ["state"]
    list_select_related = ["initiative", "profile"]
    search_fields = ["initiative__public_id", "initiative__title_kk", "profile__name"]
    readonly_fields = [
        "initiative",
        "turn",
        "profile",
        "state",
        "signed_up_at",
    ]
    actions = ["came", "did_not_come"]

    @admin.action(description=_("Took part"), permissions=["run"])
    def came(self, request: HttpRequest, queryset: QuerySet[SignUp]) -> None:
        self.each(request, queryset, note_attendance, "sign_up", came=True)

    @admin.action(description=_("Did not come"), permissions=["run"])
    def did_not_come(self, request: HttpRequest, queryset: QuerySet[SignUp]) -> None:
        self.each(request, queryset, note_attendance, "sign_up", came=False)


@admin.register(Hours)
class HoursAdmin(OfInitiativeAdmin):
    area = "sign_up__initiative__area"
    list_display = ["sign_up", "who", "proposed", "proposed_on", "confirmed"]
    list_filter = [("confirmed_on", admin.EmptyFieldListFilter)]
    list_select_related = ["sign_up__initiative", "sign_up__profile"]
    readonly_fields = [
        "sign_up",
        "proposed",
        "proposed_on",
        "confirmed",
        "confirmed_on",
        "confirmed_by",
    ]
    actions = ["confirm"]

    @admin.display(description=_("volunteer"))
    def who(self, hours: Hours) -> str:
        return str(hours.sign_up.profile or "–")

    @admin.action(description=_("Confirm as proposed"), permissions=["run"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Hours]) -> None:
        def as_proposed(*, hours: Hours, by: User) -> None:
            confirm_hours(hours=hours, confirmed=Decimal(hours.proposed), by=by)

        self.each(request, queryset, as_proposed, "hours")
