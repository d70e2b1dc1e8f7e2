from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from volunteers.admin.base import ScopedAdmin
from volunteers.forms.observation import answers_of
from volunteers.models import Observation
from volunteers.services.observations import reject_observation, verify_observation


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("Reason, read by the observer"), required=False)


@admin.register(Observation)
class ObservationAdmin(ScopedAdmin[Observation]):
    list_display = ["reference", "state", "area", "seen_on", "initiative", "is_demo"]
    list_filter = ["state", "area", "is_demo"]
    list_select_related = ["area", "initiative"]
    search_fields = ["reference", "public_id", "initiative__public_id"]
    readonly_fields = [
        "public_id",
        "initiative",
        "profile",
        "reference",
        "area",
        "latitude",
        "longitude",
        "seen_on",
        "answered",
        "note",
        "note_language",
        "received_at",
        "state",
        "verified_on",
        "verified_by",
        "pictures",
        "what_next",
    ]
    exclude = ["answers", "is_demo"]
    action_form = ReasonForm
    actions = ["verify", "refuse"]

    def view_on_site(self, obj: Observation) -> str | None:
        """Lead to the public page only where there is one."""
        is_public = obj.state == Observation.State.VERIFIED
        return obj.get_absolute_url() if is_public else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.run_initiative")

    @admin.display(description=_("answers"))
    def answered(self, observation: Observation) -> SafeString:
        questions = observation.initiative.checklist.all()
        return format_html_join(
            mark_safe("<br>"), "{} <b>{}</b>", answers_of(observation, questions)
        )

    @admin.display(description=_("photos"))
    def pictures(self, observation: Observation) -> SafeString:
        """Show the photos: nobody verifies what he has not looked at."""
        return format_html_join(
            " ",
            '<a href="{}"><img src="{}" alt="{}" width="240"></a>',
            (
                (
                    url,
                    url,
                    gettext("Photo %(number)s of the observation") % {"number": number},
                )
                for number, photo in enumerate(observation.photos.all(), start=1)
                for url in [reverse("volunteers:photo", args=[photo.pk])]
            ),
        )

    @admin.display(description=_("what may follow"))
    def what_next(self, observation: Observation) -> SafeString:
        """Lead to where a person may write a risk or a report; nothing is linked."""
        return format_html(
            '{} <a href="{}">{}</a>',
            gettext(
                "If it shows a risk, write the risk anew on the map; if it may be a"
                " crime, report it. Neither keeps a link to this observation."
            ),
            reverse("report"),
            gettext("Report corruption"),
        )

    @admin.action(description=_("Verify and show"), permissions=["run"])
    def verify(self, request: HttpRequest, queryset: QuerySet[Observation]) -> None:
        self.each(request, queryset, verify_observation, "observation")

    @admin.action(description=_("Do not accept, with the reason"), permissions=["run"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Observation]) -> None:
        reason = request.POST.get("reason", "")
        self.each(request, queryset, reject_observation, "observation", reason=reason)
