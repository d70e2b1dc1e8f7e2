"""What a reporter does who comes back. Reading writes nothing at all."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from nacl.signing import SigningKey

from reports.attestation import make_proof
from reports.crypto import (
    ReceiptKeys,
    derive,
    seal,
    seal_text,
    unseal,
    unseal_text,
    wrap,
)
from reports.models import Recipient, SealedFile, SealedMessage, Tip
from reports.receipts import LENGTH, ReceiptError, parse_receipt
from reports.services.conversation import (
    REPORTER,
    Attachment,
    Head,
    KeyChangedError,
    Turn,
    read_files,
    read_head,
    read_messages,
    write_message,
)
from reports.services.filing import (
    add_files,
    feed_lookup,
    feed_token,
    place_of,
    reporters_info,
    reporters_root,
    salt,
    seal_identity,
)


@dataclass(frozen=True)
class Visit:
    """An opened report: the tip and what its receipt unlocks."""

    tip: Tip
    unlock: bytes
    signing_seed: bytes

    @property
    def content_key(self) -> bytes:
        if self.tip.epoch > 1:
            info = reporters_info(self.tip, self.tip.epoch)
            return reporters_root(self.unlock).unwrap(self.tip.content_wrap, info)
        place = place_of(self.tip, "content_wrap")
        return unseal(self.unlock, self.tip.content_wrap, place)

    @property
    def identity_key(self) -> bytes:
        place = place_of(self.tip, "identity_wrap")
        return unseal(self.unlock, self.tip.identity_wrap, place)

    @property
    def signer(self) -> SigningKey:
        return SigningKey(self.signing_seed)

    @property
    def feed(self) -> str:
        """The unguessable end of an address that tells whether there is an answer."""
        return feed_token(self.unlock)

    def as_state(self) -> dict[str, str]:
        return {
            "tip": str(self.tip.id),
            "unlock": self.unlock.hex(),
            "seed": self.signing_seed.hex(),
        }


def open_by_receipt(typed: str) -> Visit | None:
    """Return the report of a receipt; the same steps are taken for any text."""
    try:
        receipt, is_receipt = parse_receipt(typed), True
    except ReceiptError:
        receipt, is_receipt = "0" * LENGTH, False
    keys = ReceiptKeys(receipt, salt())
    tip = _open().filter(lookup=keys.lookup).first()
    if tip is None or not is_receipt:
        return None
    return Visit(tip, keys.unlock, keys.signing_seed)


def open_by_state(state: dict[str, Any]) -> Visit | None:
    tip = _open().filter(pk=state["tip"]).first()
    if tip is None:
        return None
    return Visit(tip, bytes.fromhex(state["unlock"]), bytes.fromhex(state["seed"]))


def _open() -> Any:
    today = timezone.localdate()
    rows = Tip.objects.select_related("channel", "questionnaire")
    return rows.filter(Q(erase_on=None) | Q(erase_on__gt=today))


@dataclass(frozen=True)
class Report:
    head: Head
    turns: list[Turn]
    files: list[Attachment]
    name: str
    contact: str


def read_report(visit: Visit) -> Report:
    tip, key = visit.tip, visit.content_key
    head = read_head(tip, key)
    identity = json.loads(
        unseal_text(visit.identity_key, tip.identity, place_of(tip, "identity"))
    )
    keys = {REPORTER: visit.signer.verify_key.encode(), **verify_keys()}
    turns = read_messages(tip=tip, key=key, verify_keys=keys, with_notes=False)
    return Report(
        head, turns, read_files(tip, key), identity["name"], identity["contact"]
    )


def filing_proof(visit: Visit) -> str:
    """Return the signed proof that this report was filed on its day."""
    return make_proof(visit.tip.received_on, filing_digest(visit))


def filing_digest(visit: Visit) -> str:
    """Return a digest of what was filed; who has no receipt can compare it to nothing."""
    head = unseal_text(visit.content_key, visit.tip.head, place_of(visit.tip, "head"))
    key = derive(visit.unlock, "acp-rcpt-proof")
    digest = blake2b(head.encode(), key=key, person=b"acp-filing", digest_size=32)
    return digest.hexdigest()


def has_answer(token: str) -> tuple[bool, int]:
    """Tell whether staff have written, and how often, to who knows the feed's address."""
    tip = _open().filter(feed=feed_lookup(token)).first()
    if tip is None:
        return False, 0
    said = tip.messages.filter(side=SealedMessage.Side.STAFF).count()
    return said > 0, said


@transaction.atomic
def ask_for_erasure(*, visit: Visit, is_wanted: bool) -> None:
    """Note that the reporter wants the report gone, or wants it no more."""
    tip = Tip.objects.select_for_update().get(pk=visit.tip.pk)
    tip.erasure_asked_on = timezone.localdate() if is_wanted else None
    tip.save(update_fields=["erasure_asked_on"])
    visit.tip.erasure_asked_on = tip.erasure_asked_on


def change_receipt(*, visit: Visit, receipt: str) -> None:
    """Give a report another receipt; the former one opens nothing afterwards."""
    keys = ReceiptKeys(receipt, salt())
    with transaction.atomic():
        tip = Tip.objects.select_for_update().get(pk=visit.tip.pk)
        former = replace(visit, tip=tip)
        content_key, identity_key = former.content_key, former.identity_key
        public_key = reporters_root(keys.unlock).public_key
        tip.reporter_key = seal(content_key, public_key, place_of(tip, "reporter_key"))
        if tip.epoch > 1:
            info = reporters_info(tip, tip.epoch)
            tip.content_wrap = wrap(content_key, public_key, info)
        else:
            place = place_of(tip, "content_wrap")
            tip.content_wrap = seal(keys.unlock, content_key, place)
        place = place_of(tip, "identity_wrap")
        tip.identity_wrap = seal(keys.unlock, identity_key, place)
        tip.head = _resigned(tip, content_key, keys)
        tip.lookup, tip.is_receipt_shared = keys.lookup, False
        tip.feed = feed_lookup(feed_token(keys.unlock))
        tip.save(
            update_fields=[
                "reporter_key",
                "content_wrap",
                "identity_wrap",
                "head",
                "lookup",
                "feed",
                "is_receipt_shared",
            ]
        )


def _resigned(tip: Tip, content_key: bytes, keys: ReceiptKeys) -> bytes:
    place = place_of(tip, "head")
    head = json.loads(unseal_text(content_key, tip.head, place))
    head["verify_key"] = SigningKey(keys.signing_seed).verify_key.encode().hex()
    return seal_text(content_key, json.dumps(head, ensure_ascii=False), place)


def verify_keys() -> dict[str, bytes]:
    """Return the keys with which recipients sign, those who have left among them."""
    people = Recipient.objects.filter(kind=Recipient.Kind.RECIPIENT)
    return {str(person.public_id): bytes(person.verify_key) for person in people}


def answer_as_reporter(*, visit: Visit, text: str) -> None:
    try:
        _answer(visit, text)
    except KeyChangedError:
        # Staff gave the tip a new key between opening and writing.
        _answer(replace(visit, tip=Tip.objects.get(pk=visit.tip.pk)), text)


def _answer(visit: Visit, text: str) -> None:
    write_message(
        tip=visit.tip,
        key=visit.content_key,
        signer=visit.signer,
        side=SealedMessage.Side.REPORTER,
        author=REPORTER,
        text=text,
    )


@transaction.atomic
def add_reporters_files(*, visit: Visit, records: Iterable[dict[str, Any]]) -> None:
    # Under the row's lock, so that no new key comes in between.
    tip = Tip.objects.select_for_update().get(pk=visit.tip.pk)
    # A form sent twice brings the same files again.
    sent = {record["id"]: record for record in records}
    for known in SealedFile.objects.filter(pk__in=sent).values_list("pk", flat=True):
        del sent[str(known)]
    add_files(tip=tip, key=replace(visit, tip=tip).content_key, records=sent.values())


@transaction.atomic
def give_name(*, visit: Visit, name: str, contact: str) -> None:
    """Seal who the reporter is, under the key the custodians hold."""
    tip = visit.tip
    excluded = read_head(tip, visit.content_key).excluded_ids
    key = visit.identity_key
    tip.identity = seal_identity(tip, key, name, contact, excluded)
    tip.save(update_fields=["identity"])


def has_file(visit: Visit, file: UUID) -> bool:
    return visit.tip.files.filter(pk=file).exists()
