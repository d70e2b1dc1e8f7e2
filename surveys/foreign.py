"""What questionnaires of other programs have in common while they are read.

A reader fills a `Draft`: the items, and what did not get through, in words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import IO, Any

import nh3
from django.utils.translation import gettext as _

from foundation.languages import languages
from foundation.tables.mistakes import refuse
from surveys.definition import NAME
from surveys.xlsform import Loss

MOST_BYTES = 5_000_000
# Questions of a file, answers of a question.
MOST = 1_000
# What a choice may have for a code.
CODES = range(1, 32_768)
# What breaks a line, so that the words on its two sides do not run together.
BREAK = re.compile(r"(?=<(?:br|p|div|li|tr|td)\b)", re.IGNORECASE)
MEDIA = re.compile(r"<(?:img|video|audio|iframe|object|embed)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """An item that was read: how conditions name its answers."""

    code: str
    kind: str
    codes: Mapping[str, int] = field(default_factory=dict)


class Draft:
    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._taken: set[str] = set()
        # One loss is told once, in the order they were met.
        self._losses: dict[Loss, None] = {}

    @property
    def losses(self) -> list[Loss]:
        return list(self._losses)

    def lost(self, item: str, text: str) -> None:
        self._losses[Loss(item, text)] = None

    def lost_where(self, item: str, found: Mapping[str, Any]) -> None:
        """Name each loss whose condition is true."""
        for text, is_lost in found.items():
            if is_lost:
                self.lost(item, text)

    def name(self, told: str) -> str:
        """Return the name of a variable, its own where programs take it.

        Raises FileRefusedError where there are more than anybody would answer.
        """
        if len(self._taken) == MOST:
            raise refuse(_("It has more than %(most)s questions") % {"most": MOST})
        code = told
        if not NAME.match(told) or told.lower() in self._taken:
            plain_name = re.sub(r"[^A-Za-z0-9]", "", told)
            tries = (f"q{n}_{plain_name}"[:32] for n in count(len(self._taken) + 1))
            code = next(name for name in tries if name.lower() not in self._taken)
            text = _("the name “%(name)s”, which becomes “%(code)s”")
            self.lost(told, text % {"name": told, "code": code})
        self._taken.add(code.lower())
        return code

    def codes(self, item: str, told: Mapping[str, str]) -> dict[str, int]:
        """Return a number for each key; a code that is one is kept.

        Raises FileRefusedError where there are more than anybody would read.
        """
        if len(told) > MOST:
            text = _("“%(item)s” has more than %(most)s answers")
            raise refuse(text % {"item": item, "most": MOST})
        found: dict[str, int] = {}
        taken: set[int] = set()
        for key, code in told.items():
            own = int(code) if re.fullmatch(r"[0-9]{1,5}", code) else 0
            if own in CODES and own not in taken:
                found[key] = own
                taken.add(own)
        free = (number for number in CODES if number not in taken)
        for key, code in told.items():
            if key not in found:
                found[key] = next(free)
                text = _("the code “%(told)s”, which becomes %(code)s")
                self.lost(item, text % {"told": code, "code": found[key]})
        return found

    def words(
        self, item: str, texts: Mapping[str, str], base: str, instead: str = ""
    ) -> dict[str, str]:
        """Return plain texts in the portal's languages.

        Those of a language that the portal does not have stand for all that are missing.
        """
        found: dict[str, str] = {}
        for told, html in texts.items():
            if MEDIA.search(html):
                self.lost(item, _("pictures and other media"))
            if words := plain(html):
                found.setdefault(language(told), words)
        ours = {code: text for code, text in found.items() if code in languages()}
        foreign = found.get(language(base), "")
        for told in found.keys() - ours.keys():
            text = _("the words in the language “%(language)s”")
            self.lost("", text % {"language": told})
        if language(base) not in languages() or not ours:
            ours = {code: ours.get(code, foreign or instead) for code in languages()}
        return {code: text for code, text in ours.items() if text}

    def repeated(
        self,
        item: str,
        texts: Mapping[str, str],
        pattern: re.Pattern[str],
        name: Callable[[str], str | None],
    ) -> dict[str, str]:
        """Put the name of a variable where a text repeats what was answered before."""

        def put(match: re.Match[str]) -> str:
            if own := name(match[1]):
                return f"{{{own}}}"
            text = _("the words repeated from “%(source)s”")
            self.lost(item, text % {"source": match[1]})
            return "…"

        return {code: pattern.sub(put, text) for code, text in texts.items()}


def language(told: str) -> str:
    """Return the two letters of a language, of which Kazakh has several names."""
    code = re.split(r"[-_]", told.strip().lower())[0]
    return {"kaz": "kk", "rus": "ru", "eng": "en"}.get(code, code)


def plain(html: str) -> str:
    text = unescape(nh3.clean(BREAK.sub(" ", html), tags=set()))
    return " ".join(text.split())


def all_of(conditions: Iterable[list[Any] | None]) -> list[Any] | None:
    kept = [condition for condition in conditions if condition is not None]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else ["and", *kept]


def number(told: str) -> int | float | None:
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", told.strip()):
        return None
    value = float(told)
    return int(value) if value.is_integer() else value


def content_of(file: IO[bytes]) -> bytes:
    """Return the bytes of a file; one too large is refused."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise refuse(_("The file is larger than 5 MB"))
    return content
