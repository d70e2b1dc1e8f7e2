"""Find in a reader's comment what should not be shown: numbers that name a person.

A find says of which kind it is and where it stands, never what it is, so that the
note beside a comment holds no second copy.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

GAP = r"[\s\u00A0().\-–]*"
TWELVE_DIGITS = re.compile(r"(?<!\d)\d(?:[ \u00A0\-]?\d){11}(?!\d)")
# All of Kazakhstan's numbers, mobile or not, begin with 7 after +7 or 8.
PHONE = re.compile(rf"(?<![\d])(?:\+{GAP}7|8|7){GAP}7(?:{GAP}\d){{9}}(?!\d)")
# Without the country's code only mobile numbers can be told from other numbers.
MOBILE = re.compile(rf"(?<!\d)7(?:0[0-8]|47|7[15678])(?:{GAP}\d){{7}}(?!\d)")
EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
CARD = re.compile(r"(?<!\d)\d(?:[ \u00A0\-]?\d){15}(?!\d)")
ACCOUNT = re.compile(r"\bKZ\d{2}(?:[ \u00A0]?[0-9A-Z]){16}\b", re.IGNORECASE)

# Of the seventh digit: 1 and 2 stand for the 19th century, 3 and 4 for the 20th.
CENTURIES = {1: 1800, 2: 1800, 3: 1900, 4: 1900, 5: 2000, 6: 2000}
WEIGHTS = (tuple(range(1, 12)), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


class Kind(StrEnum):
    IIN = "iin"
    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    ACCOUNT = "account"


class Found(NamedTuple):
    """What was found and from which to which character."""

    kind: Kind
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Return what may be personal data, in the order of the text, without overlaps."""
    finds: list[Found] = []
    for found in sorted(_candidates(text), key=lambda item: (item.start, -item.end)):
        if not finds or found.start >= finds[-1].end:
            finds.append(found)
    return finds


def _candidates(text: str) -> Iterator[Found]:
    for match in TWELVE_DIGITS.finditer(text):
        if is_iin(_digits(match.group())):
            yield Found(Kind.IIN, *match.span())
    for match in CARD.finditer(text):
        if _passes_luhn(_digits(match.group())):
            yield Found(Kind.CARD, *match.span())
    for kind, pattern in (
        (Kind.PHONE, PHONE),
        (Kind.PHONE, MOBILE),
        (Kind.EMAIL, EMAIL),
        (Kind.ACCOUNT, ACCOUNT),
    ):
        for match in pattern.finditer(text):
            yield Found(kind, *match.span())


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdecimal()]


def is_iin(digits: list[int]) -> bool:
    """Tell whether twelve digits are a person's IIN: a date, a century, a check digit.

    The check digit follows the rules of forming identification numbers (Government
    resolution No. 853 of 22 May 2007): two rows of weights modulo 11.
    """
    year, month, day = (10 * digits[i] + digits[i + 1] for i in (0, 2, 4))
    century = CENTURIES.get(digits[6])
    if century is None:
        return False
    try:
        date(century + year, month, day)
    except ValueError:
        return False
    for weights in WEIGHTS:
        rest = sum(w * d for w, d in zip(weights, digits, strict=False)) % 11
        if rest != 10:
            return rest == digits[11]
    return False


def _passes_luhn(digits: list[int]) -> bool:
    doubled = [2 * digit for digit in digits[-2::-2]]
    total = sum(digits[-1::-2]) + sum(n - 9 if n > 9 else n for n in doubled)
    return total % 10 == 0
