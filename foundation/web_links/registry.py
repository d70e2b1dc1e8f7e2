"""Where public pages lead to. A room declares it in its `web_links.py`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.db.models import QuerySet

# What stands around an address in a running text is not part of it.
IN_TEXT = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)\]]")


@dataclass(frozen=True)
class Kind:
    """Rows of one model with a public page, and the addresses each of them names.

    What is no address of the web is passed over: a telephone, a page of the portal.
    """

    rows: Callable[[], QuerySet[Any]]
    addresses: Callable[[Any], Iterable[str]]


_kinds: list[Kind] = []


def declare(kind: Kind) -> None:
    _kinds.append(kind)


def kinds() -> list[Kind]:
    return _kinds


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def in_html(html: str) -> list[str]:
    """Return where the links of an HTML text lead to."""
    parser = _Links()
    parser.feed(html)
    parser.close()
    return parser.found


def in_text(text: str) -> list[str]:
    """Return the addresses that are written out in a plain text."""
    return IN_TEXT.findall(text)
