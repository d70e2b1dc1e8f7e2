"""What of this room can be found."""

from collections.abc import Iterator, Sequence

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from foundation.languages import languages
from foundation.search.registry import Document, Kind, declare, texts
from library.models import Item, Topic


def items(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = Item.objects.public().prefetch_related("editions", "topics")
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    for item in rows.iterator(chunk_size=200):
        own = texts(item, "summary", "issuer")
        editions = {edition.language: edition for edition in item.editions.all()}
        number = f"№ {item.number}" if item.number else ""
        body = {code: [number, own[code]] for code in languages()}
        for code, edition in editions.items():
            # A tag parts words: without the space two cells would become one.
            plain = strip_tags(edition.html.replace("<", " <"))
            body[code] += [plain, edition.text, edition.transcript]
        yield Document(
            public_id=item.public_id,
            title=texts(item, "title"),
            body={code: "\n".join(filter(None, parts)) for code, parts in body.items()},
            path=f"/library/{item.public_id}/",
            year=item.act_date.year if item.act_date else None,
            topics=tuple(topic.code for topic in item.topics.all()),
            force=(
                (item.in_force_from, item.in_force_to)
                if item.kind in (Item.Kind.ACT, Item.Kind.GUIDANCE)
                else None
            ),
        )


def topics() -> dict[str, str]:
    return {topic.code: topic.name.plain for topic in Topic.objects.all()}


declare(Kind("library", "library", _("Library"), items, topics))
