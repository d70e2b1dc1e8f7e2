"""A search that is kept: its address, its newest finds, and the mail about them.

Nothing is stored of it but the subscription, whose topic is the search's own address.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, quote_plus

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.languages import Text, current_language, languages
from foundation.notifications.models import Subscription
from foundation.notifications.services import announce
from foundation.notifications.topics import TopicKind, declare
from foundation.search.facets import Filters
from foundation.search.models import SearchDocument
from foundation.search.query import found_ids

TOPIC = "search"
# A topic's id has 80 characters.
LONGEST_SAVED = 80
SPECIAL = re.compile(r"[^\w.-]", re.UNICODE)
NEWEST = 50
# Finds of the days before are looked at again, in case the task was down.
LOOK_BACK = timedelta(days=3)


def saved_id(question: str, filters: Filters) -> str:
    """Return the address of a search: the same search has one address only.

    Letters stay letters, for encoded a Cyrillic one takes six characters.
    """
    asked = {"q": question, **filters.chosen} if question else filters.chosen
    return "&".join(
        f"{name}={SPECIAL.sub(lambda found: quote_plus(found[0]), value)}"
        for name, value in asked.items()
    )


def read_saved(saved: str) -> tuple[str, Filters]:
    asked = QueryDict(mutable=True)
    asked.update(dict(parse_qsl(saved)))
    return asked.get("q", ""), Filters.read(asked)


def newest(
    question: str, filters: Filters, *, most: int = NEWEST
) -> list[SearchDocument]:
    """Return the rows found last, in the reader's language where there is one."""
    rows = SearchDocument.objects.defer("tsv", "body")
    found = rows.filter(pk__in=found_ids(question, filters)).order_by("-added_at", "pk")
    return list(found[:most])


def _title(saved: str) -> Text | None:
    question, filters = read_saved(saved)
    if not question.strip() or saved != saved_id(question, filters):
        return None
    words = ", ".join([question, *filters.chosen.values()])
    return Text(words, current_language())


declare(TopicKind(TOPIC, _("Search"), _title, "/search/?{}"))


def watched() -> Iterator[str]:
    rows = Subscription.objects.confirmed().filter(topic_kind=TOPIC)
    yield from rows.values_list("topic_id", flat=True).distinct()


def announce_new_finds(saved: str) -> int:
    """Mail who follows a search of what was found first in the last days, each once."""
    question, filters = read_saved(saved)
    since = timezone.now() - LOOK_BACK
    fresh = [row for row in newest(question, filters) if row.added_at >= since]
    for row in fresh:
        titles = SearchDocument.objects.filter(kind=row.kind, public_id=row.public_id)
        announce(
            key=f"search:{row.kind}:{row.public_id}",
            topics=[(TOPIC, saved)],
            template="page_found",
            context={
                "title": dict.fromkeys(languages(), "")
                | dict(titles.values_list("language", "title")),
                "path": row.path,
                "search": question,
            },
        )
    return len(fresh)
