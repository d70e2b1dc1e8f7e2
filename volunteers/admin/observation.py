from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from volunteers.admin.base import ScopedAdmin
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
        "reference",
        "area",
        "latitude",
        "longitude",
        "seen_on",
        "answers",
        "note",
        "state",
        "verified_on",
        "verified_by",
        "pictures",
        "what_next",
    ]
    action_form = ReasonForm
    actions = ["verify", "refuse"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("volunteers.run_initiative")

    @admin.display(description=_("photos"))
    def pictures(self, observation: Observation) -> SafeString | str:
        return format_html_join(
            " ",
            '<a href="{}">{}</a>',
            (
                (reverse("volunteers:photo", args=[photo.pk]), number)
                for number, photo in enumerate(observation.photos.all(), start=1)
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
