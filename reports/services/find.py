"""Search inside sealed reports: open them one by one, look, and keep nothing.

There is no index, in clear or blind, and the question goes to no database: a vault that
is open reads its cases at some ten thousand in a second.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.search.kazakh import fold, query_stems, stems, words
from reports.crypto import Place, SealBrokenError, unseal, unseal_text
from reports.models import SealedMessage, Tip, Wrap
from reports.services.cases import key_of
from reports.services.vaults import OpenVault

BESIDE = 60
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


class _Asked:
    def __init__(self, word: str) -> None:
        self.folded = fold(word)
        self.stems = query_stems(word)
        beginnings = {stem[: max(2, len(stem) - 1)] for stem in self.stems}
        if len(self.folded) >= LONG_WORD:
            beginnings.add(self.folded[:-2])
        # Shorter ones cover longer ones.
        options = sorted(map(re.escape, beginnings), key=len)
        self.candidates = re.compile(rf"(?<![^\W_])(?:{'|'.join(options)})[^\W_]*")

    def place_in(self, folded: str) -> int | None:
        at = folded.find(self.folded)
        if at >= 0:
            return at
        for found in self.candidates.finditer(folded):
            if self._is_meant(found[0]):
                return found.start()
        return None

    def _is_meant(self, word: str) -> bool:
        if len(self.folded) >= LONG_WORD and word.startswith(self.folded[:-2]):
            return len(word) <= len(self.folded) + OPEN_TO
        # Past the function's cache: what was read must not stay in memory.
        return not self.stems.isdisjoint(stems.__wrapped__(word))


def find(*, question: str, vault: OpenVault, by: User) -> list[Found]:
    """Return the cases that say what is asked for; one that was changed is passed."""
    asked = Question(question)
    if not asked:
        return []
    said = _messages(vault)
    found = []
    for tip, wrapped in _held(vault):
        text = _text(tip, wrapped, said.get(tip.id, []), vault, by)
        place = asked.place_in(fold(text))
        if place is not None:
            found.append(Found(tip, _excerpt(text, place)))
    record(
        action="search", kind="vault", public_id=str(vault.recipient.public_id), by=by
    )
    return found


Message = tuple[UUID, str, int, Any]


def _held(vault: OpenVault) -> list[tuple[Tip, Wrap]]:
    wraps = Wrap.objects.filter(recipient=vault.recipient, purpose=Wrap.Purpose.CONTENT)
    return [(row.tip, row) for row in wraps.select_related("tip")]


def _messages(vault: OpenVault) -> dict[UUID, list[Message]]:
    held = Tip.objects.held_by(vault.recipient.user)
    rows = SealedMessage.objects.filter(tip__in=held).order_by("number")
    found: dict[UUID, list[Message]] = {}
    for tip, row, side, number, body in rows.values_list(
        "tip", "id", "side", "number", "body"
    ):
        found.setdefault(tip, []).append((row, side, number, body))
    return found


def _text(
    tip: Tip, wrapped: Wrap, messages: list[Message], vault: OpenVault, by: User
) -> str:
    try:
        key = _key(tip, wrapped, vault, by)
        head = json.loads(
            unseal_text(key, tip.head, Place("tip", "head", tip.id, tip.id))
        )
        texts = list(head["answers"].values())
        if tip.desk is not None:
            place = Place("tip", "desk", tip.id, tip.id)
            texts += json.loads(unseal_text(key, tip.desk, place))["labels"]
        for row, side, number, body in messages:
            place = Place("message", side, tip.id, row, number)
            turn = json.loads(unseal_text(key, body, place))
            texts.append(json.loads(turn["said"])["text"])
    except SealBrokenError:
        return ""
    return "\n".join(texts)


def _key(tip: Tip, wrapped: Wrap, vault: OpenVault, by: User) -> bytes:
    if wrapped.own is None:
        return key_of(tip, vault, Wrap.Purpose.CONTENT, by)
    person = vault.recipient.public_id
    place = Place("wrap", wrapped.purpose, tip.id, person, wrapped.epoch)
    return unseal(vault.root.own_key, wrapped.own, place)


def _excerpt(text: str, place: int) -> str:
    start = max(0, place - BESIDE)
    return " ".join(text[start : place + 2 * BESIDE].split())
