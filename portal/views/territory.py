"""An area's and a body's page: what every room knows about it."""

from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from corruption_map.figures import total_of, totals_by
from corruption_map.filters import Choices, RiskFilter
from corruption_map.models import Measure, Risk
from foundation.key_set import Order, key_set_page
from foundation.languages import alphabetical
from foundation.publication import stored_page
from foundation.territory.known import known_of_area, known_of_body
from foundation.territory.models import Area, PublicBody

HAS_DEADLINE = Q(deadline__isnull=False) & ~Q(state=Measure.State.CANCELLED)


def late(today: date) -> Q:
    """Return the condition on measures that are overdue or were verified too late."""
    overdue = Q(deadline__lt=today, state__in=Measure.OPEN_STATES)
    return overdue | Q(verified_on__gt=F("deadline"))


NEWEST = Order(("year", "id"), falling=True)


@stored_page
def areas(request: HttpRequest) -> HttpResponse:
    rows = sorted(Area.objects.mapped(), key=lambda area: alphabetical(area.name))
    totals = totals_by("area", where=RiskFilter({}))
    figures = [(area, totals.get((area.pk,))) for area in rows]
    return render(request, "portal/areas.html", {"figures": figures})


@stored_page
def area(request: HttpRequest, iso: str) -> HttpResponse:
    row = get_object_or_404(
        Area.objects.select_related("parent", "replaces"), iso=iso.upper()
    )
    known = known_of_area(row)
    where = RiskFilter({"area": row.iso})
    risks = Risk.objects.public().with_names().filter(area=row)
    page = key_set_page(risks, order=NEWEST, asked=request.GET)
    years = sorted(totals_by("year", where=where).items(), reverse=True)
    context = {
        "area": row,
        "totals": total_of(where),
        "country": total_of(RiskFilter({})),
        "years": [(key[0], totals) for key, totals in years],
        "spheres": spheres_of(where),
        "population": row.populations.order_by("date").last(),
        "bodies": row.bodies.annotate(
            risk_count=Count("risks", filter=Q(risks__state__in=Risk.PUBLIC_STATES))
        ).order_by("-risk_count", "code")[:30],
        "page": page,
        "overdue": overdue_measures(risk__area=row),
        "today": timezone.localdate(),
        "known": known,
        "has_demo": any(risk.is_demo for risk in page.rows)
        or any(part.is_demo for part in known),
    }
    return render(request, "portal/area.html", context)


def spheres_of(where: RiskFilter) -> list[tuple[str, str, int, int]]:
    """Return code, name, number and percentage of the most, the most risks first."""
    names = dict(Choices().of("sphere"))
    counts = {
        key[0]: totals.risks
        for key, totals in totals_by("sphere__code", where=where).items()
    }
    most = max(counts.values(), default=1)
    rows = [(code, names[code], n, n * 100 // most) for code, n in counts.items()]
    return sorted(rows, key=lambda row: (-row[2], alphabetical(row[1])))


def overdue_measures(**where: Any) -> list[tuple[Measure, int]]:
    """Return the ten most overdue public measures with their days."""
    today = timezone.localdate()
    rows = Measure.objects.public().with_names().overdue(today).filter(**where)
    return [(row, row.days_overdue(today)) for row in rows.order_by("deadline")[:10]]


@stored_page
def bodies(request: HttpRequest) -> HttpResponse:
    rows = PublicBody.objects.select_related("kind", "area").annotate(
        risk_count=Count("risks", filter=Q(risks__state__in=Risk.PUBLIC_STATES))
    )
    by_kind: dict[str, list[PublicBody]] = {}
    for row in sorted(rows, key=lambda body: alphabetical(body.name)):
        by_kind.setdefault(row.kind.name, []).append(row)
    groups = sorted(by_kind.items(), key=lambda group: alphabetical(group[0]))
    context = {"groups": groups, "has_demo": any(row.is_demo for row in rows)}
    return render(request, "portal/bodies.html", context)


@stored_page
def body(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(
        PublicBody.objects.select_related("kind", "area", "parent", "successor"),
        code=code,
    )
    today = timezone.localdate()
    known = known_of_body(row)
    risks = Risk.objects.public().with_names().filter(body=row)
    page = key_set_page(risks, order=NEWEST, asked=request.GET)
    measures = (
        Measure.objects.public()
        .filter(executor=row)
        .aggregate(
            all=Count("pk"),
            verified=Count("pk", filter=Q(state=Measure.State.VERIFIED_DONE)),
            with_deadline=Count("pk", filter=HAS_DEADLINE),
            on_time=Count("pk", filter=HAS_DEADLINE & ~late(today)),
        )
    )
    analyses = row.analyses.all()
    context = {
        "body": row,
        "children": row.children.all(),
        "page": page,
        "risk_count": risks.count(),
        "measures": measures,
        "on_time": (
            measures["on_time"] / measures["with_deadline"]
            if measures["with_deadline"]
            else None
        ),
        "overdue": overdue_measures(executor=row),
        "analyses": analyses,
        "last_analysis": analyses.first(),
        "positions": row.positions.filter(is_published=True),
        "today": today,
        "known": known,
        "has_demo": row.is_demo
        or any(risk.is_demo for risk in page.rows)
        or any(part.is_demo for part in known),
    }
    return render(request, "portal/body.html", context)
