from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import crypto
from reports.crypto import CHUNK_BYTES, FRAME_BYTES, Place, Root, SealBrokenError

KEY = bytes(range(32))
FILE = UUID(int=7)
PLACE = Place("message", "body", UUID(int=1), UUID(int=2), 3)
MANY = settings(max_examples=1000, deadline=None)


@MANY
@given(st.binary(max_size=5000))
def test_a_value_comes_back(content):
    assert crypto.unseal(KEY, crypto.seal(KEY, content, PLACE), PLACE) == content


@MANY
@given(st.binary(max_size=300), st.data())
def test_a_flipped_bit_opens_nothing(content, data):
    sealed = bytearray(crypto.seal(KEY, content, PLACE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealBrokenError):
        crypto.unseal(KEY, bytes(sealed), PLACE)


def test_a_value_cut_at_any_byte_opens_nothing():
    sealed = crypto.seal(KEY, b"marker", PLACE)

    for end in range(len(sealed)):
        with pytest.raises(SealBrokenError):
            crypto.unseal(KEY, sealed[:end], PLACE)


@pytest.mark.parametrize(
    "change",
    [
        {"table": "note"},
        {"column": "head"},
        {"tip": uuid4()},
        {"row": uuid4()},
        {"number": 4},
    ],
)
def test_a_value_opens_nowhere_else(change):
    sealed = crypto.seal(KEY, b"marker", PLACE)

    with pytest.raises(SealBrokenError, match="moved"):
        crypto.unseal(KEY, sealed, replace(PLACE, **change))


def test_no_value_opens_under_two_keys():
    sealed = crypto.seal(KEY, b"marker", PLACE)

    with pytest.raises(SealBrokenError, match="another key"):
        crypto.unseal(crypto.new_key(), sealed, PLACE)


@MANY
@given(st.text(max_size=3000))
def test_a_text_comes_back(text):
    assert crypto.unseal_text(KEY, crypto.seal_text(KEY, text, PLACE), PLACE) == text


@pytest.mark.parametrize("text", ["", "қ", "қ" * 900, "a" * 4000])
def test_short_texts_are_all_of_one_length(text):
    one = crypto.seal_text(KEY, "1", PLACE)

    assert len(crypto.seal_text(KEY, text, PLACE)) == len(one)


@MANY
@given(st.integers(0, 2**40))
def test_padding_adds_at_most_an_eighth_and_hides_the_low_bits(size):
    padded = crypto.padme(size)

    assert size <= padded <= size * 1.12 + 1
    assert crypto.padme(padded) == padded


def test_a_wrap_opens_for_its_person_and_use_only():
    root, tip, person = Root(crypto.new_key()), uuid4(), uuid4()
    info = crypto.wrap_info(tip, person, "content", 1)
    wrapped = crypto.wrap(KEY, root.public_key, info)

    assert root.unwrap(wrapped, info) == KEY
    for other in (
        crypto.wrap_info(uuid4(), person, "content", 1),
        crypto.wrap_info(tip, uuid4(), "content", 1),
        crypto.wrap_info(tip, person, "identity", 1),
        crypto.wrap_info(tip, person, "content", 2),
    ):
        with pytest.raises(SealBrokenError):
            root.unwrap(wrapped, other)
    with pytest.raises(SealBrokenError):
        Root(crypto.new_key()).unwrap(wrapped, info)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_wrap_opens_nothing(data):
    root = Root(KEY)
    wrapped = bytearray(crypto.wrap(KEY, root.public_key, b"info"))
    bit = data.draw(st.integers(0, len(wrapped) * 8 - 1))
    wrapped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealBrokenError):
        root.unwrap(bytes(wrapped), b"info")


def test_a_signature_holds_for_its_text_place_and_signer():
    root = Root(KEY)
    signature = crypto.sign(root.signer, b"text", PLACE)
    key = root.signer.verify_key.encode()
    other = Root(crypto.new_key()).signer.verify_key.encode()

    assert crypto.is_signed(key, signature, b"text", PLACE)
    assert not crypto.is_signed(key, signature, b"tex", PLACE)
    assert not crypto.is_signed(key, signature, b"text", replace(PLACE, number=4))
    assert not crypto.is_signed(other, signature, b"text", PLACE)


# Files


def sealed_file(content, file=FILE, key=KEY):
    stored = BytesIO()
    sealer = crypto.FileSealer(key, file, stored)
    sealer.write(content)
    sealer.finish()
    return stored.getvalue()


def opened(stored, size, file=FILE, key=KEY):
    return b"".join(crypto.unseal_file(key, file, BytesIO(stored), size))


SIZES = [
    0,
    1,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    5 * CHUNK_BYTES,
    3_000_001,
]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back(size):
    content = bytes(i % 251 for i in range(size))

    assert opened(sealed_file(content), size) == content


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 200_000), st.lists(st.integers(1, 90_000), max_size=6))
def test_a_file_comes_back_however_it_arrives(size, cuts):
    content = (b"0123456789abcdefg" * (size // 17 + 1))[:size]
    stored = BytesIO()
    sealer = crypto.FileSealer(KEY, FILE, stored)
    start = 0
    for cut in cuts:
        sealer.write(content[start : start + cut])
        start += cut
    sealer.write(content[start:])
    sealer.finish()

    assert opened(stored.getvalue(), size) == content


def test_small_files_are_all_of_one_length():
    assert len({len(sealed_file(b"x" * size)) for size in (0, 1, 900, 60_000)}) == 1


def test_a_large_file_has_a_rounded_length():
    frames = len(sealed_file(bytes(1_000_001)))

    assert frames == len(sealed_file(bytes(1_001_000)))


@pytest.mark.parametrize("size", [10, CHUNK_BYTES, 3 * CHUNK_BYTES])
def test_a_file_cut_anywhere_never_ends_as_if_whole(size):
    content = b"y" * size
    stored = sealed_file(content)
    ends = {*range(30), *range(0, len(stored), 977), len(stored) - 1}
    ends |= {26 + n * FRAME_BYTES for n in range(len(stored) // FRAME_BYTES)}

    for end in sorted(ends - {len(stored)}):
        given_out = []
        with pytest.raises(SealBrokenError):
            given_out.extend(crypto.unseal_file(KEY, FILE, BytesIO(stored[:end]), size))
        assert b"".join(given_out) != content


def test_padding_cut_off_holds_the_last_bytes_back():
    size = 20 * CHUNK_BYTES + 5
    stored = sealed_file(b"z" * size)
    given_out = []

    with pytest.raises(SealBrokenError):
        given_out.extend(crypto.unseal_file(KEY, FILE, BytesIO(stored[:-1]), size))

    assert sum(map(len, given_out)) < size


def test_a_file_with_something_after_it_is_refused():
    with pytest.raises(SealBrokenError):
        opened(sealed_file(b"x") + b"!", 1)


def test_a_file_opens_under_its_own_name_and_key_only():
    stored = sealed_file(b"x")

    with pytest.raises(SealBrokenError):
        opened(stored, 1, file=uuid4())
    with pytest.raises(SealBrokenError):
        opened(stored, 1, key=crypto.new_key())


def test_frames_swapped_within_a_file_are_refused():
    stored = sealed_file(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c" * CHUNK_BYTES)
    head, first = stored[:26], stored[26 : 26 + FRAME_BYTES]
    second = stored[26 + FRAME_BYTES : 26 + 2 * FRAME_BYTES]
    rest = stored[26 + 2 * FRAME_BYTES :]

    with pytest.raises(SealBrokenError):
        opened(head + second + first + rest, 3 * CHUNK_BYTES)


def test_a_flipped_bit_in_a_file_is_refused():
    stored = bytearray(sealed_file(b"a" * 100))

    for position in [*range(26), 26, 500, len(stored) - 1]:
        changed = bytearray(stored)
        changed[position] ^= 1
        with pytest.raises(SealBrokenError):
            opened(bytes(changed), 100)
