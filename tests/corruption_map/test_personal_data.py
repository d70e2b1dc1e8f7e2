import pytest

from corruption_map.personal_data import find, is_iin

SECOND_ROW = [
    ("900101300811", True),
    ("900101300812", False),
    # Both rows leave ten: such a number is never given.
    ("900101300800", False),
]


def kinds(text):
    return [found.kind for found in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "900101300017",
        "ЖСН 900101300017.",
        "900101 300017",
        "900101-300017",
    ],
)
def test_iin_is_found(text):
    assert kinds(text) == ["iin"]


@pytest.mark.parametrize(
    "text",
    [
        "900101300018",  # another check digit
        "901301300017",  # no thirteenth month
        "900230300017",  # no 30 February
        "900101700017",  # no such century
        "9001013000170",  # thirteen digits
        "040840003527",  # a BIN: 40 is no day
    ],
)
def test_other_numbers_are_no_iin(text):
    assert "iin" not in kinds(text)


@pytest.mark.parametrize(("iin", "is_valid"), SECOND_ROW)
def test_second_row_of_weights_is_used_where_the_first_leaves_ten(iin, is_valid):
    assert is_iin([int(sign) for sign in iin]) is is_valid


@pytest.mark.parametrize(
    "text",
    [
        "+7 701 123 45 67",
        "8 (7172) 55-55-55",
        "87011234567",
        "+77011234567",
        "8-701-123-45-67",
        "701 123 45 67",
        "7771234567",
        "+7\u00a0701\u00a01234567",
    ],
)
def test_phone_is_found(text):
    assert kinds(f"Звоните {text} вечером") == ["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "1 165 ұсынымның 987-і орындалды",
        "45 281 000 000 теңге",
        "№ 285, 31.12.2024",
        "2022–2026",
        "KZ-35",
        "12345678901234567890",
    ],
)
def test_numbers_of_reports_are_left_alone(text):
    assert kinds(text) == []


@pytest.mark.parametrize("text", ["a@b.kz", "aigul.s+map@mail.example.org"])
def test_email_is_found(text):
    assert kinds(f"Жазыңыз: {text}.") == ["email"]


def test_card_is_found():
    assert kinds("4111 1111 1111 1111") == ["card"]


def test_card_with_a_wrong_digit_is_not_found():
    assert kinds("4111 1111 1111 1112") == []


def test_account_is_found():
    assert kinds("KZ86 125K ZT50 0410 0100") == ["account"]


def test_finds_stand_where_they_are():
    text = "call 87011234567 or a@b.kz"

    assert [text[found.start : found.end] for found in find(text)] == [
        "87011234567",
        "a@b.kz",
    ]
