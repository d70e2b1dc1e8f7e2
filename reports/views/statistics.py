from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.models import Figure, FiguresRelease

QUARTERS = 8


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show what was published of the latest quarters; nothing is counted here."""
    releases = FiguresRelease.objects.prefetch_related("figures")[:QUARTERS]
    context = {
        "quarters": [
            (release, _tables(list(release.figures.all()))) for release in releases
        ]
    }
    return render(request, "reports/statistics.html", context)


def _tables(figures: list[Figure]) -> list[tuple[str, list[Figure]]]:
    grouped = groupby(figures, key=Figure.get_table_display)
    return [(table, list(rows)) for table, rows in grouped]
