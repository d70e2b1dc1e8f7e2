from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.languages import languages, pick
from foundation.shipped_data import Row, shipped_rows
from reports.views.pages import open_channel


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    channels = [
        {"name": _text(row, "name"), "note": _text(row, "note")}
        for row in shipped_rows("channels")
    ]
    context = {"channels": channels, "can_report": open_channel() is not None}
    context["is_eu"] = settings.TIP_DEADLINES == "eu"
    return render(request, "reports/start.html", context)


def _text(row: Row, name: str) -> str:
    return pick({code: row[f"{name}_{code}"] for code in languages()})


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Go somewhere harmless and let the browser forget what it kept of this place."""
    response = HttpResponseRedirect(settings.QUICK_EXIT_URL)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
