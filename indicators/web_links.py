"""Where public pages of this room lead to."""

from django.db.models import Exists, OuterRef, QuerySet

from foundation.web_links.registry import Kind, declare
from indicators.models import Release, Source


def sources() -> QuerySet[Source]:
    published = Release.objects.published().filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(published))


def addresses(source: Source) -> list[str]:
    return [source.url]


declare(Kind(sources, addresses))
