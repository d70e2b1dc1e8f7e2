from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give every template the portal's address."""
    return {"PUBLIC_URL": settings.PUBLIC_URL}
