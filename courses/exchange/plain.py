"""A question in one language, between the bank and a file."""

from dataclasses import dataclass, field
from typing import Any

LANGUAGES = {"kk", "ru", "en"}


@dataclass
class Plain:
    key: str
    kind: str
    scoring: str
    body: dict[str, Any]
    tags: list[str] = field(default_factory=list)


@dataclass
class Loss:
    """What a file says that is not taken over, with the line where it says it."""

    line: int
    text: str


def flatten(value: Any, language: str) -> Any:
    """Return a body with the texts of one language in place of all."""
    if isinstance(value, dict):
        if value and set(value) <= LANGUAGES:
            return value.get(language, "")
        return {key: flatten(inner, language) for key, inner in value.items()}
    if isinstance(value, list):
        return [flatten(inner, language) for inner in value]
    return value


TEXTS = {"stem", "text", "feedback", "explanation", "left", "right", "answers"}


def spread(value: Any, language: str, name: str = "") -> Any:
    """Return a body as the bank keeps it; the other languages are still to be written."""
    if name in TEXTS and isinstance(value, str | list):
        return {language: value}
    if isinstance(value, dict):
        return {key: spread(inner, language, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [spread(inner, language) for inner in value]
    return value
