"""The public pages of the library."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Count
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.languages import current_language, languages
from foundation.media import media_response
from foundation.open_data.exports import export_response
from foundation.publication import stored_page
from library.datasets import ITEMS
from library.filters import LibraryFilterForm, matching
from library.forms import HelpfulForm
from library.models import Edition, Item, ItemQuerySet, Topic
from library.services import count_helpful

ITEMS_IN_FEED = 50


@dataclass(frozen=True)
class Facet:
    """One choice of a facet with how many items it would leave."""

    code: str
    label: str
    count: int
    is_chosen: bool


@stored_page
def library(request: HttpRequest) -> HttpResponse:
    form = LibraryFilterForm(request.GET)
    is_refused = not form.is_valid()
    chosen = {} if is_refused else form.cleaned_data
    today = timezone.localdate()
    items = matching(chosen, today)
    context = {
        "form": form,
        "is_refused": is_refused,
        "items": items.prefetch_related("topics"),
        "total": items.count(),
        "facets": facets(chosen, today),
        "today": today,
        "query": request.GET.urlencode(),
    }
    return render(request, "library/library.html", context)


def facets(chosen: dict[str, str], today: date) -> list[tuple[str, str, list[Facet]]]:
    """Return each facet with its counts, the other facets' choices applied."""

    def without(name: str) -> ItemQuerySet:
        others = {key: value for key, value in chosen.items() if key != name}
        return matching(others, today).order_by()

    kinds = dict(without("kind").values_list("kind").annotate(n=Count("pk")))
    topics = dict(without("topic").values_list("topics__code").annotate(n=Count("pk")))
    others = without("force")
    force = {
        "yes": others.not_ended(today).count(),
        "no": others.no_longer_in_force(today).count(),
    }
    names = {topic.code: topic.name.plain for topic in Topic.objects.all()}
    labels = {"yes": _("No end known"), "no": _("No longer in force")}
    wanted: list[tuple[str, str, Iterable[tuple[str, str]], dict[str, int]]] = [
        ("kind", _("Kind"), [(k, str(label)) for k, label in Item.Kind.choices], kinds),
        ("topic", _("Topic"), names.items(), topics),
        ("force", _("In force"), labels.items(), force),
    ]
    return [
        (
            name,
            title,
            [
                Facet(code, label, counts[code], chosen.get(name) == code)
                for code, label in choices
                if counts.get(code)
            ],
        )
        for name, title, choices, counts in wanted
    ]


@stored_page
def item(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Item.objects.public(), public_id=public_id)
    editions = {edition.language: edition for edition in row.editions.all()}
    edition = next(
        (
            editions[code]
            for code in [current_language(), *languages()]
            if code in editions
        ),
        None,
    )
    public = Item.objects.public()
    context = {
        "item": row,
        "edition": edition,
        "official": [e for e in editions.values() if e.is_official],
        "in_force": row.is_in_force(timezone.localdate()),
        "relations": [
            (_("Amends"), public.filter(amended_by=row)),
            (_("Amended by"), public.filter(amends=row)),
            (_("Repeals"), public.filter(repealed_by=row)),
            (_("Repealed by"), public.filter(repeals=row)),
        ],
        "topics": row.topics.all(),
        "changes": row.changes.all(),
        "permalink": f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
        "has_demo": row.is_demo,
    }
    return render(request, "library/item.html", context)


@require_http_methods(["GET", "POST"])
def helpful(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Item.objects.public(), public_id=public_id)
    form = HelpfulForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count_helpful(item=row, is_helpful=form.cleaned_data["answer"] == "yes")
        return HttpResponseRedirect("?counted=1")
    is_counted = request.GET.get("counted") == "1"
    context = {"item": row, "form": form, "is_counted": is_counted}
    return render(request, "library/helpful.html", context)


@stored_page
def feed(request: HttpRequest) -> HttpResponse:
    """Return what is new, of one kind or topic where the address names it."""
    form = LibraryFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    home = f"{settings.PUBLIC_URL}/{current_language()}"
    atom = Atom1Feed(
        title=_("Library"),
        link=f"{home}/library/",
        description=_("Acts, guidance, analyses, reports, videos and news"),
        language=current_language(),
        feed_url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
    )
    rows = matching(chosen, timezone.localdate()).order_by("-published_at", "-pk")
    for row in rows[:ITEMS_IN_FEED]:
        atom.add_item(
            title=row.title.plain,
            link=f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
            description=row.summary.plain,
            unique_id=f"{settings.PUBLIC_URL}/#library/{row.public_id}",
            pubdate=row.published_at,
            updateddate=row.updated_at,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


@require_safe
def file(request: HttpRequest, edition_id: int, part: str) -> HttpResponseBase:
    """Return a file of a public item, or the captions or the poster of its video."""
    editions = Edition.objects.filter(item__state=Item.State.PUBLISHED)
    edition = get_object_or_404(editions, pk=edition_id)
    files = {
        "file": edition.file,
        "captions": edition.captions,
        "poster": edition.poster,
    }
    stored = files.get(part)
    if not stored:
        raise Http404
    is_shown = part != "file" or edition.item.kind == Item.Kind.VIDEO
    return media_response(request, stored, as_attachment=not is_shown)


@require_safe
def export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    form = LibraryFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    ids = matching(chosen, timezone.localdate()).order_by().values("pk")
    rows = ITEMS.rows().filter(pk__in=ids)
    with_bom = request.GET.get("bom") == "1"
    return export_response(ITEMS, rows, file_format, "library", with_bom=with_bom)
