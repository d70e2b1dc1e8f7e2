"""What is said about a tip: sealed under its key, signed by who said it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from nacl.signing import SigningKey

from reports.crypto import (
    Place,
    SealBrokenError,
    is_signed,
    seal_text,
    sign,
    unseal_text,
)
from reports.models import Recipient, SealedFile, SealedMessage, Tip, Wrap
from reports.services.filing import file_place, place_of

REPORTER = "reporter"
# A closed case is not erased while a word of the reporter may lie unread.
DAYS_KEPT_AFTER_A_MESSAGE = 90


@dataclass(frozen=True)
class Turn:
    """One message as it reads; `is_genuine` is false where the signature fails."""

    side: str
    author: str
    text: str
    written_on: date
    is_genuine: bool


@dataclass(frozen=True)
class Head:
    answers: dict[str, str]
    language: str
    verify_key: bytes
    excluded: list[str]
    is_named: bool
    excluded_ids: frozenset[str]

    def excludes(self, person: Recipient) -> bool:
        """Tell whether the reporter said that this person must not see the report."""
        is_named = person.shown_name in self.excluded
        return is_named or str(person.public_id) in self.excluded_ids


class KeyChangedError(Exception):
    """The tip has got a new key since it was opened."""


def read_head(tip: Tip, key: bytes) -> Head:
    head: dict[str, Any] = json.loads(unseal_text(key, tip.head, place_of(tip, "head")))
    return Head(
        head["answers"],
        head["language"],
        bytes.fromhex(head["verify_key"]),
        head["excluded"],
        head["is_named"],
        frozenset(head.get("excluded_ids", [])),
    )


@transaction.atomic
def write_message(
    *, tip: Tip, key: bytes, signer: SigningKey, side: str, author: str, text: str
) -> SealedMessage:
    """Seal one message at the end of the conversation."""
    # Two at once would take the same number: the row's lock makes them queue.
    locked = Tip.objects.select_for_update().get(pk=tip.pk)
    if locked.epoch != tip.epoch:
        raise KeyChangedError
    last = locked.messages.aggregate(last=Max("number"))["last"] or 0
    row, number, today = uuid4(), last + 1, timezone.localdate()
    place = _place(tip.id, row, side, number)
    said = {"author": author, "text": text, "on": today.isoformat()}
    spoken = json.dumps(said, ensure_ascii=False)
    signature = sign(signer, spoken.encode(), place).hex()
    body = json.dumps({"said": spoken, "signature": signature}, ensure_ascii=False)
    if side == SealedMessage.Side.REPORTER and locked.erase_on:
        _postpone(locked, today)
    message = SealedMessage.objects.create(
        id=row,
        tip=tip,
        number=number,
        side=side,
        body=seal_text(key, body, place),
        written_on=today,
    )
    Wrap.objects.filter(tip=tip).forget_words()
    return message


def _postpone(tip: Tip, today: date) -> None:
    assert tip.erase_on is not None
    later = today + timedelta(days=DAYS_KEPT_AFTER_A_MESSAGE)
    if later > tip.erase_on:
        # Its holders are warned of the new day as they were of the former one.
        tip.erase_on, tip.erasure_warned = later, None
        tip.save(update_fields=["erase_on", "erasure_warned"])


def read_messages(
    *, tip: Tip, key: bytes, verify_keys: Mapping[str, bytes], with_notes: bool
) -> list[Turn]:
    """Open the conversation in its order; a row that does not open stops it."""
    rows = tip.messages.order_by("number")
    if not with_notes:
        rows = rows.exclude(side=SealedMessage.Side.NOTE)
    return [_turn(row, key, verify_keys) for row in rows]


def _turn(row: SealedMessage, key: bytes, verify_keys: Mapping[str, bytes]) -> Turn:
    place = message_place(row)
    body = json.loads(unseal_text(key, row.body, place))
    said = json.loads(body["said"])
    is_theirs = (said["author"] == REPORTER) == (row.side == REPORTER)
    verify_key = verify_keys.get(said["author"], b"")
    return Turn(
        side=row.side,
        author=said["author"],
        text=said["text"],
        written_on=date.fromisoformat(said["on"]),
        is_genuine=is_theirs
        and is_signed(
            verify_key,
            bytes.fromhex(body["signature"]),
            body["said"].encode(),
            place,
        ),
    )


def message_place(row: SealedMessage) -> Place:
    return _place(row.tip_id, row.id, row.side, row.number)


def _place(tip: UUID, row: UUID, side: str, number: int) -> Place:
    return Place("message", str(side), tip, row, number)


@dataclass(frozen=True)
class Attachment:
    id: UUID
    name: str
    type: str
    size: int
    key: bytes
    # Of a clean copy, the file it was made of.
    of: str = ""
    # Whether a clean copy could be made: clean, unknown, large, failed or not tried.
    state: str = ""


def read_files(tip: Tip, key: bytes) -> list[Attachment]:
    return [read_file(row, key) for row in tip.files.all()]


def read_file(row: SealedFile, key: bytes) -> Attachment:
    record = json.loads(unseal_text(key, row.record, file_place(row.tip_id, row.id)))
    if record["id"] != str(row.id):
        raise SealBrokenError("The record is of another file")
    return Attachment(
        id=row.id,
        name=record["name"],
        type=record["type"],
        size=record["size"],
        key=bytes.fromhex(record["key"]),
        of=record.get("of", ""),
        state=record.get("state", ""),
    )


@dataclass(frozen=True)
class Evidence:
    """A file as the reporter sent it and, where one could be made, its clean copy."""

    original: Attachment
    clean: Attachment | None


def paired(files: list[Attachment]) -> list[Evidence]:
    copies = {file.of: file for file in files if file.of}
    originals = [file for file in files if not file.of]
    return [Evidence(file, copies.get(str(file.id))) for file in originals]
