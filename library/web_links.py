"""Where public pages of this room lead to."""

from collections.abc import Iterator

from foundation.web_links.registry import Kind, declare, in_html, in_text
from library.models import Item, ItemQuerySet


def items() -> ItemQuerySet:
    return Item.objects.public().prefetch_related("editions")


def addresses(item: Item) -> Iterator[str]:
    yield item.legal_url
    for source in (item.source_kk, item.source_ru, item.source_en):
        yield from in_text(source)
    for edition in item.editions.all():
        yield from in_html(edition.html)


declare(Kind(items, addresses))
