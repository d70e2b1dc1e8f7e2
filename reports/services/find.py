"""Search inside sealed reports: open them one by one, look, and keep nothing.

There is no index, in clear or blind, and the question goes to no database: a vault that
is open reads its cases at some ten thousand in a second.
"""

import itertools
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.search.kazakh import fold, query_stems, stems, words
from reports.crypto import Place, SealBrokenError, unseal, unseal_text
from reports.models import SealedMessage, Tip, Wrap
from reports.services.cases import key_of
from reports.services.vaults import OpenVault

BESIDE = 60
# A first search over thousands of new cases is spread over several.
SECONDS = 5.0
# A longer word also finds those that share all but its last two letters: case endings
# of Russian and English need no more here.
LONG_WORD = 5
OPEN_TO = 3
FOLDED_LETTERS = list(zip("әғқңөұүһіёi", "агкноуухиеи", strict=True))


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


def quick_fold(text: str) -> str:
    """Return what `fold` returns for a long text, in a tenth of its time."""
    text = text.lower()
    for letter, folded in FOLDED_LETTERS:
        text = text.replace(letter, folded)
    return text


def find(*, question: str, vault: OpenVault, by: User) -> list[Found]:
    """Return the cases that say what is asked for; one that was changed is passed.

    Keys that were never opened are opened first, for some seconds; `unopened` tells how
    many are left to the next search.
    """
    asked = Question(question)
    if not asked:
        return []
    _open_new(vault, by)
    said = _messages(vault)
    found: dict[UUID, str] = {}
    for sealed in _held(vault):
        text = _text(sealed, said.get(sealed.tip, []), vault)
        place = asked.place_in(quick_fold(text))
        if place is not None:
            found[sealed.tip] = _excerpt(text, place)
    record(
        action="search", kind="vault", public_id=str(vault.recipient.public_id), by=by
    )
    return [Found(tip, found[tip.pk]) for tip in Tip.objects.filter(pk__in=found)]


Message = tuple[UUID, str, int, Any]


class Sealed(NamedTuple):
    """What of a case is searched; no more is fetched, for there are thousands."""

    tip: UUID
    epoch: int
    own: Any
    head: Any
    desk: Any


def _wraps(vault: OpenVault) -> QuerySet[Wrap]:
    content = Wrap.Purpose.CONTENT
    return Wrap.objects.filter(recipient=vault.recipient, purpose=content)


def _open_new(vault: OpenVault, by: User) -> None:
    """Open the keys that were never opened; it is done once for each case."""
    ends = time.monotonic() + SECONDS
    for row in _wraps(vault).filter(own=None).select_related("tip").iterator(200):
        if time.monotonic() > ends:
            return
        with suppress(SealBrokenError):
            key_of(row.tip, vault, Wrap.Purpose.CONTENT, by)


def unopened(vault: OpenVault) -> int:
    return _wraps(vault).filter(own=None).count()


def _held(vault: OpenVault) -> Iterator[Sealed]:
    rows = _wraps(vault).exclude(own=None)
    columns = ("tip", "epoch", "own", "tip__head", "tip__desk")
    return itertools.starmap(Sealed, rows.values_list(*columns).iterator(2000))


def _messages(vault: OpenVault) -> dict[UUID, list[Message]]:
    held = Tip.objects.held_by(vault.recipient.user)
    rows = SealedMessage.objects.filter(tip__in=held).order_by("number")
    found: dict[UUID, list[Message]] = {}
    for tip, row, side, number, body in rows.values_list(
        "tip", "id", "side", "number", "body"
    ):
        found.setdefault(tip, []).append((row, side, number, body))
    return found


def _text(sealed: Sealed, messages: list[Message], vault: OpenVault) -> str:
    tip, person = sealed.tip, vault.recipient.public_id
    place = Place("wrap", Wrap.Purpose.CONTENT.value, tip, person, sealed.epoch)
    try:
        key = unseal(vault.root.own_key, sealed.own, place)
        head = unseal_text(key, sealed.head, Place("tip", "head", tip, tip))
        texts = list(json.loads(head)["answers"].values())
        if sealed.desk is not None:
            desk = unseal_text(key, sealed.desk, Place("tip", "desk", tip, tip))
            texts += json.loads(desk)["labels"]
        for row, side, number, body in messages:
            place = Place("message", side, tip, row, number)
            turn = json.loads(unseal_text(key, body, place))
            texts.append(json.loads(turn["said"])["text"])
    except SealBrokenError:
        return ""
    return "\n".join(texts)


def _excerpt(text: str, place: int) -> str:
    start = max(0, place - BESIDE)
    return " ".join(text[start : place + 2 * BESIDE].split())
