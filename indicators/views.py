"""The public pages of the statistics."""

from collections import defaultdict
from dataclasses import dataclass

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from foundation.languages import alphabetical
from foundation.open_data.exports import export_response
from foundation.publication import stored_page
from indicators.datasets import OBSERVATIONS, with_public_id
from indicators.models import Indicator, Observation, Release
from indicators.panels import (
    COMPACT_FROM,
    Panel,
    latest,
    panels_of,
    short_text,
    value_text,
)


@dataclass(frozen=True)
class Headline:
    """An indicator with its leading panel, for the dashboard."""

    indicator: Indicator
    panel: Panel

    @property
    def last(self) -> Observation:
        panel = self.panel
        return panel.ends[1] if len(panel.parts) == 1 else panel.top

    @property
    def value(self) -> str:
        last = self.last
        if abs(last.value) < COMPACT_FROM:
            return value_text(last)
        return f"{short_text(last.value)} {last.unit.name.plain}"

    @property
    def part(self) -> str:
        rows = {row.breakdown for row in self.panel.rows}
        return (
            ""
            if len(rows) < 2 or not self.last.breakdown
            else self.last.breakdown.name.plain
        )


@stored_page
def dashboard(request: HttpRequest) -> HttpResponse:
    indicators = list(Indicator.objects.prefetch_related("remarks"))
    rows: dict[int, list[Observation]] = defaultdict(list)
    for row in Observation.objects.current().with_names():
        rows[row.release.indicator_id].append(row)
    leading = [row for row in indicators if row.dashboard_place and rows[row.pk]]
    headlines = [
        Headline(indicator, panels_of(indicator, rows[indicator.pk])[0])
        for indicator in sorted(leading, key=lambda row: row.dashboard_place)
    ]
    themes = [
        (
            label,
            sorted(
                (
                    (indicator, latest(rows[indicator.pk]))
                    for indicator in indicators
                    if indicator.theme == code and rows[indicator.pk]
                ),
                key=lambda pair: alphabetical(pair[0].name),
            ),
        )
        for code, label in Indicator.Theme.choices
    ]
    context = {
        "headlines": headlines,
        "themes": [(label, listed) for label, listed in themes if listed],
        "total": sum(map(len, rows.values())),
        "indicators": len([row for row in indicators if rows[row.pk]]),
    }
    return render(request, "indicators/dashboard.html", context)


@stored_page
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(Indicator.objects.prefetch_related("remarks"), code=code)
    observations = Observation.objects.current().filter(release__indicator=row)
    context = {
        "indicator": row,
        "panels": panels_of(row, observations.with_names()),
        "releases": row.releases.published().select_related("source", "superseded_by"),
        "permalink": f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
        "embed_url": f"{settings.PUBLIC_URL}{reverse('indicators:embed', args=[code])}",
    }
    return render(request, "indicators/indicator.html", context)


@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@xframe_options_exempt
@stored_page
def embed(request: HttpRequest, code: str) -> HttpResponse:
    """Show the charts alone, in a frame of any site; nothing in them comes from others."""
    row = get_object_or_404(Indicator.objects.prefetch_related("remarks"), code=code)
    observations = Observation.objects.current().filter(release__indicator=row)
    context = {
        "indicator": row,
        "panels": panels_of(row, observations.with_names()),
        "permalink": f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
    }
    return render(request, "indicators/embed.html", context)


@require_safe
def export(request: HttpRequest, code: str, file_format: str) -> HttpResponseBase:
    row = get_object_or_404(Indicator, code=code)
    rows = OBSERVATIONS.rows().filter(release__indicator=row)
    with_bom = request.GET.get("bom") == "1"
    return export_response(OBSERVATIONS, rows, file_format, code, with_bom=with_bom)


@stored_page
def release(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    row = _release(code, pk)
    newer = Release.objects.published().filter(supersedes=row).first()
    context = {
        "release": row,
        "indicator": row.indicator,
        "newer": newer,
        "rows": row.observations.with_names(),
    }
    return render(request, "indicators/release.html", context)


@require_safe
def release_export(
    request: HttpRequest, code: str, pk: int, file_format: str
) -> HttpResponseBase:
    rows = with_public_id(Observation.objects.filter(release=_release(code, pk)))
    return export_response(OBSERVATIONS, rows, file_format, f"{code}-{pk}")


def _release(code: str, pk: int) -> Release:
    releases = Release.objects.published().select_related("indicator", "source")
    return get_object_or_404(releases, indicator__code=code, pk=pk)
