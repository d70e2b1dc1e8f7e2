"""Pages and files of the datasets."""

import csv
from datetime import date
from http import HTTPStatus
from io import StringIO
from typing import Any

import orjson
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe
from rdflib import Graph

from foundation.languages import current_language
from foundation.open_data import catalogue
from foundation.open_data.exports import export_response
from foundation.open_data.geometry import ATTRIBUTION
from foundation.open_data.models import Edition
from foundation.open_data.registry import Dataset, datasets, find_dataset
from foundation.open_data.writers import BOM
from foundation.publication import stored_page

CHANGES_IN_FEED = 50


@stored_page
def index(request: HttpRequest) -> HttpResponse:
    kept = dict(
        Edition.objects.order_by("slug", "made_on").values_list("slug", "made_on")
    )
    register = [
        (dataset, dataset.updated_on() or kept.get(dataset.slug))
        for dataset in datasets()
    ]
    context = {"register": register, "today": timezone.localdate()}
    return render(request, "open_data/index.html", context)


@stored_page
def dataset_page(request: HttpRequest, slug: str) -> HttpResponse:
    return _dataset_page(request, _dataset(slug))


def _dataset_page(
    request: HttpRequest, dataset: Dataset, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    outline = dataset.geometry is not None and dataset.geometry.is_outline
    context = {
        "dataset": dataset,
        "editions": Edition.objects.filter(slug=dataset.slug),
        "count": dataset.rows().order_by().count(),
        "attribution": ATTRIBUTION if outline else "",
    }
    return render(request, "open_data/dataset.html", context, status=status)


@require_safe
def download(request: HttpRequest, slug: str, file_format: str) -> HttpResponseBase:
    dataset = _dataset(slug)
    return export_response(
        dataset,
        dataset.rows(),
        file_format,
        slug,
        with_bom=request.GET.get("bom") == "1",
    )


@stored_page
def datapackage(request: HttpRequest, slug: str) -> HttpResponse:
    return _json(catalogue.datapackage(_dataset(slug)), "application/json")


@stored_page
def catalog(request: HttpRequest) -> HttpResponse:
    return _json(catalogue.catalog(datasets()), "application/ld+json")


@stored_page
def catalog_turtle(request: HttpRequest) -> HttpResponse:
    """Return the catalogue as Turtle: the same statements, made from the same text."""
    graph = Graph()
    graph.parse(
        data=orjson.dumps(catalogue.catalog(datasets())).decode(), format="json-ld"
    )
    response = HttpResponse(
        graph.serialize(format="turtle", encoding="utf-8"),
        content_type="text/turtle; charset=utf-8",
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


@stored_page
def csv_metadata(request: HttpRequest, slug: str) -> HttpResponse:
    return _json(catalogue.csvw(_dataset(slug)), "application/csvm+json")


@require_safe
def edition(request: HttpRequest, slug: str, day: str) -> HttpResponseBase:
    """Return a dataset as it was on a day, compressed; its checksum is its ETag."""
    row = get_object_or_404(Edition, slug=slug, made_on=_day(day))
    if not row.is_readable:
        return _dataset_page(request, _dataset(slug), HTTPStatus.GONE)
    response = FileResponse(
        row.file.open("rb"),
        content_type="application/gzip",
        as_attachment=True,
        filename=f"{slug}-{day}.csv.gz",
    )
    response["ETag"] = f'"{row.sha256}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


def _json(value: Any, content_type: str) -> HttpResponse:
    response = HttpResponse(
        orjson.dumps(value, option=orjson.OPT_INDENT_2), content_type=content_type
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


@stored_page
def dictionary(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the meaning of every column, in all languages at once."""
    dataset = _dataset(slug)
    page = StringIO()
    writer = csv.writer(page)
    writer.writerows(catalogue.dictionary(dataset))
    with_bom = BOM if request.GET.get("bom") == "1" else b""
    response = HttpResponse(
        with_bom + page.getvalue().encode(), content_type="text/csv; charset=utf-8"
    )
    name = f'attachment; filename="{slug}-dictionary.csv"'
    response["Content-Disposition"] = name
    response["Access-Control-Allow-Origin"] = "*"
    return response


@stored_page
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    dataset = _dataset(slug)
    if dataset.changes is None:
        raise Http404
    home = f"{settings.PUBLIC_URL}/{current_language()}"
    atom = Atom1Feed(
        title=str(dataset.title),
        link=f"{home}/data/{slug}/",
        description=str(dataset.description),
        language=current_language(),
        feed_url=f"{home}/data/{slug}/feed/",
    )
    for note in dataset.changes(CHANGES_IN_FEED):
        atom.add_item(
            title=note.title,
            link=home + note.path,
            description=note.text,
            unique_id=f"{settings.PUBLIC_URL}/#{note.key}",
            pubdate=note.changed_at,
            updateddate=note.changed_at,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


def _dataset(slug: str) -> Dataset:
    dataset = find_dataset(slug)
    if dataset is None:
        raise Http404
    return dataset
