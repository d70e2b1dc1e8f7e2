"""The home page and the pages that speak of the portal itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_http_methods, require_safe

from corruption_map.drawing import Drawing
from corruption_map.figures import map_figures
from corruption_map.filters import Choices, RiskFilter
from corruption_map.models import Risk, SourceDocument
from foundation.languages import Text, languages, pick
from foundation.publication import stored_page
from foundation.shipped_data import Row, shipped_rows
from portal.forms import ReadingForm
from portal.gallery import COMPONENTS
from portal.reading_mode import COOKIE, COOKIE_SECONDS, ReadingMode
from portal.views.territory import overdue_measures


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send the reader to the language the browser asks for, Kazakh otherwise."""
    accepted = request.headers.get("Accept-Language", "")
    language = get_language_from_request(request) if accepted else "kk"
    response = redirect(f"/{language[:2]}/")
    response["Vary"] = "Accept-Language"
    return response


@stored_page
def home(request: HttpRequest) -> HttpResponse:
    choices = Choices()
    areas = {area.iso: area for area in choices.area_rows}
    figures = map_figures(
        where=RiskFilter({}),
        measure="risks",
        unit="number",
        method="quantile",
        areas=[areas[iso] for iso, _name in choices.of("area")],
        has_demo=choices.overview["has_demo"],
    )
    context = {
        "figures": figures,
        "drawing": Drawing(figures),
        "newest": Risk.objects.public()
        .with_names()
        .order_by("-published_at", "-pk")[:3],
        "overdue": overdue_measures()[:3],
        "report_totals": report_totals(),
        "has_demo": figures.has_demo,
    }
    return render(request, "portal/home.html", context)


def report_totals() -> list[dict[str, Any]]:
    """Return the figures of the last National Report that the home page quotes."""
    wanted = (
        "external_assessment_bodies",
        "external_assessment_recommendations",
        "external_assessment_implemented",
        "internal_analysis_organisations",
        "internal_analysis_risks",
        "internal_analysis_eliminated",
    )
    rows = {row["key"]: row for row in shipped_rows("report_aggregates")}
    return [
        {
            "label": translation(rows[key], "label"),
            "value": int(rows[key]["value"]),
            "source_section": rows[key]["source_section"],
        }
        for key in wanted
        if key in rows
    ]


def translation(row: Row, name: str) -> Text:
    return pick({code: row[f"{name}_{code}"] for code in languages()})


@stored_page
def about(request: HttpRequest) -> HttpResponse:
    context = {"sources": SourceDocument.objects.all()}
    return render(request, "portal/about.html", context)


@stored_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@stored_page
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")


@stored_page
def style_guide(request: HttpRequest) -> HttpResponse:
    shown = [
        {
            **component,
            "html": render_to_string(component["template"], component["context"]),
        }
        for component in COMPONENTS
    ]
    return render(request, "portal/style_guide.html", {"components": shown})


@require_http_methods(["GET", "POST"])
def reading(request: HttpRequest) -> HttpResponse:
    """Let a reader choose letter size, contrast, spacing and theme; asked for only."""
    mode = ReadingMode.read(request.COOKIES.get(COOKIE, ""))
    form = ReadingForm(request.POST or None, initial=vars(mode))
    if request.method == "POST" and form.is_valid():
        response = HttpResponseRedirect(_back(request, form.cleaned_data["next"]))
        chosen = ReadingMode(
            **{
                name: form.cleaned_data[name]
                for name in ("size", "contrast", "spacing", "theme")
            }
        )
        if chosen.is_changed:
            response.set_cookie(
                COOKIE,
                chosen.write(),
                max_age=COOKIE_SECONDS,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        else:
            response.delete_cookie(COOKIE)
        return response
    form.initial["next"] = request.GET.get("next", "")
    return render(request, "portal/reading.html", {"form": form})


def _back(request: HttpRequest, path: str) -> str:
    if url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return path
    return reverse("home")
