from portal.views.errors import (
    bad_request,
    page_not_found,
    permission_denied,
    server_error,
)
from portal.views.operation import (
    healthz,
    readyz,
    robots_txt,
    security_txt,
    sitemap,
)
from portal.views.pages import (
    about,
    accessibility,
    choose_language,
    home,
    privacy,
    reading,
    style_guide,
)
from portal.views.territory import area, areas, bodies, body

__all__ = [
    "about",
    "accessibility",
    "area",
    "areas",
    "bad_request",
    "bodies",
    "body",
    "choose_language",
    "healthz",
    "home",
    "page_not_found",
    "permission_denied",
    "privacy",
    "reading",
    "readyz",
    "robots_txt",
    "security_txt",
    "server_error",
    "sitemap",
    "style_guide",
]
