from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.encoding import iri_to_uri
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.languages import current_language
from foundation.search.facets import Filters
from foundation.search.query import LONGEST_QUESTION, MOST_PAGES, PAGE, Answer, search
from foundation.search.saved import LONGEST_SAVED, newest, saved_id


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    question = asked_for(request.GET)
    filters = Filters.read(request.GET)
    answer = search(
        question, filters=filters, page=_number(request.GET.get("page", ""))
    )
    saved = saved_id(question, filters)
    context = {
        "question": question,
        "filters": filters,
        "answer": answer,
        "home": f"/{current_language()}",
        # The address of this search, without the page.
        "address": saved,
        "can_subscribe": len(saved) <= LONGEST_SAVED,
        **_pages(answer),
    }
    return render(request, "search/page.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Return the newest finds of a search as Atom: a search one can subscribe to."""
    question, filters = asked_for(request.GET), Filters.read(request.GET)
    if not question and not filters.chosen:
        raise Http404
    home = f"{settings.PUBLIC_URL}/{current_language()}"
    address = saved_id(question, filters)
    atom = Atom1Feed(
        title=_("Search: %(question)s") % {"question": question or address},
        link=iri_to_uri(f"{home}/search/?{address}"),
        description="",
        language=current_language(),
        feed_url=iri_to_uri(f"{home}/search/feed/?{address}"),
    )
    for row in newest(question, filters):
        atom.add_item(
            title=row.title,
            link=home + row.path,
            description="",
            unique_id=f"{settings.PUBLIC_URL}/#{row.kind}/{row.public_id}",
            pubdate=row.added_at,
            updateddate=row.added_at,
        )
    response = HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def asked_for(asked: QueryDict) -> str:
    return asked.get("q", "").replace("\x00", "").strip()[:LONGEST_QUESTION]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _pages(answer: Answer) -> dict[str, Any]:
    last = min(-(-answer.total // PAGE), MOST_PAGES)
    return {
        "previous_page": answer.page - 1 if answer.page > 1 else None,
        "next_page": answer.page + 1 if answer.page < last else None,
    }
