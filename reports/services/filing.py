"""Take a report: seal it to the people who may read it and give back the receipt."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from nacl.signing import SigningKey

from reports.crypto import (
    Place,
    ReceiptKeys,
    Root,
    derive,
    new_key,
    seal,
    seal_text,
    wrap,
    wrap_info,
)
from reports.deadlines import answer_due, first_due
from reports.models import (
    Channel,
    Questionnaire,
    Recipient,
    RecoveryKey,
    Salt,
    SealedFile,
    SpentProof,
    Tip,
    Wrap,
)
from reports.receipts import new_receipt

DAYS_A_FORM_IS_KNOWN = 2
DRAFT_MINUTES = 12 * 60


class NobodyLeftError(Exception):
    """Whoever may receive was excluded, or nobody receives at all."""


class AlreadySentError(Exception):
    """This form has been sent before."""


@dataclass(frozen=True)
class Content:
    """What a reporter says, as it will be sealed."""

    answers: dict[str, str]
    language: str
    name: str = ""
    contact: str = ""
    excluded: Collection[UUID] = ()
    files: Iterable[dict[str, Any]] = field(default_factory=list)
    # An operator typed it and reads the receipt out.
    is_dictated: bool = False


@dataclass(frozen=True)
class Filed:
    receipt: str
    tip: Tip


def salt() -> bytes:
    """Return the salt of this portal's receipts; the first call makes it."""
    row, _is_new = Salt.objects.get_or_create(pk=1, defaults={"value": new_key()})
    return bytes(row.value)


def readers(channel: Channel, excluded: Collection[UUID] = ()) -> list[Recipient]:
    people = Recipient.objects.working(excluded)
    return [person for person in people if person.receives(channel)]


def file_tip(
    *,
    channel: Channel,
    questionnaire: Questionnaire,
    content: Content,
    form: bytes,
) -> Filed:
    """Store a report and return its receipt, which is kept nowhere.

    Nothing is audited: an event would carry the time. A form is good for one report.
    """
    mark = blake2b(form, digest_size=32, person=b"acp-form-spent").digest()
    try:
        return _file(channel, questionnaire, content, mark)
    except IntegrityError:
        if SpentProof.objects.filter(form=mark).exists():
            raise AlreadySentError from None
        raise


@transaction.atomic
def _file(
    channel: Channel, questionnaire: Questionnaire, content: Content, mark: bytes
) -> Filed:
    people = Recipient.objects.working(content.excluded)
    recipients = [p for p in people if p.receives(channel)]
    custodians = [p for p in people if p.kind == Recipient.Kind.CUSTODIAN]
    if not recipients:
        raise NobodyLeftError
    today = timezone.localdate()
    forget_on = today + timedelta(days=DAYS_A_FORM_IS_KNOWN)
    SpentProof(form=mark, forget_on=forget_on).save(force_insert=True)
    receipt = new_receipt()
    keys = ReceiptKeys(receipt, salt())
    tip = Tip(
        channel=channel,
        questionnaire=questionnaire,
        received_on=today,
        answer_due_on=answer_due(today),
        forward_due_on=first_due(today),
        is_receipt_shared=content.is_dictated,
        lookup=keys.lookup,
        feed=feed_lookup(feed_token(keys.unlock)),
    )
    content_key, identity_key = new_key(), new_key()
    tip.content_wrap = seal(keys.unlock, content_key, place_of(tip, "content_wrap"))
    tip.identity_wrap = seal(keys.unlock, identity_key, place_of(tip, "identity_wrap"))
    tip.head = seal_text(content_key, _head(content, keys), place_of(tip, "head"))
    public_key = reporters_root(keys.unlock).public_key
    tip.reporter_key = seal(content_key, public_key, place_of(tip, "reporter_key"))
    tip.identity = seal_identity(
        tip, identity_key, content.name, content.contact, map(str, content.excluded)
    )
    for_recovery(tip, content_key, identity_key)
    tip.save(force_insert=True)
    Wrap.objects.bulk_create(
        [
            *wraps(tip, recipients, Wrap.Purpose.CONTENT, content_key),
            *wraps(tip, custodians, Wrap.Purpose.IDENTITY, identity_key),
        ]
    )
    add_files(tip=tip, key=content_key, records=content.files)
    return Filed(receipt, tip)


def for_recovery(tip: Tip, content_key: bytes, identity_key: bytes) -> None:
    """Wrap a new tip's keys to the newest recovery key, if there is one."""
    tip.recovery = RecoveryKey.objects.last()
    if tip.recovery is not None:
        tip.recovery_content = wrap_for_recovery(tip, "content", content_key, 1)
        tip.recovery_identity = wrap_for_recovery(tip, "identity", identity_key, 1)


def wrap_for_recovery(tip: Tip, purpose: str, key: bytes, epoch: int) -> bytes:
    assert tip.recovery is not None
    info = recovery_info(tip, purpose, epoch)
    return wrap(key, bytes(tip.recovery.public_key), info)


def recovery_info(tip: Tip, purpose: str, epoch: int) -> bytes:
    assert tip.recovery is not None
    return wrap_info(tip.id, tip.recovery.public_id, f"recovery-{purpose}", epoch)


def _head(content: Content, keys: ReceiptKeys) -> str:
    signer = SigningKey(keys.signing_seed)
    # An empty list asks the database nothing.
    excluded = Recipient.objects.filter(public_id__in=content.excluded)
    head = {
        "answers": content.answers,
        "language": content.language,
        "verify_key": signer.verify_key.encode().hex(),
        "excluded": [row.shown_name for row in excluded],
        "excluded_ids": [str(person) for person in content.excluded],
        "is_named": bool(content.name),
    }
    return json.dumps(head, ensure_ascii=False)


def reporters_root(unlock: bytes) -> Root:
    """Return the keys to which a tip's later keys are wrapped for its receipt."""
    return Root(derive(unlock, "acp-rcpt-wrap"))


def feed_token(unlock: bytes) -> str:
    return derive(unlock, "acp-rcpt-feed", size=20).hex()


def feed_lookup(token: str) -> bytes:
    return blake2b(token.encode(), person=b"acp-feed", digest_size=32).digest()


def reporters_info(tip: Tip, epoch: int) -> bytes:
    return wrap_info(tip.id, tip.id, "reporter", epoch)


def place_of(tip: Tip, column: str) -> Place:
    return Place("tip", column, tip.id, tip.id)


def seal_identity(
    tip: Tip, key: bytes, name: str, contact: str, excluded: Iterable[str]
) -> bytes:
    """Seal who the reporter is; a report without a name carries as many bytes.

    The marks of excluded people let a custodian pass the key on and not to them, without
    reading who they are.
    """
    marks = sorted(exclusion_mark(key, person) for person in excluded)
    said = {"name": name, "contact": contact, "excluded": marks}
    text = json.dumps(said, ensure_ascii=False)
    return seal_text(key, text, place_of(tip, "identity"))


def exclusion_mark(key: bytes, person: str) -> str:
    mark = blake2b(person.encode(), key=key, person=b"acp-excluded", digest_size=16)
    return mark.hexdigest()


def wraps(
    tip: Tip,
    people: Iterable[Recipient],
    purpose: Wrap.Purpose,
    key: bytes,
    epoch: int = 1,
) -> list[Wrap]:
    return [
        Wrap(
            tip=tip,
            recipient=person,
            purpose=purpose,
            epoch=epoch,
            wrapped=wrap(
                key,
                bytes(person.public_key),
                wrap_info(tip.id, person.public_id, purpose, epoch),
            ),
        )
        for person in people
    ]


def add_files(*, tip: Tip, key: bytes, records: Iterable[dict[str, Any]]) -> None:
    """Give a tip files that lie sealed on the disk; their keys go under the tip's.

    What was found in a file is for its reporter's eyes and is not stored.
    """
    today = timezone.localdate()
    kept = [stored for record in records for stored in _with_copy(record)]
    SealedFile.objects.bulk_create(
        [
            SealedFile(
                id=UUID(record["id"]),
                tip=tip,
                record=seal_text(
                    key,
                    json.dumps(record, ensure_ascii=False),
                    file_place(tip.id, UUID(record["id"])),
                ),
                added_on=today,
            )
            for record in kept
        ]
    )


def _with_copy(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    original = {name: record[name] for name in ("id", "key", "name", "type", "size")}
    yield {**original, "state": record.get("state", "")}
    if "clean" in record:
        yield {**record["clean"], "of": record["id"]}


def reward_place(tip: Tip, column: str) -> Place:
    return Place("reward", column, tip.id, tip.id)


def file_place(tip: UUID, file: UUID) -> Place:
    return Place("file", "record", tip, file)
