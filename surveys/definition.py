"""A questionnaire as plain data, the way it is frozen, hashed, asked and exported.

Nothing here touches the database: the form, the server's check, the counts and every
export read the same `Definition`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from foundation.languages import Text, pick

# A name that SPSS, Stata and R take as it is.
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,31}$")

CHOSEN = {"single", "scale"}
WITH_CHOICES = {"single", "multiple", "scale", "matrix", "ranking"}
PLAIN = ["number", "date", "text", "area", "body", "info", "derived"]
KINDS = [*sorted(WITH_CHOICES), *PLAIN]


@dataclass(frozen=True)
class Option:
    code: int
    label: Mapping[str, str]
    short: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""
    exclusive: bool = False
    pinned: bool = False
    value: float | None = None

    @property
    def text(self) -> Text:
        return pick(dict(self.label))


@dataclass(frozen=True)
class Question:
    code: str
    kind: str
    text: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    sensitive: bool = False
    base: list[Any] | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    checks: tuple[Mapping[str, Any], ...] = ()
    random: bool = False
    choices: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()

    @property
    def words(self) -> Text:
        return pick(dict(self.text))

    @property
    def is_asked(self) -> bool:
        return self.kind not in {"info", "derived"}

    @property
    def is_derived(self) -> bool:
        """Tell whether it is a figure made of other answers, asked of nobody."""
        return self.kind == "derived"

    @property
    def codes(self) -> set[int]:
        return {option.code for option in self.choices}

    def option(self, code: Any) -> Option | None:
        return next((o for o in self.choices if o.code == code), None)

    @property
    def valid_codes(self) -> set[int]:
        return {o.code for o in self.choices if not o.missing}


@dataclass(frozen=True)
class Definition:
    code: str
    number: int
    title: Mapping[str, str]
    intro: Mapping[str, str]
    items: tuple[Question, ...]

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(item for item in self.items if item.is_asked)

    @property
    def derived(self) -> Iterator[Question]:
        return (item for item in self.items if item.is_derived)

    def question(self, code: str) -> Question | None:
        return next((q for q in self.items if q.code == code), None)


def from_body(body: Mapping[str, Any]) -> Definition:
    return Definition(
        code=body["code"],
        number=body["number"],
        title=body["title"],
        intro=body.get("intro", {}),
        items=tuple(_question(item) for item in body["items"]),
    )


def _question(item: Mapping[str, Any]) -> Question:
    plain = {
        key: item[key]
        for key in (
            "code",
            "kind",
            "text",
            "hint",
            "short",
            "required",
            "sensitive",
            "base",
            "limits",
            "random",
        )
        if key in item
    }
    return Question(
        **plain,
        checks=tuple(item.get("checks", ())),
        choices=tuple(Option(**option) for option in item.get("choices", ())),
        rows=tuple(Option(**option) for option in item.get("rows", ())),
    )


def canonical(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(body: Mapping[str, Any]) -> str:
    return sha256(canonical(body).encode()).hexdigest()
