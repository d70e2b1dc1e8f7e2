"""Sealed tips, version 1: every key, envelope and wrap of the room.

All primitives come from libsodium (PyNaCl) and from OpenSSL through `cryptography`;
what is ours is only the envelope around them. `docs/adr/0020-sealed-tips.md` says why
each is as it is, `tests/reports/test_vectors.py` pins the bytes.

An envelope is: version, suite, then
- suite 1, one sealed value: nonce 24, commitment 32, XChaCha20-Poly1305 ciphertext;
- suite 2, a key wrapped to a person: HPKE (ML-KEM-768 with X25519);
- suite 3, a file: secretstream header 24, frames of 64 KiB plaintext each.

A value is bound to its table, column, tip, row and number, so that nothing can be moved
elsewhere; the commitment keeps one ciphertext from opening under two keys.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Protocol, TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.pwhash import argon2id
from nacl.signing import SigningKey, VerifyKey
from nacl.utils import random

VERSION = 1
SUITE_VALUE = 1
SUITE_WRAP = 2
SUITE_FILE = 3

KEY_BYTES = 32
NONCE_BYTES = 24
COMMITMENT_BYTES = 32
HEAD_BYTES = 2
TEXT_STEP = 4096
TEXT_STEPS_END = 16 * 1024
CHUNK_BYTES = 64 * 1024
FRAME_BYTES = CHUNK_BYTES + 17
TAG_MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
TAG_FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
MLKEM_PUBLIC_BYTES = 1184
SIGNATURE_BYTES = 64

HPKE = hpke.Suite(
    hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305
)

# What a binary column gives back.
Stored: TypeAlias = "bytes | memoryview[int]"


class SealBrokenError(Exception):
    """What was stored is not what was sealed here, under this key."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value belongs; it opens nowhere else."""

    table: str
    column: str
    tip: UUID
    row: UUID
    number: int = 0

    def __bytes__(self) -> bytes:
        return (
            f"acp|v1|{self.table}|{self.column}|{self.tip}|{self.row}|{self.number}"
        ).encode()


def new_key() -> bytes:
    return random(KEY_BYTES)


def derive(key: bytes, purpose: str, *, size: int = KEY_BYTES) -> bytes:
    """Return a key of its own for one purpose; purposes are at most 16 letters."""
    return blake2b(key=key, person=purpose.encode(), digest_size=size).digest()


# One value


def seal(key: bytes, plaintext: bytes, place: Place) -> bytes:
    return _seal(key, plaintext, bytes(place), random(NONCE_BYTES))


def _seal(key: bytes, plaintext: bytes, bound_to: bytes, nonce: bytes) -> bytes:
    own_key, commitment = _keys_of_nonce(key, nonce)
    head = bytes([VERSION, SUITE_VALUE])
    ciphertext = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, head + bound_to, nonce, own_key
    )
    return head + nonce + commitment + ciphertext


def unseal(key: bytes, sealed: Stored, place: Place) -> bytes:
    """Return the plaintext; raise SealBrokenError and give nothing otherwise."""
    head, body = _split(bytes(sealed), SUITE_VALUE)
    nonce, rest = body[:NONCE_BYTES], body[NONCE_BYTES:]
    commitment, ciphertext = rest[:COMMITMENT_BYTES], rest[COMMITMENT_BYTES:]
    if len(ciphertext) < sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES:
        raise SealBrokenError("The envelope is cut short")
    own_key, expected = _keys_of_nonce(key, nonce)
    if not hmac.compare_digest(commitment, expected):
        raise SealBrokenError("The value is sealed under another key")
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            ciphertext, head + bytes(place), nonce, own_key
        )
    except CryptoError:
        raise SealBrokenError("The value was changed or moved") from None


def _keys_of_nonce(key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    both = blake2b(nonce, key=key, person=b"acp-v1-value").digest()
    return both[:KEY_BYTES], both[KEY_BYTES:]


def _split(sealed: bytes, suite: int) -> tuple[bytes, bytes]:
    head, body = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]
    if head != bytes([VERSION, suite]):
        raise SealBrokenError("The envelope is of an unknown kind")
    return head, body


def seal_text(key: bytes, text: str, place: Place) -> bytes:
    """Seal a text so that its stored length tells only a step of 4 KiB."""
    return seal(key, pad(text.encode()), place)


def unseal_text(key: bytes, sealed: Stored, place: Place) -> str:
    return unpad(unseal(key, sealed, place)).decode()


# Sizes


def padme(size: int) -> int:
    """Round a size up so that it tells O(log log n) bits, for at most 12 % more.

    Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and
    Communication with PURBs", 2019, algorithm 1.
    """
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def pad(content: bytes) -> bytes:
    framed = len(content).to_bytes(4, "big") + content
    size = -(-len(framed) // TEXT_STEP) * TEXT_STEP
    return framed.ljust(size if size <= TEXT_STEPS_END else padme(size), b"\0")


def unpad(padded: bytes) -> bytes:
    size = int.from_bytes(padded[:4], "big")
    if size > len(padded) - 4:
        raise SealBrokenError("The padding is wrong")
    return padded[4 : 4 + size]


# People


def wrap_info(tip: UUID, recipient: UUID, purpose: str, epoch: int) -> bytes:
    return f"acp/wrap/v1|{tip}|{recipient}|{purpose}|{epoch}".encode()


def wrap(key: bytes, public_key: bytes, info: bytes) -> bytes:
    """Wrap a key to a person; only the private half and the same info open it."""
    wrapped = HPKE.encrypt(key, _public_key(bytes(public_key)), info)
    return bytes([VERSION, SUITE_WRAP]) + wrapped


def _public_key(public_key: bytes) -> hpke.MLKEM768X25519PublicKey:
    lattice = MLKEM768PublicKey.from_public_bytes(public_key[:MLKEM_PUBLIC_BYTES])
    curve = X25519PublicKey.from_public_bytes(public_key[MLKEM_PUBLIC_BYTES:])
    return hpke.MLKEM768X25519PublicKey(lattice, curve)


class Root:
    """A person's root: one secret of 32 bytes from which all their keys follow."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    @cached_property
    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        lattice = derive(self.secret, "acp-root-mlkem", size=64)
        curve = derive(self.secret, "acp-root-x25519")
        return (
            MLKEM768PrivateKey.from_seed_bytes(lattice),
            X25519PrivateKey.from_private_bytes(curve),
        )

    @property
    def public_key(self) -> bytes:
        lattice, curve = self._halves
        return (
            lattice.public_key().public_bytes_raw()
            + curve.public_key().public_bytes_raw()
        )

    def unwrap(self, wrapped: Stored, info: bytes) -> bytes:
        _head, body = _split(bytes(wrapped), SUITE_WRAP)
        try:
            return HPKE.decrypt(
                body, hpke.MLKEM768X25519PrivateKey(*self._halves), info
            )
        except (InvalidTag, ValueError):
            raise SealBrokenError("The key was not wrapped for this use") from None

    @property
    def own_key(self) -> bytes:
        """The key under which the person re-wraps what they have opened once."""
        return derive(self.secret, "acp-root-own")

    @cached_property
    def signer(self) -> SigningKey:
        return SigningKey(derive(self.secret, "acp-root-sign"))


def sign(signer: SigningKey, content: bytes, place: Place) -> bytes:
    return signer.sign(bytes(place) + b"\0" + content).signature


def is_signed(
    verify_key: bytes, signature: bytes, content: bytes, place: Place
) -> bool:
    try:
        VerifyKey(verify_key).verify(bytes(place) + b"\0" + content, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


# Secrets that people keep


@dataclass(frozen=True)
class PassphraseCost:
    """The work Argon2id does for one passphrase; stored beside what it protects."""

    operations: int
    memory: int


def passphrase_key(passphrase: str, salt: Stored, cost: PassphraseCost) -> bytes:
    return argon2id.kdf(
        KEY_BYTES,
        passphrase.encode(),
        bytes(salt),
        opslimit=cost.operations,
        memlimit=cost.memory,
    )


class ReceiptKeys:
    """What follows from a receipt. Only `lookup` is ever stored.

    A receipt has 115 random bits, so no slow derivation is needed: nothing to flood,
    nothing to time.
    """

    def __init__(self, receipt: str, salt: bytes) -> None:
        root = blake2b(
            receipt.encode(), key=bytes(salt), person=b"acp-rcpt-root", digest_size=32
        ).digest()
        self.lookup = derive(root, "lookup")
        self.unlock = derive(root, "unlock")
        self.signing_seed = derive(root, "sign")


# Files


class Sink(Protocol):
    def write(self, content: bytes, /) -> object: ...


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _file_info(file: UUID, number: int) -> bytes:
    return f"acp|v1|file|{file}|{number}".encode()


class FileSealer:
    """Seal a file as it arrives; what is written is ciphertext from the first byte."""

    def __init__(self, key: bytes, file: UUID, sink: Sink) -> None:
        self.file, self.sink = file, sink
        self.size = 0
        self._number = 0
        self._waiting = b""
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        header = sodium.crypto_secretstream_xchacha20poly1305_init_push(
            self._state, key
        )
        sink.write(bytes([VERSION, SUITE_FILE]) + header)

    def write(self, content: bytes) -> None:
        self.size += len(content)
        self._push(content)

    def finish(self) -> None:
        """Pad, so that small files look alike, and mark the end."""
        missing = max(padme(self.size), CHUNK_BYTES) - self.size
        while missing:
            part = min(missing, CHUNK_BYTES)
            self._push(bytes(part))
            missing -= part
        self._frame(self._waiting, TAG_FINAL)

    def _push(self, content: bytes) -> None:
        if not self._waiting:
            self._waiting = content
        elif len(self._waiting) < CHUNK_BYTES or len(content) != CHUNK_BYTES:
            self._waiting += content
        else:
            # Whole chunks, as an upload brings them, are not copied together.
            self._frame(self._waiting, TAG_MESSAGE)
            self._waiting = content
        if len(self._waiting) > CHUNK_BYTES:
            self._cut()

    def _cut(self) -> None:
        # The last chunk waits: it may be the one that carries the final tag.
        last = (len(self._waiting) - 1) // CHUNK_BYTES * CHUNK_BYTES
        for start in range(0, last, CHUNK_BYTES):
            self._frame(self._waiting[start : start + CHUNK_BYTES], TAG_MESSAGE)
        self._waiting = self._waiting[last:]

    def _frame(self, chunk: bytes, tag: int) -> None:
        info = _file_info(self.file, self._number)
        self.sink.write(
            sodium.crypto_secretstream_xchacha20poly1305_push(
                self._state, chunk, info, tag
            )
        )
        self._number += 1


def unseal_file(key: bytes, file: UUID, source: Source, size: int) -> Iterator[bytes]:
    """Yield a file's content in chunks.

    The chunk with the last byte is kept back until the final tag was seen, so that a
    file cut short anywhere never ends as if it were whole.
    """
    left = size
    held = b""
    for chunk in _frames(key, file, source):
        part = chunk[:left]
        left -= len(part)
        if left or not part:
            yield part
        else:
            held = part
    if left:
        raise SealBrokenError("The file is shorter than it was")
    yield held


def _frames(key: bytes, file: UUID, source: Source) -> Iterator[bytes]:
    size = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
    head = source.read(HEAD_BYTES + size)
    _head, header = _split(head, SUITE_FILE)
    if len(header) != size:
        raise SealBrokenError("The file is cut short")
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    number = tag = 0
    while tag != TAG_FINAL:
        frame = source.read(FRAME_BYTES)
        if len(frame) < sodium.crypto_secretstream_xchacha20poly1305_ABYTES:
            raise SealBrokenError("The file is cut short")
        try:
            chunk, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
                state, frame, _file_info(file, number)
            )
        except (CryptoError, RuntimeError):
            raise SealBrokenError("The file was changed") from None
        number += 1
        yield chunk
    if source.read(1):
        raise SealBrokenError("Something follows the end of the file")
