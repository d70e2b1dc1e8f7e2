"""Count a quarter, look at what would be shown, publish it for good."""

from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from foundation.languages import pick
from reports.admin.cookie import staff
from reports.admin.vault_pages import opened_vault
from reports.forms import QuarterForm
from reports.models import Figure, FiguresRelease
from reports.services.figures import (
    Cell,
    NoQuarterError,
    count_quarter,
    open_quarters,
    publish_quarter,
)


@never_cache
def figures_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    vault = opened_vault(request)
    if vault is None:
        return redirect("admin:reports_vault")
    form = QuarterForm(request.POST or None, quarters=open_quarters())
    tables: list[tuple[str, list[tuple[str, int]]]] = []
    quarter: date | None = None
    if form.is_valid():
        quarter = form.cleaned_data["quarter"]
        step: dict[str, Any] = {
            "quarter": quarter,
            "vault": vault,
            "by": staff(request),
        }
        if request.POST.get("action") == "publish":
            return _publish(request, step)
        tables = _tables(count_quarter(**step))
    context = {
        **context,
        "title": _("Figures of a quarter"),
        "form": form,
        "quarter": quarter,
        "tables": tables,
        "releases": FiguresRelease.objects.all()[:8],
    }
    return TemplateResponse(request, "admin/reports/figures.html", context)


def _publish(request: HttpRequest, step: dict[str, Any]) -> HttpResponse:
    try:
        release = publish_quarter(**step)
    except NoQuarterError:
        messages.error(request, _("The figures of this quarter are published already."))
    else:
        text = _("The figures of %(quarter)s are published.")
        messages.success(request, text % {"quarter": release})
    return redirect("admin:reports_figures")


def _tables(cells: list[Cell]) -> list[tuple[str, list[tuple[str, int]]]]:
    return [
        (
            str(Figure.Table(table).label),
            [(pick(cell.names), cell.count) for cell in rows],
        )
        for table, rows in groupby(cells, key=lambda cell: cell.table)
    ]
