"""Search inside sealed reports: open them, look, and keep nothing of the question.

There is no index, in clear or blind, and the question goes to no database. So that a
search opens few rows, what many cases say is sealed together under the holder's own root
(`shards.py`); what is in no shard yet is opened one by one.
"""

import re
import time
from contextlib import suppress
from dataclasses import dataclass

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.search.kazakh import fold, query_stems, stems, words
from reports.crypto import SealBrokenError
from reports.models import Tip, Wrap
from reports.services.cases import key_of
from reports.services.shards import (
    content_wraps,
    held,
    pack,
    packed,
    quick_fold,
    texts,
)
from reports.services.vaults import OpenVault

BESIDE = 60
SHOWN = 100
# A first search over thousands of new cases is spread over several.
SECONDS = 5.0
# A longer word also finds those that share all but its last two letters: case endings
# of Russian and English need no more here.
LONG_WORD = 5
OPEN_TO = 3


@dataclass(frozen=True)
class Found:
    tip: Tip
    excerpt: str


class Question:
    """Words that must all be in a text, however they are inflected."""

    def __init__(self, text: str) -> None:
        self.asked = [_Asked(word) for word in words(text)[:10]]

    def __bool__(self) -> bool:
        return bool(self.asked)

    def place_in(self, folded: str) -> int | None:
        """Return where the first word stands, if all of them are there."""
        places = [asked.place_in(folded) for asked in self.asked]
        return None if None in places else places[0]

    def is_met_by(self, folded: str) -> bool:
        return self.place_in(folded) is not None

    def excerpt(self, text: str) -> str:
        place = self.place_in(quick_fold(text)) or 0
        start = max(0, place - BESIDE)
        return " ".join(text[start : place + 2 * BESIDE].split())


class _Asked:
    def __init__(self, word: str) -> None:
        self.folded = fold(word)
        self.stems = query_stems(word)
        beginnings = {stem[: max(2, len(stem) - 1)] for stem in self.stems}
        if len(self.folded) >= LONG_WORD:
            beginnings.add(self.folded[:-2])
        self.beginnings = beginnings
        options = map(re.escape, beginnings)
        self.candidates = re.compile(rf"(?<![^\W_])(?:{'|'.join(options)})[^\W_]*")

    def place_in(self, folded: str) -> int | None:
        at = folded.find(self.folded)
        if at >= 0:
            return at
        # Plain search is so much quicker that it pays to ask it first.
        if not any(beginning in folded for beginning in self.beginnings):
            return None
        for found in self.candidates.finditer(folded):
            if self._is_meant(found[0]):
                return found.start()
        return None

    def _is_meant(self, word: str) -> bool:
        if len(self.folded) >= LONG_WORD and word.startswith(self.folded[:-2]):
            return len(word) <= len(self.folded) + OPEN_TO
        # Past the function's cache: what was read must not stay in memory.
        return not self.stems.isdisjoint(stems.__wrapped__(word))


@dataclass(frozen=True)
class Finds:
    """How many cases were found, and the first of them."""

    count: int = 0
    shown: tuple[Found, ...] = ()


def find(*, question: str, vault: OpenVault, by: User) -> Finds:
    """Return the cases that say what is asked for; one that was changed is passed.

    Keys that were never opened are opened first, for some seconds; `unopened` tells how
    many are left to the next search.
    """
    asked = Question(question)
    if not asked:
        return Finds()
    ends = time.monotonic() + SECONDS
    _open_new(vault, by, ends)
    pack(vault, ends)
    left = dict(held(vault).values_list("tip", "shard"))
    found = {tip for tip, text in packed(vault, left) if asked.is_met_by(text)}
    for tip, text in texts(vault, left):
        if asked.is_met_by(quick_fold(text)):
            found.add(tip)
    record(
        action="search", kind="vault", public_id=str(vault.recipient.public_id), by=by
    )
    rows = list(Tip.objects.filter(pk__in=found)[:SHOWN])
    return Finds(len(found), _shown(rows, asked, vault))


def _shown(rows: list[Tip], asked: Question, vault: OpenVault) -> tuple[Found, ...]:
    said = dict(texts(vault, [row.pk for row in rows]))
    return tuple(Found(row, asked.excerpt(said.get(row.pk, ""))) for row in rows)


def _open_new(vault: OpenVault, by: User, ends: float) -> None:
    """Open the keys that were never opened; it is done once for each case."""
    for row in (
        content_wraps(vault).filter(own=None).select_related("tip").iterator(200)
    ):
        if time.monotonic() > ends:
            return
        with suppress(SealBrokenError):
            key_of(row.tip, vault, Wrap.Purpose.CONTENT, by)


def unopened(vault: OpenVault) -> int:
    return content_wraps(vault).filter(own=None).count()
