"""Files of exactly what was asked for: all rows, of one moment, never cut short."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from foundation.open_data.geometry import ATTRIBUTION, outlines, points
from foundation.open_data.registry import Column, Dataset
from foundation.open_data.snapshot import MomentInWords, Snapshot
from foundation.open_data.writers import (
    About,
    Rows,
    TooManyRowsError,
    write_csv,
    write_geojson,
    write_json,
    write_xlsx,
)

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "geojson": "application/geo+json",
}
# CSV that older Excel reads as UTF-8; also CSV with `?bom=1` where a view passes it on.
WITH_BOM = "csv-bom"
COUNT_HEADER = "X-Row-Count"


class ShortExportError(Exception):
    """The database gave other rows than it had counted."""


class Stream:
    """Pieces of a file; closing it ends the snapshot, even if nothing was read."""

    def __init__(self, pieces: Generator[bytes], close: Callable[[], None]) -> None:
        self.pieces = pieces
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None:
        # Rows that are under way first, then the connection they come by.
        self.pieces.close()
        self._close()


def export_response(
    dataset: Dataset,
    rows: QuerySet[Any],
    file_format: str,
    filename: str,
    *,
    with_bom: bool = False,
) -> HttpResponseBase:
    """Answer with these rows of a dataset as a file; an unknown format is not found.

    An export that breaks off cannot be taken for a whole one: CSV ends in a line that
    says so, JSON does not parse, and a connection that breaks has no end.
    """
    _check_format(file_format, has_geometry=dataset.geometry is not None)
    shapes: Mapping[str, orjson.Fragment] = {}
    if file_format == "geojson" and dataset.geometry:
        shapes = outlines() if dataset.geometry.is_outline else points()
    snapshot = Snapshot()
    try:
        count = snapshot.count(rows)
        read = dataset.reader()
        wanted = _wanted(dataset, file_format)
        selected = snapshot.stream(rows.values_list(*wanted))
        return _answer(
            columns=dataset.columns,
            rows=_all_of(map(read, selected), count),
            count=count,
            about=about(dataset, with_boundaries=bool(shapes)),
            place=dataset.geometry.column if dataset.geometry else "",
            shapes=shapes,
            point=dataset.point,
            file_format=file_format,
            filename=filename,
            with_bom=with_bom,
            close=snapshot.close,
        )
    except BaseException:
        snapshot.close()
        raise


def table_response(
    *,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    about: About,
    file_format: str,
    filename: str,
    place: str = "",
    with_bom: bool = False,
) -> HttpResponseBase:
    """Answer with rows that were computed; `place` is their column of area codes.

    They are in memory already, so the answer is whole and has a length.
    """
    _check_format(file_format, has_geometry=bool(place))
    streamed = _answer(
        columns=columns,
        rows=iter(rows),
        count=len(rows),
        about=about,
        place=place,
        shapes=outlines() if place else {},
        file_format=file_format,
        filename=filename,
        with_bom=with_bom,
        close=lambda: None,
    )
    assert isinstance(streamed, StreamingHttpResponse)
    response = HttpResponse(streamed.getvalue(), headers=streamed.headers)
    if isinstance(streamed, FileResponse) and streamed.file_to_stream:
        # Not the answer itself: its end would be taken for the end of the request.
        streamed.file_to_stream.close()
    return response


def about(dataset: Dataset, *, with_boundaries: bool) -> About:
    return About(
        name=dataset.slug,
        title=str(dataset.title),
        source=str(dataset.source),
        licence=str(dataset.licence.title),
        licence_url=dataset.licence.url,
        attribution=str(ATTRIBUTION) if with_boundaries else "",
    )


def _wanted(dataset: Dataset, file_format: str) -> list[str | MomentInWords]:
    """Return what to select: only a workbook has a kind of cell for moments."""
    moments = dataset.moments if file_format != "xlsx" else set()
    return [
        MomentInWords(lookup) if lookup in moments else lookup
        for lookup in dataset.lookups
    ]


def _check_format(file_format: str, *, has_geometry: bool) -> None:
    known = file_format in TYPES or file_format == WITH_BOM
    if not known or (file_format == "geojson" and not has_geometry):
        raise Http404


def _all_of(rows: Rows, count: int) -> Rows:
    number = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007  # counted to the end
        yield row
    if number != count:
        raise ShortExportError(f"{number} rows instead of {count}")


def _ending_in_words(pieces: Iterator[bytes], count: int) -> Generator[bytes]:
    """End CSV that breaks off with a line no reader takes for a row.

    The application server ends the answer in order after an error, so without the line
    the file would look whole.
    """
    try:
        yield from pieces
    except Exception:
        words = f"ERROR: this export broke off before the last of its {count} rows"
        yield f'"{words}"\r\n'.encode()
        raise


def _answer(
    *,
    columns: Sequence[Column],
    rows: Rows,
    count: int,
    about: About,
    place: str,
    shapes: Mapping[str, orjson.Fragment],
    file_format: str,
    filename: str,
    with_bom: bool,
    close: Callable[[], None],
    point: tuple[str, str] | None = None,
) -> HttpResponseBase:
    response: HttpResponseBase
    if file_format == "xlsx":
        try:
            file = write_xlsx(columns, rows, about=about, count=count)
        except TooManyRowsError:
            return _too_many()
        finally:
            close()
        response = FileResponse(file)
    else:
        if file_format == "json":
            pieces = write_json(columns, rows, about=about, count=count)
        elif file_format == "geojson":
            pieces = write_geojson(
                columns, rows, about=about, place=place, shapes=shapes, point=point
            )
        else:
            bom = with_bom or file_format == WITH_BOM
            pieces = _ending_in_words(write_csv(columns, rows, with_bom=bom), count)
            file_format = "csv"
        response = StreamingHttpResponse(Stream(pieces, close))
    response["Content-Type"] = TYPES[file_format]
    response["Content-Disposition"] = f'attachment; filename="{filename}.{file_format}"'
    response[COUNT_HEADER] = str(count)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = COUNT_HEADER
    return response


def _too_many() -> HttpResponse:
    text = _("An XLSX file has no room for that many rows: take CSV or JSON instead")
    return HttpResponse(
        text, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, content_type="text/plain"
    )
