"""Headers of every answer under `report/`, of errors as well as of pages."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PAGES = re.compile(r"^/[a-z]{2}/report/")
HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, noarchive",
}


class NoTraceMiddleware:
    """Leave nothing of a reporter's visit in the browser or on the way.

    First in the list, so that no answer of another middleware goes out without them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not PAGES.match(request.path_info):
            return response
        is_sandboxed = "sandbox" in response.get("Content-Security-Policy", "")
        for name, value in HEADERS.items():
            # A download keeps the stricter policy it came with.
            if name != "Content-Security-Policy" or not is_sandboxed:
                response[name] = value
        if settings.ONION_URL:
            response["Onion-Location"] = settings.ONION_URL + request.path_info
        # Nothing here reads a cookie, and none may be set.
        response.cookies.clear()
        del response["Vary"]
        return response
