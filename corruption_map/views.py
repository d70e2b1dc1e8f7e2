"""The public pages of the corruption map."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from corruption_map.datasets import MEASURES, POSITIONS, RISKS, map_export_response
from corruption_map.drawing import Drawing
from corruption_map.figures import Figures, map_figures
from corruption_map.filters import Choices, RiskFilterForm
from corruption_map.forms.public import (
    CommentForm,
    MapForm,
    MeasureFilterForm,
    PositionFilterForm,
    RatingForm,
)
from corruption_map.matrix import matrix_of
from corruption_map.models import (
    Evidence,
    Level,
    Measure,
    PublicComment,
    Risk,
    RiskAssessment,
    VulnerablePosition,
)
from corruption_map.services.comments import rate_reply as store_rating
from corruption_map.services.comments import submit_comment
from foundation.key_set import Order, key_set_page
from foundation.languages import current_language
from foundation.open_data.exports import export_response
from foundation.publication import stored_page

RISK_ORDERS = {
    "newest": Order(("year", "id"), falling=True),
    "level": Order(("current_score", "id"), falling=True),
}
RISK_ORDER_NAMES = {"newest": _("Newest first"), "level": _("Highest level first")}
MEASURE_ORDER = Order(("list_order", "id"))


@stored_page
def map_page(request: HttpRequest) -> HttpResponse:
    choices = Choices()
    form = MapForm(request.GET, choices=choices)
    if not form.is_valid():
        return _refused(request, "corruption_map/map.html", form)
    figures = figures_of(form, choices)
    context = {
        "form": form,
        "figures": figures,
        "drawing": Drawing(figures),
        "query": request.GET.urlencode(),
        "formats": ["csv", "xlsx", "json", "geojson"],
        "has_demo": figures.has_demo,
    }
    return render(request, "corruption_map/map.html", context)


def figures_of(form: MapForm, choices: Choices) -> Figures:
    """Return the figures that a valid form asks for."""
    areas = {area.iso: area for area in choices.area_rows}
    in_order = [areas[iso] for iso, _name in choices.of("area")]
    return map_figures(
        where=form.filter,
        measure=form.cleaned_data["measure"],
        unit=form.cleaned_data["unit"],
        method=form.cleaned_data["classes"],
        areas=in_order,
        has_demo=choices.overview["has_demo"],
    )


def map_export(request: HttpRequest, file_format: str) -> Any:
    choices = Choices()
    form = MapForm(request.GET, choices=choices)
    if not form.is_valid():
        return _refused(request, "corruption_map/map.html", form)
    return map_export_response(figures_of(form, choices), file_format)


@stored_page
def risks(request: HttpRequest) -> HttpResponse:
    choices = Choices()
    form = RiskFilterForm(request.GET, choices=choices)
    if not form.is_valid():
        return _refused(request, "corruption_map/risks.html", form)
    order = request.GET.get("order", "newest")
    order = order if order in RISK_ORDERS else "newest"
    rows = form.filter.risks(Risk.objects.public().with_names())
    page = key_set_page(rows, order=RISK_ORDERS[order], asked=request.GET)
    context = {
        "form": form,
        "page": page,
        "total": form.filter.count(),
        "order": order,
        "orders": RISK_ORDER_NAMES.items(),
        **asked(request),
        "has_demo": any(row.is_demo for row in page.rows),
    }
    return render(request, "corruption_map/risks.html", context)


def asked(request: HttpRequest) -> dict[str, str]:
    """Return the address's parameters for links to other pages and to files."""
    kept = request.GET.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    query = kept.urlencode()
    return {"query": query, "page_query": f"{query}&" if query else ""}


def risks_export(request: HttpRequest, file_format: str) -> Any:
    form = RiskFilterForm(request.GET, choices=Choices())
    if not form.is_valid():
        return _refused(request, "corruption_map/risks.html", form)
    rows = form.filter.risks(Risk.objects.public())
    return export_response(RISKS, rows, file_format, "risks")


def _refused(request: HttpRequest, template: str, form: Any) -> HttpResponse:
    """Show the form again with what is wrong, and no rows at all."""
    context = {"form": form, "is_refused": True}
    return render(request, template, context, status=HTTPStatus.BAD_REQUEST)


@stored_page
def risk(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a risk; one that was withdrawn leaves its reason behind (410)."""
    row = get_object_or_404(
        Risk.objects.with_names().select_related("source", "analysis"),
        public_id=public_id,
    )
    if row.state == Risk.State.WITHDRAWN and row.published_at:
        context = {"risk": row}
        return render(
            request, "corruption_map/withdrawn.html", context, status=HTTPStatus.GONE
        )
    if not row.is_public:
        raise Http404
    assessments = list(row.assessments.all())
    today = timezone.localdate()
    shown: dict[str, Any] = {
        "risk": row,
        "assessments": assessments,
        "matrix": matrix_of(assessments),
        "measures": [
            (measure, measure.days_overdue(today))
            for measure in row.measures.select_related("executor").order_by(
                *MEASURE_ORDER.columns
            )
        ],
        "positions": row.positions.filter(is_published=True).select_related("body"),
        "changes": row.changes.select_related("measure")[:50],
        "comments": row.comments.published().filter(measure=None),
        "levels": [(level, *level.scores) for level in Level],
        "kinds": RiskAssessment.Kind,
        "permalink": f"{settings.PUBLIC_URL}{request.path}",
        "today": today,
        "has_demo": row.is_demo,
    }
    return render(request, "corruption_map/risk.html", shown)


@stored_page
def measures(request: HttpRequest) -> HttpResponse:
    form = MeasureFilterForm(request.GET)
    if not form.is_valid():
        return _refused(request, "corruption_map/measures.html", form)
    today = timezone.localdate()
    rows = form.rows(Measure.objects.public().with_names(), today)
    page = key_set_page(rows, order=MEASURE_ORDER, asked=request.GET)
    context = {
        "form": form,
        "page": page,
        "dated_rows": [(row, row.days_overdue(today)) for row in page.rows],
        **asked(request),
        "total": rows.order_by().count(),
        "overdue": Measure.objects.public().overdue(today).count(),
        "has_demo": any(row.is_demo for row in page.rows),
    }
    return render(request, "corruption_map/measures.html", context)


def measures_export(request: HttpRequest, file_format: str) -> Any:
    form = MeasureFilterForm(request.GET)
    if not form.is_valid():
        return _refused(request, "corruption_map/measures.html", form)
    rows = form.rows(Measure.objects.public(), timezone.localdate())
    return export_response(MEASURES, rows, file_format, "measures")


@stored_page
def measure(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(
        Measure.objects.public().with_names().prefetch_related("co_executors"),
        public_id=public_id,
    )
    today = timezone.localdate()
    context = {
        "measure": row,
        "days": row.days_overdue(today),
        "risk": row.risk,
        "deadline_changes": row.deadline_changes.all(),
        "evidence": row.evidence.all(),
        "reports": row.reports.all(),
        "changes": row.changes.all()[:50],
        "comments": row.comments.published(),
        "permalink": f"{settings.PUBLIC_URL}{request.path}",
        "today": today,
        "has_demo": row.is_demo or row.risk.is_demo,
    }
    return render(request, "corruption_map/measure.html", context)


@stored_page
def positions(request: HttpRequest) -> HttpResponse:
    form = PositionFilterForm(request.GET)
    if not form.is_valid():
        return _refused(request, "corruption_map/positions.html", form)
    rows = form.rows(published_positions().select_related("body", "body__area"))
    page = key_set_page(rows, order=Order(("id",), falling=True), asked=request.GET)
    context = {
        "form": form,
        "page": page,
        **asked(request),
        "total": rows.order_by().count(),
        "has_demo": any(row.is_demo for row in page.rows),
    }
    return render(request, "corruption_map/positions.html", context)


def published_positions() -> Any:
    return VulnerablePosition.objects.filter(is_published=True)


def positions_export(request: HttpRequest, file_format: str) -> Any:
    form = PositionFilterForm(request.GET)
    if not form.is_valid():
        return _refused(request, "corruption_map/positions.html", form)
    return export_response(
        POSITIONS, form.rows(published_positions()), file_format, "positions"
    )


@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Risk.objects.public(), public_id=public_id)
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        submit_comment(
            risk=row,
            measure=None,
            text=form.cleaned_data["text"],
            language=current_language(),
        )
        return redirect(f"{reverse('corruption_map:comment', args=[public_id])}?sent=1")
    context = {"form": form, "risk": row, "is_sent": "sent" in request.GET}
    return render(request, "corruption_map/comment.html", context)


@require_http_methods(["GET", "POST"])
def rate_reply(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(
        PublicComment.objects.published().select_related("risk"),
        public_id=public_id,
        replied_on__isnull=False,
    )
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        store_rating(comment=row, stars=form.cleaned_data["stars"])
        return HttpResponseRedirect(f"{row.risk.get_absolute_url()}#comments")
    context = {"form": form, "comment": row}
    return render(request, "corruption_map/rate_reply.html", context)


def evidence(request: HttpRequest, evidence_id: int) -> FileResponse:
    """Hand out a file of a public measure, always as an attachment."""
    row = get_object_or_404(
        Evidence.objects.filter(measure__risk__state__in=Risk.PUBLIC_STATES),
        pk=evidence_id,
    )
    if not row.file:
        raise Http404
    response = FileResponse(row.file.open("rb"), as_attachment=True)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
