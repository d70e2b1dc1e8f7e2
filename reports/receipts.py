"""The receipt: 23 random characters and one that catches every slip of the pen."""

import re
import unicodedata
from secrets import choice

from reports.words import COUNT, WordsError, from_words, to_words

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 24
GROUP = 4
# What people read, hear or type for the letters of the alphabet. Cyrillic ones that
# look alike are what a Kazakh or Russian keyboard gives.
ALIKE = str.maketrans(
    "ILOUАВСЕНКМОРТХУЗЅІЈҺҚҢӨҮҰ",
    "110VABCEHKM0PTXY3S1JHKH0YY",
)
IGNORED = set(" \t\r\n\u00a0-–—‐‑‒−_.,:;'\"`/")


# Too long for what stands between the digits of a receipt: eleven are more than it has.
WORD = re.compile(r"[^\W\d_]{3,}")


class ReceiptError(ValueError):
    """The text is no receipt; it says nothing of which receipts exist."""


def new_receipt() -> str:
    body = "".join(choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def grouped(receipt: str) -> str:
    """Return the receipt as it is shown: six groups of four."""
    return "-".join(receipt[i : i + GROUP] for i in range(0, len(receipt), GROUP))


def as_words(receipt: str, language: str) -> list[str]:
    """Return the receipt as words that mean the same."""
    number = 0
    for letter in receipt[:-1]:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return to_words(number, language)


def _of_words(words: list[str]) -> str:
    try:
        number = from_words(words)
    except WordsError as error:
        raise ReceiptError(str(error)) from None
    places = range(LENGTH - 2, -1, -1)
    base = len(ALPHABET)
    body = "".join(ALPHABET[number // base**place % base] for place in places)
    return body + _check(body)


def parse_receipt(text: str) -> str:
    """Return the receipt meant by what was typed; raise ReceiptError otherwise."""
    words = WORD.findall(unicodedata.normalize("NFKC", text))
    if len(words) == COUNT:
        return _of_words(words)
    plain = unicodedata.normalize("NFKC", text).upper().translate(ALIKE)
    found = "".join(letter for letter in plain if letter not in IGNORED)
    if len(found) != LENGTH or any(letter not in ALPHABET for letter in found):
        raise ReceiptError("A receipt has 24 letters and digits")
    if _check(found[:-1]) != found[-1]:
        raise ReceiptError("The check character does not fit")
    return found


def _times_two(value: int) -> int:
    """Multiply by the generator of GF(32), whose polynomial is x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _check(body: str) -> str:
    """Return the weighted sum over GF(32), each place weighing twice the next.

    The weights of 24 places are all different and none is zero: one wrong character
    and any two swapped ones change the sum.
    """
    total = 0
    for letter in body:
        total = _times_two(total ^ ALPHABET.index(letter))
    return ALPHABET[total]
