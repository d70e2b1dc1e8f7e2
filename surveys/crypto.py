"""Codes, what is derived from them, and answers put aside under one.

A code has 100 random bits and is never stored. From it come values for different uses,
none of which leads to another without the code: the mark that it was used, the receipt
of its answer, the name of a draft and the key that opens it.
"""

import secrets
from hashlib import blake2b

import nacl.exceptions
import nacl.pwhash
from nacl.secret import SecretBox

from foundation.public_id import ALPHABET

LENGTH = 20
GROUP = 5
# The code is random itself, so the work only has to be noticed, not to be long.
WORK = nacl.pwhash.argon2id.OPSLIMIT_MIN * 2
MEMORY = 16 * 2**20


class DraftError(Exception):
    """No draft can be opened with this code."""


def new_code() -> str:
    """Return a code in groups that can be written down and read over the phone."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def plain(code: str) -> str:
    """Return a code as it was made, however it was typed."""
    letters = code.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(letter for letter in letters if letter in ALPHABET)


def is_whole(code: str) -> bool:
    return len(plain(code)) == LENGTH


def derived(purpose: str, code: str, wave: str) -> str:
    """Return the value that stands for a code in one use and one wave."""
    return blake2b(
        f"{wave}:{plain(code)}".encode(), person=purpose.encode(), digest_size=32
    ).hexdigest()


def seal(code: str, wave: str, content: bytes) -> bytes:
    # A length that says little about how much was answered.
    padded = content + b"\x80" + b"\0" * (-(len(content) + 1) % 1024)
    return bytes(SecretBox(_key(code, wave)).encrypt(padded))


def unseal(code: str, wave: str, blob: bytes) -> bytes:
    try:
        padded = SecretBox(_key(code, wave)).decrypt(blob)
    except nacl.exceptions.CryptoError as error:
        raise DraftError("Not a code of this draft") from error
    return padded.rstrip(b"\0")[:-1]


def _key(code: str, wave: str) -> bytes:
    salt = blake2b(f"draft:{wave}".encode(), digest_size=16).digest()
    return nacl.pwhash.argon2id.kdf(
        SecretBox.KEY_SIZE,
        plain(code).encode(),
        salt,
        opslimit=WORK,
        memlimit=MEMORY,
    )
