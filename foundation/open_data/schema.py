"""The OpenAPI description of the API, made from the declared columns."""

from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.open_data.registry import Column, Dataset
from foundation.open_data.resources import (
    LARGEST_PAGE,
    PAGE_SIZE,
    Parameter,
    Resource,
    ResourceDetail,
    ResourceList,
)
from foundation.open_data.throttling import AddressThrottle

FIELDS: dict[str, type[serializers.Field[Any, Any, Any, Any]]] = {
    "string": serializers.CharField,
    "integer": serializers.IntegerField,
    "number": serializers.FloatField,
    "boolean": serializers.BooleanField,
    "date": serializers.DateField,
    "datetime": serializers.DateTimeField,
}
REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT, description="A parameter has a value that is not known."
)
MISSING = OpenApiResponse(OpenApiTypes.OBJECT, description="There is no such row.")
LIMITED = OpenApiResponse(
    OpenApiTypes.OBJECT, description="Too many requests: wait as Retry-After says."
)
UNCHANGED = OpenApiResponse(description="The row or page is the one you have.")


def english(text: Any) -> str:
    with translation.override("en"):
        return str(text)


@cache
def row_serializer(name: str, columns: tuple[Column, ...]) -> Any:
    """Return the serializer that describes rows of these columns, one for each name."""
    return inline_serializer(name, {column.name: _field(column) for column in columns})


def _field(column: Column) -> serializers.Field[Any, Any, Any, Any]:
    words = f"{english(column.title)}. {english(column.description)}".strip(". ")
    if column.choices:
        words += f" ({', '.join(column.choices)})"
    return FIELDS[column.type](allow_null=True, help_text=words)


def parameters(named: Any) -> list[OpenApiParameter]:
    return [_parameter(parameter) for parameter in named]


def _parameter(parameter: Parameter) -> OpenApiParameter:
    kinds = {"integer": OpenApiTypes.INT, "string": OpenApiTypes.STR}
    return OpenApiParameter(
        parameter.name,
        kinds[parameter.type],
        description=english(parameter.description),
        enum=list(parameter.choices) or None,
    )


PAGING_PARAMETERS = [
    OpenApiParameter(
        "page_size",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_PAGE,
            "default": PAGE_SIZE,
        },
        description="Rows on a page.",
    ),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="As it stands in `next`."),
]


def list_view(resource: Resource) -> Any:
    """Return the view of a resource's list, with its description."""
    dataset = resource.dataset
    name = _name(dataset)
    page = inline_serializer(
        f"{name}Page",
        {
            "next": serializers.URLField(
                allow_null=True, help_text="The next page; null on the last."
            ),
            "results": serializers.ListField(
                child=row_serializer(name, tuple(dataset.columns))
            ),
        },
    )
    view = type(f"{name}List", (ResourceList,), {"resource": resource})
    described = extend_schema(
        operation_id=f"list_{dataset.slug}",
        summary=english(dataset.title),
        description=english(dataset.description),
        parameters=[*parameters(resource.parameters), *PAGING_PARAMETERS],
        responses={200: page, 304: UNCHANGED, 400: REFUSED, 429: LIMITED},
    )
    return extend_schema_view(get=described)(view)


def detail_view(resource: Resource) -> Any:
    dataset = resource.dataset
    name = _name(dataset)
    view = type(f"{name}Detail", (ResourceDetail,), {"resource": resource})
    described = extend_schema(
        operation_id=f"get_{dataset.slug}",
        summary=f"{english(dataset.title)}: one",
        parameters=[
            OpenApiParameter(
                "key",
                OpenApiTypes.STR,
                OpenApiParameter.PATH,
                description=f"`{dataset.key}` of the row",
            )
        ],
        responses={
            200: row_serializer(name, tuple(dataset.columns)),
            304: UNCHANGED,
            404: MISSING,
            429: LIMITED,
        },
    )
    return extend_schema_view(get=described)(view)


def _name(dataset: Dataset) -> str:
    return dataset.slug.title()


class Schema(SpectacularAPIView):
    """The description itself, in English whoever asks."""

    permission_classes = [AllowAny]
    throttle_classes = [AddressThrottle]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with translation.override("en"):
            response: Response = super().get(  # type: ignore[no-untyped-call]
                request, *args, **kwargs
            )
        response["Access-Control-Allow-Origin"] = "*"
        return response
