from datetime import date

import pytest

from foundation.tables.mistakes import FileRefusedError
from indicators.models import Observation, Release
from indicators.services import load_release
from tests.factories.accounts import UserFactory
from tests.factories.indicators import IndicatorFactory, SourceFactory, UnitFactory

pytestmark = pytest.mark.django_db

HEADER = "unit,year,value,breakdown,breakdown_value"
BAD = [
    (
        "a byte order mark",
        b"\xef\xbb\xbf" + f"{HEADER}\ncrimes,2024,5,,\n".encode(),
        None,
        "",
        "byte order mark",
    ),
    (
        "semicolons",
        f"{HEADER}\ncrimes,2024,5,,\n".replace(",", ";").encode(),
        None,
        "",
        "semicolons",
    ),
    (
        "a decimal comma",
        f'{HEADER}\ncrimes,2024,"5,5",,\n'.encode(),
        2,
        "value",
        "comma",
    ),
    (
        "a repeated key",
        f"{HEADER}\ncrimes,2024,5,,\ncrimes,2024,6,,\n".encode(),
        3,
        "year",
        "Row 2",
    ),
    (
        "an unknown area",
        f"{HEADER}\ncrimes,2024,5,region,KZ-99\n".encode(),
        2,
        "breakdown_value",
        "KZ-99",
    ),
    (
        "a region without a code",
        f"{HEADER}\ncrimes,2024,5,region,Narnia\n".encode(),
        2,
        "breakdown_value",
        "Narnia",
    ),
    ("an unknown unit", f"{HEADER}\napples,2024,5,,\n".encode(), 2, "unit", "apples"),
    (
        "an unknown breakdown",
        f"{HEADER}\ncrimes,2024,5,colour,red\n".encode(),
        2,
        "breakdown",
        "colour red",
    ),
    (
        "an unknown period",
        f"{HEADER}\ncrimes,last year,5,,\n".encode(),
        2,
        "year",
        "last year",
    ),
    ("no number", f"{HEADER}\ncrimes,2024,many,,\n".encode(), 2, "value", "many"),
    ("no value", f"{HEADER}\ncrimes,2024,,,\n".encode(), 2, "value", "not a number"),
    (
        "a huge number",
        f"{HEADER}\ncrimes,2024,{'9' * 30},,\n".encode(),
        2,
        "value",
        "too large",
    ),
    (
        "infinity",
        f"{HEADER}\ncrimes,2024,Infinity,,\n".encode(),
        2,
        "value",
        "not a number",
    ),
    (
        "HTML",
        f"{HEADER},section\ncrimes,2024,5,,,<b>1</b>\n".encode(),
        2,
        "section",
        "HTML",
    ),
    (
        "too few cells",
        f"{HEADER}\ncrimes,2024,5\n".encode(),
        2,
        "breakdown",
        "cells",
    ),
    ("too many cells", f"{HEADER}\ncrimes,2024,5,,,x,y\n".encode(), 2, "", "outside"),
    (
        "a missing column",
        b"unit,year,value\ncrimes,2024,5\n",
        1,
        "breakdown",
        "missing",
    ),
    (
        "an unknown column",
        f"{HEADER},colour\ncrimes,2024,5,,,\n".encode(),
        1,
        "",
        "Unknown column “colour”",
    ),
    (
        "a column twice",
        f"{HEADER},unit\ncrimes,2024,5,,,crimes\n".encode(),
        1,
        "unit",
        "2 times",
    ),
    ("no rows", f"{HEADER}\n".encode(), None, "", "no rows"),
    ("nothing", b"", None, "", "empty"),
    (
        "another encoding",
        f"{HEADER},section\ncrimes,2024,5,,,закон\n".encode("cp1251"),
        None,
        "",
        "not in UTF-8",
    ),
    (
        "zero bytes",
        f"{HEADER}\ncrimes,2024,5,,\x00\n".encode(),
        2,
        "breakdown_value",
        "control character",
    ),
    (
        "an open quote",
        f'{HEADER}\ncrimes,2024,5,"\n'.encode(),
        None,
        "",
        "quotation marks",
    ),
    (
        "a status",
        f"{HEADER},status\ncrimes,2024,5,,,X\n".encode(),
        2,
        "status",
        "not one of",
    ),
    (
        "a rank",
        f"{HEADER},rank_of\ncrimes,2024,5,,,many\n".encode(),
        2,
        "rank_of",
        "whole number",
    ),
]


@pytest.mark.parametrize(
    ("content", "row", "column", "text"),
    [case[1:] for case in BAD],
    ids=[case[0] for case in BAD],
)
def test_a_bad_file_is_refused_by_row_and_column(content, row, column, text):
    UnitFactory(code="crimes")

    with pytest.raises(FileRefusedError) as refused:
        load_release(
            indicator=IndicatorFactory(),
            source=SourceFactory(),
            edition="1",
            retrieved_on=date(2025, 1, 2),
            content=content,
            by=UserFactory(),
        )

    found = [(m.row, m.column) for m in refused.value.mistakes]
    assert (row, column) in found
    assert any(text in m.message for m in refused.value.mistakes)
    assert not Release.objects.exists()
    assert not Observation.objects.exists()


def test_all_mistakes_are_told_at_once():
    content = f"{HEADER}\napples,2024,many,,\npears,never,5,,\n".encode()

    with pytest.raises(FileRefusedError) as refused:
        load_release(
            indicator=IndicatorFactory(),
            source=SourceFactory(),
            edition="1",
            retrieved_on=date(2025, 1, 2),
            content=content,
            by=UserFactory(),
        )

    assert [(m.row, m.column) for m in refused.value.mistakes] == [
        (2, "unit"),
        (2, "value"),
        (3, "year"),
        (3, "unit"),
    ]
