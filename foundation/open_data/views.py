"""Pages and files of the datasets."""

import csv
from io import StringIO
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from foundation.languages import current_language
from foundation.open_data import catalogue
from foundation.open_data.exports import export_response
from foundation.open_data.geometry import ATTRIBUTION
from foundation.open_data.registry import Dataset, datasets, find_dataset
from foundation.open_data.writers import BOM
from foundation.publication import stored_page

CHANGES_IN_FEED = 50


@stored_page
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "open_data/index.html", {"datasets": datasets()})


@stored_page
def dataset_page(request: HttpRequest, slug: str) -> HttpResponse:
    dataset = _dataset(slug)
    outline = dataset.geometry is not None and dataset.geometry.is_outline
    context = {
        "dataset": dataset,
        "count": dataset.rows().order_by().count(),
        "attribution": ATTRIBUTION if outline else "",
    }
    return render(request, "open_data/dataset.html", context)


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
