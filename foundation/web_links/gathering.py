"""Keep the list of addresses in step with the public pages that lead to them."""

from collections.abc import Iterator
from urllib.parse import urldefrag

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from foundation.web_links.models import Place, WebLink
from foundation.web_links.registry import kinds

BATCH = 200
LENGTH = WebLink._meta.get_field("address").max_length or 0


@transaction.atomic
def gather() -> None:
    """Add the addresses that are new, and forget those that no page leads to now."""
    wanted = set(_places())
    addresses = {address for address, _kind, _pk in wanted}
    WebLink.objects.exclude(address__in=addresses).delete()
    WebLink.objects.bulk_create(
        [WebLink(address=address) for address in sorted(addresses)],
        ignore_conflicts=True,
    )
    links = dict(WebLink.objects.values_list("address", "pk"))
    places = {(links[address], kind, pk) for address, kind, pk in wanted}
    for place in Place.objects.all():
        key = (place.link_id, place.content_type_id, place.object_id)
        if key in places:
            places.remove(key)
        else:
            place.delete()
    Place.objects.bulk_create(
        [
            Place(link_id=link, content_type_id=kind, object_id=pk)
            for link, kind, pk in sorted(places)
        ],
        ignore_conflicts=True,
    )


def _places() -> Iterator[tuple[str, int, int]]:
    for kind in kinds():
        rows = kind.rows()
        content_type = ContentType.objects.get_for_model(rows.model).pk
        for row in rows.iterator(chunk_size=BATCH):
            for written in kind.addresses(row):
                address = urldefrag(written.strip()).url
                if _is_of_the_web(address):
                    yield address, content_type, row.pk


def _is_of_the_web(address: str) -> bool:
    is_http = address.lower().startswith(("http://", "https://"))
    return is_http and len(address) <= LENGTH
