from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from portal.models import Authority
from portal.reading_mode import COOKIE, ReadingMode


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give every template the portal's address, its languages and the reading mode."""
    path = request.get_full_path()
    return {
        "PUBLIC_URL": settings.PUBLIC_URL,
        "authority": Authority.current(),
        "reading": ReadingMode.read(request.COOKIES.get(COOKIE, "")),
        "language_links": [
            {"code": code, "name": name, "path": translate_url(path, code)}
            for code, name in settings.LANGUAGES
        ],
        "has_language_links": request.path[1:3] in dict(settings.LANGUAGES),
    }
