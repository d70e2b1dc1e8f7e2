"""What of the library waits for a staff member."""

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from library.models import Edition

SHOWN = 5


def panels(user: User) -> list[Panel]:
    """Return the files that search cannot see, which nobody would notice otherwise."""
    unseen = Edition.objects.filter(
        text_state__in=[
            Edition.TextState.SCAN,
            Edition.TextState.ENCRYPTED,
            Edition.TextState.UNREADABLE,
        ],
        html="",
    ).select_related("item")
    rows = [
        Row(
            text=edition.item.title.plain,
            url=reverse("admin:library_item_change", args=[edition.item_id]),
            note=f"{edition.get_language_display()}: {edition.get_text_state_display()}",
        )
        for edition in unseen[:SHOWN]
    ]
    return [
        Panel(
            title=_("Files without a text that can be found"),
            count=unseen.count(),
            rows=rows,
            more_url=reverse("admin:library_item_changelist"),
            permission="library.change_item",
        )
    ]
