"""Waves, what is promised in them, and who is asked."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from foundation.languages import columns
from surveys import desk
from surveys.admin.attempts import attempt, go_on
from surveys.conditions import words
from surveys.kept import keep
from surveys.models import Invitation, Release, Wave
from surveys.pairs import count_pairs
from surveys.services.fielding import close_wave, open_wave
from surveys.services.inviting import invite, remind, write_to_all
from surveys.writing_waves import WaveForm

LISTING = "surveys.add_invitation"


PROMISES = [
    "questionnaire",
    "sample",
    "anonymity",
    "min_cell",
    "flush_size",
    "hide_until_close",
    "splits_told",
    "quotas_told",
    "strata_told",
]
PROMISED = [("anonymity", "hide_until_close"), ("min_cell", "flush_size")]


@admin.register(Wave)
class WaveAdmin(admin.ModelAdmin[Wave]):
    form = WaveForm
    list_display = ["public_id", "survey_title", "state", "sample", "closes_on"]
    list_select_related = ["questionnaire__survey"]
    list_filter = ["state", "sample"]
    readonly_fields = ["public_id", "state", "invitees_link"]
    actions = ["open", "write_to_all", "remind_all", "close"]

    @admin.display(description=_("survey"), ordering="questionnaire")
    def survey_title(self, row: Wave) -> str:
        return row.questionnaire.survey.title.plain

    def get_readonly_fields(
        self, request: HttpRequest, obj: Wave | None = None
    ) -> list[str]:
        """Show as locked what was promised once the wave is open."""
        is_locked = obj is not None and obj.state != Wave.State.DRAFT
        locked = [*self.readonly_fields, *(PROMISES if is_locked else [])]
        if obj is not None:
            locked.append("questionnaire")
        if obj and obj.releases.exclude(state=Release.State.DRAFT).exists():
            locked.append("pairs_told")
        if obj and Release.objects.withdrawal_of(obj):
            # What showed too much is published anew with more hidden.
            locked = [name for name in locked if name not in {"min_cell", "pairs_told"}]
        return list(dict.fromkeys(locked))

    def get_fieldsets(self, request: HttpRequest, obj: Wave | None = None) -> Any:
        """Show what hangs on the questions once there are some, locked ones in words."""
        locked = self.get_readonly_fields(request, obj)
        if obj and not self.has_change_permission(request, obj):
            locked = [*PROMISES, "pairs_told"]
        own = "pairs_told" if "pairs_told" in locked else "pairs"
        is_locked = "splits_told" in locked
        told = ["splits_told", "quotas_told", own, "strata_told"]
        boxes = [
            (None, {"fields": ["public_id", "state", "questionnaire"]}),
            (_("Words"), {"fields": [columns("label"), columns("population")]}),
            (_("Time and sample"), {"fields": [("opens_on", "closes_on"), "sample"]}),
            (_("Promises"), {"fields": PROMISED}),
        ]
        if obj is not None:
            logic = told if is_locked else ["splits", "quotas", own, "strata"]
            boxes.append((_("Groups, quotas and pairs"), {"fields": logic}))
        if obj and obj.takes_invitees and request.user.has_perm(LISTING):
            boxes.append((_("Who is invited"), {"fields": ["invitees_link"]}))
        return boxes

    def get_urls(self) -> list[URLPattern]:
        load = path(
            "<int:object_id>/invitees/",
            self.admin_site.admin_view(self.invitees),
            name="surveys_wave_invitees",
        )
        return [load, *super().get_urls()]

    def invitees(self, request: HttpRequest, object_id: int) -> HttpResponse:
        wave = get_object_or_404(Wave, pk=object_id)
        if not request.user.has_perm(LISTING) or not self.has_view_permission(
            request, wave
        ):
            raise PermissionDenied
        return desk.invitees(request, wave, self.admin_site.each_context(request))

    @admin.display(description=_("people invited"))
    def invitees_link(self, wave: Wave) -> str:
        address = reverse("admin:surveys_wave_invitees", args=[wave.pk])
        return format_html(
            '{} · <a href="{}">{}</a>',
            wave.invitations.count(),
            address,
            _("From a file"),
        )

    def response_add(
        self, request: HttpRequest, obj: Wave, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to what hangs on its questions, as if that button had been chosen."""
        go_on(request)
        return super().response_add(request, obj, post_url_continue)

    @admin.display(description=_("split by"))
    def splits_told(self, wave: Wave) -> str:
        return ", ".join(wave.splits) or "–"

    @admin.display(description=_("pairs of questions"))
    def pairs_told(self, wave: Wave) -> str:
        return ", ".join(" × ".join(pair) for pair in wave.pairs) or "–"

    @admin.display(description=_("design weights"))
    def strata_told(self, wave: Wave) -> str:
        told = (f"{name}: {weight}" for name, weight in wave.strata.items())
        return ", ".join(told) or "–"

    @admin.display(description=_("quotas"))
    def quotas_told(self, wave: Wave) -> str:
        known = {q.code: q for q in wave.questionnaire.definition.items}
        told = (
            f"{quota['name']} ({quota['most']}): {words(quota['when'], known)}"
            for quota in wave.quotas
        )
        return "; ".join(told) or "–"

    def save_model(
        self, request: HttpRequest, obj: Wave, form: Any, change: bool
    ) -> None:
        """Count the pairs of a closed wave when others are chosen, and hide anew."""
        super().save_model(request, obj, form, change)
        if obj.state != Wave.State.CLOSED:
            return
        if "pairs" in form.changed_data:
            count_pairs(obj)
        if {"pairs", "min_cell"} & set(form.changed_data):
            keep(obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Wave | None = None
    ) -> bool:
        return False

    def has_field_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("surveys.field_questionnaire")

    @admin.action(description=_("Begin to take answers"), permissions=["field"])
    def open(self, request: HttpRequest, queryset: QuerySet[Wave]) -> None:
        attempt(self, request, queryset, lambda row, by: open_wave(wave=row, by=by))

    @admin.action(description=_("Close for good"), permissions=["field"])
    def close(self, request: HttpRequest, queryset: QuerySet[Wave]) -> None:
        attempt(self, request, queryset, lambda row, by: close_wave(wave=row, by=by))

    @admin.action(
        description=_("Send the letters to everybody listed"), permissions=["field"]
    )
    def write_to_all(self, request: HttpRequest, queryset: QuerySet[Wave]) -> None:
        attempt(
            self,
            request,
            queryset,
            lambda row, by: write_to_all(wave=row, is_reminder=False, by=by),
        )

    @admin.action(
        description=_("Remind everybody who has not answered"), permissions=["field"]
    )
    def remind_all(self, request: HttpRequest, queryset: QuerySet[Wave]) -> None:
        attempt(
            self,
            request,
            queryset,
            lambda row, by: write_to_all(wave=row, is_reminder=True, by=by),
        )


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    list_display = ["email", "wave", "stratum", "language", "sent_on", "reminded_on"]
    list_filter = ["wave", "stratum"]
    readonly_fields = ["sent_on", "reminded_on"]
    actions = ["send_letters", "send_reminders"]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **more: Any
    ) -> Any:
        if db_field.name == "wave":
            more["queryset"] = Wave.objects.inviting()
        return super().formfield_for_foreignkey(db_field, request, **more)

    def has_field_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("surveys.field_questionnaire")

    @admin.action(description=_("Send the letters"), permissions=["field"])
    def send_letters(
        self, request: HttpRequest, queryset: QuerySet[Invitation]
    ) -> None:
        attempt(self, request, queryset, lambda row, by: invite(invitation=row, by=by))

    @admin.action(description=_("Remind who has not answered"), permissions=["field"])
    def send_reminders(
        self, request: HttpRequest, queryset: QuerySet[Invitation]
    ) -> None:
        attempt(self, request, queryset, lambda row, by: remind(invitation=row, by=by))
