"""What of this room can be found: initiatives, never people."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from foundation.search.registry import Document, Kind, declare, texts
from volunteers.models import Initiative


def initiatives(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = Initiative.objects.public().select_related("area")
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    for row in rows.iterator(chunk_size=200):
        yield Document(
            public_id=row.public_id,
            title=texts(row, "title"),
            body=texts(row, "text", "tasks", "report"),
            path=f"/initiatives/{row.public_id}/",
            year=row.starts_at.year,
            area=row.area.iso if row.area else "",
        )


declare(Kind("volunteers", "initiative", _("Initiatives"), initiatives))
