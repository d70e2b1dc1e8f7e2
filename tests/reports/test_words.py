import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import words
from reports.receipts import ReceiptError, as_words, new_receipt, parse_receipt

numbers = st.integers(0, 2**115 - 1)


@pytest.mark.parametrize("language", words.LISTS)
def test_a_list_has_2048_different_words(language):
    assert len(words._places(language)) == 2048
    assert all(word.isalpha() and len(word) >= 3 for word in words._list(language))


@settings(max_examples=1000, deadline=None)
@given(numbers, st.sampled_from(["kk", "ru", "en"]))
def test_words_lead_back_to_their_number(number, language):
    assert words.from_words(words.to_words(number, language)) == number


def test_the_words_of_a_number_never_change():
    assert " ".join(words.to_words(2**114 + 1424, "en")) == (
        "length abandon abandon abandon abandon abandon abandon abandon abandon"
        " airport marble"
    )


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_receipt_is_read_from_its_words(language):
    for _ in range(100):
        receipt = new_receipt()
        said = as_words(receipt, language)

        assert len(said) == 11
        assert parse_receipt(" ".join(said)) == receipt
        numbered = [f"{n}. {word.upper()}" for n, word in enumerate(said, 1)]
        assert parse_receipt("\n".join(numbered)) == receipt
        assert parse_receipt(unicodedata.normalize("NFD", ", ".join(said))) == receipt


@pytest.mark.parametrize("language", words.LISTS)
def test_one_wrong_letter_in_a_word_is_forgiven(language):
    source = random.Random(5)
    letters = "etaoin" if language == "en" else "еоаинт"
    understood = 0
    for _ in range(200):
        receipt = new_receipt()
        said = as_words(receipt, language)
        place = source.randrange(11)
        word = said[place]
        at = source.randrange(1, len(word))
        said[place] = word[:at] + source.choice(letters) + word[at + 1 :]
        try:
            # Never another receipt without a word, save one time in 64.
            understood += parse_receipt(" ".join(said)) == receipt
        except ReceiptError:
            continue

    assert understood > 160


def test_swapped_words_are_mostly_noticed():
    noticed = 0
    for _ in range(300):
        said = as_words(new_receipt(), "en")
        said[0], said[1] = said[1], said[0]
        try:
            parse_receipt(" ".join(said))
        except ReceiptError:
            noticed += 1

    assert noticed > 280


def test_words_of_two_lists_or_too_few_are_refused():
    english, russian = as_words(new_receipt(), "en"), as_words(new_receipt(), "ru")

    for said in (english[:10], english[:5] + russian[5:], ["abandon"] * 12):
        with pytest.raises(ReceiptError):
            parse_receipt(" ".join(said))
