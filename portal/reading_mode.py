"""How a reader wants to see the pages: size, contrast, spacing, theme.

It is kept in one first-party cookie, set when the reader asks for it and nowhere else,
and works without scripts: the page gets attributes that the style sheet answers to.
"""

from dataclasses import asdict, dataclass, fields
from typing import Self

from django.utils.translation import gettext_lazy as _

COOKIE = "reading"
COOKIE_SECONDS = 365 * 24 * 60 * 60

CHOICES = {
    "size": [("", _("Normal")), ("large", _("Large")), ("huge", _("Very large"))],
    "contrast": [("", _("Normal")), ("high", _("High"))],
    "spacing": [("", _("Normal")), ("wide", _("Wide"))],
    "theme": [("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
}
LABELS = {
    "size": _("Letter size"),
    "contrast": _("Contrast"),
    "spacing": _("Spacing"),
    "theme": _("Colours"),
}


@dataclass(frozen=True)
class ReadingMode:
    size: str = ""
    contrast: str = ""
    spacing: str = ""
    theme: str = ""

    @classmethod
    def read(cls, cookie: str) -> Self:
        """Read the cookie; what it does not know it leaves out."""
        known = [field.name for field in fields(cls)]
        pairs = (part.partition("-") for part in cookie.split("."))
        return cls(
            **{
                name: value
                for name, _dash, value in pairs
                if name in known and value in dict(CHOICES[name])
            }
        )

    def write(self) -> str:
        return ".".join(
            f"{name}-{value}" for name, value in asdict(self).items() if value
        )

    @property
    def is_changed(self) -> bool:
        return bool(self.write())
