"""The components of the style guide, each with an example of its arguments."""

from typing import Any

from django.utils.translation import gettext_lazy as _

COMPONENTS: list[dict[str, Any]] = [
    {
        "name": _("Level of a risk"),
        "template": "components/level.html",
        "context": {"level": "high", "label": _("High"), "score": 12},
    },
    {
        "name": _("State"),
        "template": "components/state.html",
        "context": {"state": "closed", "label": _("Eliminated")},
    },
    {
        "name": _("Notice"),
        "template": "components/notice.html",
        "context": {"kind": "warning", "text": _("This deadline was moved twice.")},
    },
    {
        "name": _("Banner over made-up rows"),
        "template": "components/demo_banner.html",
        "context": {},
    },
    {
        "name": _("Figure"),
        "template": "components/figure.html",
        "context": {
            "value": 1165,
            "label": _("Recommendations made by external assessments"),
            "note": _("National Anti-Corruption Report 2022"),
        },
    },
    {
        "name": _("Nothing to show"),
        "template": "components/empty.html",
        "context": {
            "text": _("No risk matches these filters."),
            "url": "../risks/",
            "label": _("Show all risks"),
        },
    },
]
