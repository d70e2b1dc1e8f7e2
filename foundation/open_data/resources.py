"""Datasets as resources of the API: lists by key, single rows, conditional requests."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError as BadValueError
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.open_data.registry import Dataset, Label
from foundation.open_data.throttling import AddressThrottle
from foundation.open_data.writers import dump

PAGE_SIZE = 100
LARGEST_PAGE = 1000
PAGING = ("page_size", "cursor", "format")
EXPOSED = "ETag, RateLimit-Limit, RateLimit-Remaining, Retry-After"


@dataclass(frozen=True)
class Parameter:
    """One filter as the documentation of the API shows it."""

    name: str
    description: Label
    choices: tuple[str, ...] = ()
    type: str = "string"


@dataclass(frozen=True)
class Resource:
    """A dataset under `/api/v1/`: which parameters it takes and how they choose."""

    dataset: Dataset
    parameters: Sequence[Parameter] = ()
    chosen: Callable[[QueryDict], QuerySet[Any]] | None = None

    def rows(self, asked: QueryDict) -> QuerySet[Any]:
        known = [parameter.name for parameter in self.parameters]
        refuse_unknown(asked, known)
        if self.chosen and any(asked.get(name) for name in known):
            return self.chosen(asked)
        return self.dataset.rows()


def refuse_unknown(asked: QueryDict, known: Sequence[str]) -> None:
    """Refuse a misspelt filter: ignored, it would give other rows than were meant."""
    for name in asked:
        if name not in known and name not in PAGING:
            text = _("Unknown parameter, use one of: %(names)s")
            names = ", ".join([*known, *PAGING])
            raise ValidationError({name: [text % {"names": names}]})


def valid(form: forms.Form) -> Any:
    """Return a form that is valid; otherwise answer 400 with what is wrong."""
    if not form.is_valid():
        raise ValidationError(
            {name: [str(e) for e in errors] for name, errors in form.errors.items()}
        )
    return form


def by_columns(dataset: Dataset, *names: str) -> Resource:
    """Return a resource that is filtered by equality with some of its columns."""
    columns = [column for column in dataset.columns if column.name in names]

    def chosen(asked: QueryDict) -> QuerySet[Any]:
        rows = dataset.rows()
        for column in columns:
            value = asked.get(column.name)
            if not value:
                continue
            if "\x00" in value or (column.choices and value not in column.choices):
                raise ValidationError({column.name: [_("This value is not known")]})
            rows = rows.filter(**{column.sources[0]: value})
        return rows

    parameters = [Parameter(c.name, c.title, c.choices) for c in columns]
    return Resource(dataset, parameters, chosen)


class PublicAPI(APIView):
    """Open to everybody, pages of other sites included, within an honest limit."""

    permission_classes = [AllowAny]
    throttle_classes = [AddressThrottle]
    http_method_names = ["get", "head", "options"]

    def get_throttles(self) -> list[Any]:
        self.throttles = super().get_throttles()
        return self.throttles

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Allow-Headers"] = "If-None-Match"
        response["Access-Control-Expose-Headers"] = EXPOSED
        left = [throttle.left for throttle in getattr(self, "throttles", [])]
        if left and left[0] is not None:
            response["RateLimit-Limit"] = str(settings.API_BURST)
            response["RateLimit-Remaining"] = str(left[0])
        return response

    def answer(self, request: Request, value: Any) -> HttpResponseBase:
        """Answer as JSON, or 304 where the reader has these bytes already."""
        body = dump(value)
        etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        response = HttpResponse(body, content_type="application/json")
        response["ETag"] = etag
        response["Cache-Control"] = "public, no-cache"
        found = get_conditional_response(
            request._request,  # noqa: SLF001  # the documented way to Django's request
            etag=etag,
            response=response,
        )
        return cast(HttpResponseBase, found)


class ResourceList(PublicAPI):
    resource: Resource

    def get(self, request: Request) -> HttpResponseBase:
        asked = request.query_params
        rows = self.resource.rows(asked)
        size = _page_size(asked)
        if cursor := asked.get("cursor"):
            rows = rows.filter(pk__gt=_read_cursor(cursor))
        dataset = self.resource.dataset
        selected = list(
            rows.order_by("pk").values_list(*dataset.lookups, "pk")[: size + 1]
        )
        read, names = dataset.reader(), dataset.names
        page = selected[:size]
        following = None
        if len(selected) > size:
            following = _address(request, cursor=_write_cursor(page[-1][-1]))
        results = [dict(zip(names, read(row), strict=True)) for row in page]
        return self.answer(request, {"next": following, "results": results})


class ResourceDetail(PublicAPI):
    resource: Resource

    def get(self, request: Request, key: str) -> HttpResponseBase:
        dataset = self.resource.dataset
        # PostgreSQL refuses the character, and no key has it.
        named = {dataset.key: key.replace("\x00", "\ufffd")}
        try:
            rows = dataset.rows().filter(**named)
        except (ValueError, BadValueError):
            raise NotFound from None
        selected = rows.values_list(*dataset.lookups).first()
        if selected is None:
            raise NotFound
        values = dataset.reader()(selected)
        return self.answer(request, dict(zip(dataset.names, values, strict=True)))


def _page_size(asked: QueryDict) -> int:
    text = asked.get("page_size") or str(PAGE_SIZE)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        words = _("Not a whole number from 1 to %(largest)s")
        raise ValidationError({"page_size": [words % {"largest": LARGEST_PAGE}]})
    return int(text)


def _write_cursor(key: int) -> str:
    return urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> int:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        number = int(text)
    except ValueError as error:
        raise ValidationError({"cursor": [_unreadable()]}) from error
    if not 0 <= number < 2**63:
        raise ValidationError({"cursor": [_unreadable()]})
    return number


def _unreadable() -> str:
    return _("Not a cursor of this list: follow “next” as it stands")


def _address(request: Request, *, cursor: str) -> str:
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


_resources: dict[str, Resource] = {}


def declare_resource(resource: Resource) -> None:
    _resources[resource.dataset.slug] = resource


def resources() -> list[Resource]:
    return list(_resources.values())


_extra: dict[str, type[PublicAPI]] = {}


def declare_view(slug: str, view: type[PublicAPI]) -> None:
    """Add what is no list of rows, such as the state of a map."""
    _extra[slug] = view


def extra_views() -> list[tuple[str, type[PublicAPI]]]:
    return list(_extra.items())


class Root(PublicAPI):
    """The resources, their licences and the limit."""

    @extend_schema(operation_id="get_root", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> HttpResponseBase:
        here = request.build_absolute_uri("/api/v1/")
        described = [
            {
                "name": resource.dataset.slug,
                "title": str(resource.dataset.title),
                "url": f"{here}{resource.dataset.slug}/",
                "licence": resource.dataset.licence.url,
            }
            for resource in resources()
        ]
        value = {
            "resources": described,
            "views": {slug: f"{here}{slug}/" for slug, _view in extra_views()},
            "schema": f"{here}schema/",
            "catalogue": request.build_absolute_uri("/data/catalog.jsonld"),
            "largest_page": LARGEST_PAGE,
            "rate": {
                "burst": settings.API_BURST,
                "per_second": settings.API_PER_SECOND,
            },
        }
        return self.answer(request, value)
