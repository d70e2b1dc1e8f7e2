from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.languages import current_language
from foundation.search.query import LONGEST_QUESTION, MOST_PAGES, PAGE, Answer, search
from foundation.search.registry import kinds


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    question = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds() else ""
    answer = search(question, kind=kind, page=_number(request.GET.get("page", "")))
    context = {
        "question": question,
        "kind": kind,
        "answer": answer,
        "home": f"/{current_language()}",
        **_pages(answer, kind),
    }
    return render(request, "search/page.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _pages(answer: Answer, kind: str) -> dict[str, Any]:
    shown = answer.counts.get(kind, 0) if kind else answer.total
    last = min(-(-shown // PAGE), MOST_PAGES)
    return {
        "shown": shown,
        "previous_page": answer.page - 1 if answer.page > 1 else None,
        "next_page": answer.page + 1 if answer.page < last else None,
    }
