"""What of the ground can be found: areas and public bodies."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from foundation.search.registry import Document, Kind, declare, texts
from foundation.territory.models import Area, PublicBody


def areas(codes: Sequence[str] | None) -> Iterator[Document]:
    rows = Area.objects.filter(valid_to=None).exclude(kind=Area.Kind.COUNTRY)
    if codes is not None:
        rows = rows.filter(iso__in=codes)
    for area in rows.iterator(chunk_size=500):
        yield Document(
            public_id=area.iso,
            title=texts(area, "name"),
            body=texts(area, "centre", "note"),
            path=f"/areas/{area.iso}/",
            area=area.iso,
        )


def bodies(codes: Sequence[str] | None) -> Iterator[Document]:
    rows = PublicBody.objects.select_related("kind", "area")
    if codes is not None:
        rows = rows.filter(code__in=codes)
    for body in rows.iterator(chunk_size=500):
        kinds, notes = texts(body.kind, "name"), texts(body, "note")
        yield Document(
            public_id=body.code,
            title=texts(body, "name"),
            body={
                code: "\n".join(
                    filter(None, (body.abbreviation, kinds[code], notes[code]))
                )
                for code in kinds
            },
            path=f"/bodies/{body.code}/",
            area=body.area.iso,
        )


declare(Kind("territory", "area", _("Areas"), areas))
declare(Kind("territory", "body", _("Public bodies"), bodies))
