import random
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.receipts import (
    ALPHABET,
    LENGTH,
    ReceiptError,
    grouped,
    new_receipt,
    parse_receipt,
)


def test_a_receipt_has_115_random_bits_and_a_check():
    receipt = new_receipt()

    assert len(receipt) == 24
    assert set(receipt) <= set(ALPHABET)
    assert 32 ** (LENGTH - 1) == 2**115


def test_a_receipt_is_shown_in_six_groups():
    assert grouped("0123456789ABCDEFGHJKMNPQ") == "0123-4567-89AB-CDEF-GHJK-MNPQ"


def test_every_wrong_character_is_caught():
    receipt = new_receipt()

    for place in range(LENGTH):
        for other in set(ALPHABET) - {receipt[place]}:
            with pytest.raises(ReceiptError):
                parse_receipt(receipt[:place] + other + receipt[place + 1 :])


def test_every_two_swapped_characters_are_caught():
    receipt = new_receipt()

    for i in range(LENGTH):
        for j in range(i + 1, LENGTH):
            if receipt[i] != receipt[j]:
                swapped = list(receipt)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                with pytest.raises(ReceiptError):
                    parse_receipt("".join(swapped))


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        grouped,
        lambda text: " ".join(text),
        lambda text: f"  {grouped(text)}\n",
        lambda text: grouped(text).replace("-", " — "),
        lambda text: text.replace("0", "o").replace("1", "l"),
        lambda text: text.replace("0", "O").replace("1", "I"),
        lambda text: text.replace("V", "U"),
        lambda text: text.translate(str.maketrans("ABCEHKMPTXY", "АВСЕНКМРТХУ")),
        lambda text: text.lower().translate(
            str.maketrans("abcehkmptxy3", "авсенкмртхуз")
        ),
    ],
)
def test_the_ways_people_write_a_receipt_are_understood(write):
    for _ in range(200):
        receipt = new_receipt()
        assert parse_receipt(write(receipt)) == receipt


def test_receipts_are_uniform():
    count = Counter("".join(new_receipt()[:-1] for _ in range(20_000)))
    expected = 20_000 * 23 / 32

    # 31 degrees of freedom: 61.1 is the one-in-a-thousand value.
    assert sum((n - expected) ** 2 / expected for n in count.values()) < 75


@settings(max_examples=2000, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_receipt_or_a_receipt_error(text):
    with suppress(ReceiptError):
        assert len(parse_receipt(text)) == LENGTH


def test_a_hundred_thousand_texts_break_nothing():
    source = random.Random(7)
    letters = ALPHABET + "ILOU-– абвгдежҚӨ\0\ud7ff"

    for _ in range(100_000):
        text = "".join(source.choices(letters, k=source.randrange(40)))
        with suppress(ReceiptError):
            parse_receipt(text)
