from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import gettext_lazy as _

from portal.models import Authority
from portal.reading_mode import COOKIE, ReadingMode

# The pages of the main menu.
NAVIGATION = (
    ("corruption_map:map", _("Map")),
    ("areas", _("Areas")),
    ("bodies", _("Bodies")),
    ("corruption_map:risks", _("Risks")),
    ("corruption_map:measures", _("Measures")),
    ("indicators:dashboard", _("Statistics")),
    ("library:library", _("Library")),
    ("courses:catalogue", _("Courses")),
    ("surveys:surveys", _("Surveys")),
    ("volunteers:landing", _("Volunteers")),
)


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give every template the portal's address, its languages and the reading mode."""
    path = request.get_full_path()
    return {
        "PUBLIC_URL": settings.PUBLIC_URL,
        "authority": Authority.current(),
        "reading": ReadingMode.read(request.COOKIES.get(COOKIE, "")),
        "navigation": [(reverse(name), label) for name, label in NAVIGATION],
        "language_links": [
            {"code": code, "name": name, "path": translate_url(path, code)}
            for code, name in settings.LANGUAGES
        ],
        "has_language_links": request.path[1:3] in dict(settings.LANGUAGES),
    }
