"""Texts kept in Kazakh, Russian and English.

A model has the three columns `title_kk`, `title_ru`, `title_en` and says
`title = Translated("title")`. Reading `risk.title` gives the text in the reader's
language, or openly in another one: a `Text` knows its language, and a template
marks it with `lang`.
"""

from functools import cache
from typing import Any, Self, overload

from django.conf import settings
from django.db.models import Model
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class Text(str):
    """A text that knows in which language it is written."""

    __slots__ = ("is_fallback", "language")
    language: str
    is_fallback: bool

    def __new__(cls, value: str, language: str, *, is_fallback: bool = False) -> Self:
        text = super().__new__(cls, value)
        text.language = language
        text.is_fallback = is_fallback
        return text

    def __html__(self) -> SafeString:
        if self.is_fallback:
            return format_html('<span lang="{}">{}</span>', self.language, self.plain)
        return escape(self.plain)

    @property
    def plain(self) -> str:
        """The bare text, for attributes and files."""
        return str.__str__(self)


def languages() -> list[str]:
    """Return the codes of the portal's languages, the first one leading."""
    return [code for code, _ in settings.LANGUAGES]


def current_language() -> str:
    return _portal_language(get_language() or settings.LANGUAGE_CODE)


@cache
def _portal_language(code: str) -> str:
    """Return the portal's language of a locale; asked for with every word and number."""
    return code[:2] if code[:2] in languages() else settings.LANGUAGE_CODE


def pick(texts: dict[str, str]) -> Text:
    """Return the text in the reader's language, else in the first that has one."""
    wanted = current_language()
    for code in [wanted, *languages()]:
        if texts.get(code):
            return Text(texts[code], code, is_fallback=code != wanted)
    return Text("", wanted)


class Translated:
    """Read the column of the reader's language: `title` from `title_kk` and so on."""

    def __init__(self, field: str) -> None:
        self.field = field

    @overload
    def __get__(self, row: None, owner: type[Model]) -> Self: ...
    @overload
    def __get__(self, row: Model, owner: type[Model]) -> Text: ...
    def __get__(self, row: Model | None, owner: type[Model]) -> Self | Text:
        if row is None:
            return self
        values: dict[str, Any] = {
            code: getattr(row, f"{self.field}_{code}") for code in languages()
        }
        return pick(values)


def column(field: str) -> str:
    """Return the column of the reader's language, for sorting: `name_kk`."""
    return f"{field}_{current_language()}"


def columns(field: str) -> tuple[str, ...]:
    """Return the columns of a text: `name_kk`, `name_ru`, `name_en`."""
    return tuple(f"{field}_{code}" for code in languages())


# No PostgreSQL of ours has ICU, so Kazakh order is made here: Ә follows А, І follows Ы.
ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
PLACES = {letter: chr(0x400 + place) for place, letter in enumerate(ALPHABET)}


def alphabetical(text: str) -> str:
    """Return a key that sorts names as a Kazakh or Russian dictionary does."""
    return "".join(PLACES.get(letter, letter) for letter in text.lower())
