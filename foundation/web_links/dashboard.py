"""Links that broke, on the first page of those who edit what leads to them."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.dashboard import Panel, Row
from foundation.web_links.models import WebLink

SHOWN = 5


def panels(user: User) -> list[Panel]:
    if not settings.CHECK_LINKS:
        return []
    broken = WebLink.objects.broken()
    page = reverse("admin:web_links_weblink_changelist")
    return [
        Panel(
            title=_("Web links that broke"),
            count=broken.count(),
            rows=[
                Row(
                    text=link.address,
                    url=reverse("admin:web_links_weblink_change", args=[link.pk]),
                    note=link.get_state_display(),
                )
                for link in broken[:SHOWN]
            ],
            more_url=f"{page}?broken=yes",
            permission="web_links.view_weblink",
        )
    ]
