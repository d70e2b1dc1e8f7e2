"""What readers can subscribe to. A room declares its kinds in its `topics.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.languages import Text
from foundation.territory.models import Area, PublicBody


@dataclass(frozen=True)
class TopicKind:
    """One kind of thing to subscribe to.

    `title` gives the title of a public row by its id, or None where there is none;
    `path` is its page without the language, with `{}` for the id.
    """

    kind: str
    label: str | Promise
    title: Callable[[str], Text | None]
    path: str


_kinds: dict[str, TopicKind] = {}


def declare(kind: TopicKind) -> None:
    _kinds[kind.kind] = kind


def topic_kind(name: str) -> TopicKind | None:
    return _kinds.get(name)


def _area(iso: str) -> Text | None:
    area = Area.objects.filter(iso=iso, valid_to=None).first()
    return area.name if area else None


def _body(code: str) -> Text | None:
    body = PublicBody.objects.filter(code=code).first()
    return body.name if body else None


declare(TopicKind("area", _("Area"), _area, "/areas/{}/"))
declare(TopicKind("body", _("Public body"), _body, "/bodies/{}/"))
