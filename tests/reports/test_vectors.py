"""What was sealed by version 1 opens for ever: fixed bytes, never made anew."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from reports import crypto
from reports.models import RecoveryKey
from reports.services.handover import open_export
from reports.services.recovery import CeremonyError, recover_root, share_root

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors_v1.json").read_text())
TIP, ROW = UUID(int=1), UUID(int=2)
KEY = bytes(range(32))
PLACE = crypto.Place("message", "body", TIP, ROW, 3)
TEXT = "Пара 1424".encode()


def root():
    return crypto.Root(bytes(range(32, 64)))


def test_a_value_of_version_1_opens():
    assert crypto.unseal(KEY, bytes.fromhex(VECTORS["value"]), PLACE) == TEXT


def test_a_value_is_sealed_to_the_same_bytes():
    sealed = crypto._seal(KEY, TEXT, bytes(PLACE), bytes(range(24)))

    assert sealed.hex() == VECTORS["value"]
    assert sealed[:2] == bytes([1, 1])


def test_a_wrap_of_version_1_opens_and_is_hybrid():
    wrapped = bytes.fromhex(VECTORS["wrap"])

    assert root().unwrap(wrapped, crypto.wrap_info(TIP, ROW, "content", 1)) == KEY
    assert wrapped[:2] == bytes([1, 2])
    # ML-KEM-768 ciphertext, X25519 share, key, tag.
    assert len(wrapped) - 2 == 1088 + 32 + 32 + 16


def test_keys_follow_from_a_root_as_before():
    assert sha256(root().public_key).hexdigest() == VECTORS["public_key_sha256"]
    assert root().signer.verify_key.encode().hex() == VECTORS["verify_key"]
    assert root().own_key.hex() == VECTORS["own_key"]


def test_keys_follow_from_a_receipt_as_before():
    keys = crypto.ReceiptKeys("0123456789ABCDEFGHJKMNPQ", bytes(32))

    assert keys.lookup.hex() == VECTORS["lookup"]
    assert keys.unlock.hex() == VECTORS["unlock"]
    assert keys.signing_seed.hex() == VECTORS["signing_seed"]


def test_a_key_follows_from_a_passphrase_as_before():
    cost = crypto.PassphraseCost(3, 8 * 2**20)

    key = crypto.passphrase_key("steppe eagle", bytes(16), cost)

    assert key.hex() == VECTORS["passphrase_key"]


def test_a_file_of_version_1_opens():
    stored = BytesIO((HERE / "vector_file_v1.bin").read_bytes())

    assert b"".join(crypto.unseal_file(KEY, ROW, stored, 8)) == b"evidence"


def test_a_recovery_envelope_of_version_1_opens_to_its_group():
    first, middle, last = VECTORS["shares"]
    publics = [share_root(share).public_key.hex() for share in VECTORS["shares"]]
    row = RecoveryKey(
        public_id=UUID(int=3),
        threshold=2,
        public_key=root().public_key,
        shareholders=publics,
        envelopes={"0-2": VECTORS["recovery_envelope"]},
    )

    assert recover_root(row, [last, first]).secret == root().secret
    with pytest.raises(CeremonyError):
        recover_root(row, [first])
    with pytest.raises(KeyError):
        recover_root(row, [first, middle])


def test_an_export_of_version_1_opens_to_its_authority():
    sealed = (HERE / "vector_file_v1.bin").read_bytes()
    wrapped = bytes.fromhex(VECTORS["export_wrap"])
    source = BytesIO(b"acp-export-1\n" + ROW.bytes + wrapped + sealed)
    authority, archive = share_root(VECTORS["shares"][0]), BytesIO()

    open_export(authority, source, archive.write)

    assert archive.getvalue() == b"evidence"
