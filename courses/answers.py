"""Show a question without its keys, and read the answer that came back.

What the browser gets names options by their place in the attempt's own order, so that
neither a key nor the order of writing can give an answer away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses.grading import CHOICES, LONGEST_ANSWER, options
from courses.models import AttemptItem, QuestionVersion
from foundation.languages import Text, pick

Kind = QuestionVersion.Kind


@dataclass(frozen=True)
class Option:
    value: str
    text: Text
    is_chosen: bool


@dataclass(frozen=True)
class Part:
    """A row of matching, a place of ordering or a gap: one list to choose from."""

    name: str
    label: Text | str
    options: list[Option]


@dataclass(frozen=True)
class Shown:
    """A question as a learner sees it: no key, fraction or feedback is in here."""

    number: int
    name: str
    kind: str
    stem: Text
    options: list[Option] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    text: str = ""


def field_name(item: AttemptItem) -> str:
    return f"q{item.position}"


def show(item: AttemptItem) -> Shown:
    version = item.question
    kind, body, name = version.kind, version.body, field_name(item)
    rows = options(kind, body)
    given = item.response
    shown = [rows[place] for place in item.option_order]
    single: list[Option] = []
    parts: list[Part] = []
    if kind in CHOICES:
        chosen = given if isinstance(given, list) else [given]
        single = [
            Option(str(place), pick(row["text"]), row["key"] in chosen)
            for place, row in enumerate(shown)
        ]
    elif kind == Kind.MATCHING:
        parts = [
            Part(
                f"{name}.{place}",
                pick(pair["left"]),
                _choices(shown, "right", (given or {}).get(pair["key"])),
            )
            for place, pair in enumerate(rows)
        ]
    elif kind == Kind.ORDERING:
        parts = [
            Part(f"{name}.{place}", str(place + 1), _choices(shown, "text", key))
            for place, key in enumerate(_padded(given, len(rows)))
        ]
    elif kind == Kind.CLOZE:
        parts = [
            Part(
                f"{name}.{place}",
                f"({gap['key']})",
                _choices(gap["options"], "text", (given or {}).get(gap["key"])),
            )
            for place, gap in enumerate(body["gaps"])
        ]
    text = given if isinstance(given, str) and kind not in CHOICES else ""
    stem = version.read("text" if kind == Kind.CLOZE else "stem")
    return Shown(item.position, name, kind, stem, single, parts, text)


def _choices(rows: list[dict[str, Any]], part: str, chosen: Any) -> list[Option]:
    return [
        Option(str(place), pick(row[part]), row["key"] == chosen)
        for place, row in enumerate(rows)
    ]


def _padded(given: Any, length: int) -> list[Any]:
    rows = list(given or [])[:length]
    return rows + [None] * (length - len(rows))


def is_in(item: AttemptItem, sent: Mapping[str, Any]) -> bool:
    """Tell whether a form speaks of this question at all."""
    name = field_name(item)
    return f"{name}.shown" in sent


def read(item: AttemptItem, sent: Mapping[str, Any]) -> Any:
    """Return the answer with the question's own keys; None where there is none."""
    kind, body, name = item.question.kind, item.question.body, field_name(item)
    rows = options(kind, body)
    keys = [rows[place]["key"] for place in item.option_order]
    if kind == Kind.MULTIPLE:
        return [key for v in _list(sent, name) if (key := _at(keys, v))] or None
    if kind in CHOICES:
        return _at(keys, sent.get(name))
    if kind == Kind.MATCHING:
        return _by_key(
            {
                pair["key"]: _at(keys, sent.get(f"{name}.{n}"))
                for n, pair in enumerate(rows)
            }
        )
    if kind == Kind.ORDERING:
        places = [_at(keys, sent.get(f"{name}.{n}")) for n in range(len(rows))]
        return places if any(places) else None
    if kind == Kind.CLOZE:
        return _by_key(
            {
                gap["key"]: _at(
                    [option["key"] for option in gap["options"]],
                    sent.get(f"{name}.{n}"),
                )
                for n, gap in enumerate(body["gaps"])
            }
        )
    return str(sent.get(name) or "").replace("\0", "").strip()[:LONGEST_ANSWER] or None


def _list(sent: Mapping[str, Any], name: str) -> list[str]:
    getlist = getattr(sent, "getlist", None)
    return getlist(name) if getlist else list(sent.get(name) or [])


def _at(keys: list[str], value: Any) -> str | None:
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(keys):
        return keys[int(text)]
    return None


def _by_key(given: dict[str, str | None]) -> dict[str, str] | None:
    found = {key: value for key, value in given.items() if value}
    return found or None
