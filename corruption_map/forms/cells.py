"""Fields for the cells of an imported table: they say what is wrong and suggest."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corruption_map.personal_data import Kind, find
from corruption_map.sheets import SEPARATOR
from foundation.tables.columns import fold

FIRST_YEAR, LAST_YEAR = 1991, 2100
LONG_TEXT = 10_000
SPACES = {ord(sign): None for sign in " \u00a0\u2009\u202f"}
# What no text of the map may hold; a body's phone number may well stand in one.
PRIVATE = {Kind.IIN, Kind.CARD}


class TextCell(forms.CharField):
    def __init__(self, *, max_length: int = LONG_TEXT, required: bool = False) -> None:
        super().__init__(max_length=max_length, required=required)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text and any(found.kind in PRIVATE for found in find(text)):
            raise forms.ValidationError(
                _("The text holds a person's IIN or card number: take it out")
            )
        return text


class WholeNumberCell(forms.IntegerField):
    default_error_messages = {"invalid": gettext_lazy("Write a whole number")}


class DecimalCell(forms.DecimalField):
    """A number with a decimal point or comma, thousands set apart or not."""

    default_error_messages = {
        "invalid": gettext_lazy("Write a number in digits, as 1250000.50"),
    }

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        text = str(value or "").translate(SPACES)
        if "," in text:
            if "." in text or text.count(",") > 1:
                raise forms.ValidationError(
                    _("It is not clear where the decimals of “%(value)s” begin"),
                    params={"value": value},
                )
            text = text.replace(",", ".")
        return super().to_python(text)


class DateCell(forms.DateField):
    default_error_messages = {
        "invalid": gettext_lazy(
            "Write a date that exists, as 2024-12-31 or 31.12.2024"
        ),
    }

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(required=required, input_formats=["%Y-%m-%d", "%d.%m.%Y"])

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("The year %(year)s is not between %(first)s and %(last)s"),
                params={"year": day.year, "first": FIRST_YEAR, "last": LAST_YEAR},
            )
        return day


class KnownRows:
    """Rows that a cell may name, by code or by full name in any language."""

    def __init__(
        self, by_code: Mapping[str, Any], names: Mapping[str, str] | None = None
    ) -> None:
        self.by_code = by_code
        self.code_of = {code.casefold(): code for code in by_code}
        self.code_of |= {
            fold(name): code for name, code in (names or {}).items() if code in by_code
        }
        self.nearest: dict[str, str | None] = {}

    def get(self, text: str) -> Any:
        if text in self.by_code:
            return self.by_code[text]
        code = self.code_of.get(fold(text))
        return None if code is None else self.by_code[code]

    def near(self, text: str) -> str | None:
        """Return the code most like a text; asked once for each text."""
        if text not in self.nearest:
            found = get_close_matches(fold(text), self.code_of, n=1)
            self.nearest[text] = self.code_of[found[0]] if found else None
        return self.nearest[text]


class CodeCell(forms.CharField):
    """A cell that names a row by its code."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(max_length=300, required=required)
        self.known = KnownRows({})
        # Codes that exist, but not for this person.
        self.beyond_scope: frozenset[str] = frozenset()

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.named(text) if text else None

    def named(self, text: str) -> Any:
        row = self.known.get(text)
        if row is not None:
            return row
        if text in self.beyond_scope:
            raise forms.ValidationError(
                _("“%(code)s” does not belong to what you work on"),
                params={"code": text},
            )
        near = self.known.near(text)
        if near:
            raise forms.ValidationError(
                _("Unknown code “%(code)s”: did you mean “%(near)s”?"),
                params={"code": text[:80], "near": near},
            )
        raise forms.ValidationError(
            _("Unknown code “%(code)s”"), params={"code": text[:80]}
        )


class CodesCell(CodeCell):
    """A cell that names several rows, with semicolons between the codes."""

    def __init__(self) -> None:
        super().__init__()
        self.max_length = None
        self.validators = []

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        codes = [part.strip() for part in text.split(SEPARATOR.strip())]
        return [self.named(code) for code in dict.fromkeys(codes) if code]


class WordCell(forms.CharField):
    """A cell that takes one of few words, in whichever language."""

    def __init__(self, words: Mapping[str, Any], *, required: bool = False) -> None:
        super().__init__(max_length=100, required=required)
        self.words = words

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if text.casefold() not in self.words:
            raise forms.ValidationError(
                _("Write one of: %(words)s"),
                params={"words": ", ".join(str(word) for word in self.words)},
            )
        return self.words[text.casefold()]
