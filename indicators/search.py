"""What of this room can be found."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from foundation.search.registry import Document, Kind, declare, texts
from indicators.models import Indicator


def indicators(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = Indicator.objects.all()
    if public_ids is not None:
        rows = rows.filter(code__in=public_ids)
    for indicator in rows.iterator(chunk_size=500):
        yield Document(
            public_id=indicator.code,
            title=texts(indicator, "name"),
            body=texts(indicator, "definition"),
            path=f"/statistics/{indicator.code}/",
        )


declare(Kind("indicators", "indicator", _("Statistics"), indicators))
