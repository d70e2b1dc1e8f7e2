import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from foundation.open_data import writers
from foundation.open_data.registry import Column
from foundation.open_data.writers import (
    About,
    TooManyRowsError,
    as_text,
    write_csv,
    write_json,
    write_xlsx,
)

ABOUT = About("things", "Things", "A source", "CC BY", "https://example.org/")
COLUMNS = [Column("id", "Id"), Column("value", "Value")]


def as_csv(*values, **options):
    rows = iter([["x", value] for value in values])
    return b"".join(write_csv(COLUMNS, rows, **options))


def as_json(*values):
    rows = iter([["x", value] for value in values])
    return b"".join(write_json(COLUMNS, rows, about=ABOUT, count=len(values)))


def as_cells(*values):
    rows = iter([["x", value] for value in values])
    sheet = workbook(rows, count=len(values))["things"]
    return [line[1] for line in sheet.iter_rows(min_row=2)]


def workbook(rows, count):
    with write_xlsx(COLUMNS, rows, about=ABOUT, count=count) as file:
        return load_workbook(BytesIO(file.read()))


@given(
    st.lists(
        st.tuples(
            st.text(max_size=20), st.one_of(st.none(), st.decimals(allow_nan=False))
        ),
        max_size=30,
    )
)
def test_any_table_is_read_back_as_it_was_written(table):
    columns = [Column("id", "Id"), Column("value", "Value", type="number")]

    written = b"".join(write_csv(columns, iter(table))).decode()

    _head, *lines = csv.reader(StringIO(written, newline=""))
    assert lines == [[as_text(text), as_text(number)] for text, number in table]


def test_a_line_of_one_empty_cell_is_not_passed_over():
    written = b"".join(write_csv(COLUMNS[:1], iter([["a"], [None], ["b"]]))).decode()

    assert list(csv.reader(StringIO(written))) == [["id"], ["a"], [""], ["b"]]


FORMULAS = [
    "=1+1",
    "+7 701",
    "-cmd",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "＝1+1",
    '=HYPERLINK("http://example.org")',
]


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_defused_in_csv(text):
    lines = csv.reader(StringIO(as_csv(text).decode(), newline=""))

    assert list(lines)[1][1] == f"'{text}"


@pytest.mark.parametrize("text", [t for t in FORMULAS if "\r" not in t])
def test_formula_is_a_text_in_xlsx(text):
    (cell,) = as_cells(text)

    assert (cell.value, cell.data_type) == (f"'{text}", "s")


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_raw_in_json(text):
    assert json.loads(as_json(text))["rows"][0]["value"] == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (-5, "-5"),
        (Decimal("-0.50"), "-0.50"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, 678, UTC), "2026-01-02T03:04:05Z"),
        ('a,b"c\n', '"a,b""c\n"'),
        ("Қарағанды", "Қарағанды"),
    ],
)
def test_csv_cell(value, text):
    assert as_csv(value).decode() == f"id,value\r\nx,{text}\r\n"


def test_csv_begins_with_a_bom_where_asked():
    assert as_csv(with_bom=True) == b"\xef\xbb\xbfid,value\r\n"


def test_json_keeps_decimals_exact_and_letters_as_they_are():
    text = as_json(Decimal("1234567890123456.70"), "ӨҢІР").decode()

    assert '"value":1234567890123456.70' in text
    assert "ӨҢІР" in text
    assert json.loads(text)["row_count"] == 2


def test_json_that_is_cut_does_not_parse():
    text = as_json(*"abc")

    with pytest.raises(json.JSONDecodeError):
        json.loads(text[:-4])


def test_xlsx_has_real_days_and_numbers():
    day, number, flag = as_cells(date(2026, 1, 2), Decimal("1.5"), True)

    assert day.value == datetime(2026, 1, 2)  # noqa: DTZ001  # cells have no zone
    assert (number.value, flag.value) == (1.5, True)


def test_xlsx_says_that_it_cut_a_text():
    (cell,) = as_cells("a" * 40_000)

    assert len(cell.value) == 32_767
    assert cell.value.endswith("…")


def test_xlsx_refuses_more_rows_than_a_sheet_holds():
    with pytest.raises(TooManyRowsError):
        write_xlsx(COLUMNS, iter([]), about=ABOUT, count=writers.XLSX_ROWS + 1)


def test_xlsx_explains_its_columns():
    with override("en"):
        sheet = workbook(iter([]), count=0)["dictionary"]

    assert [cell.value for cell in sheet["A"]][:3] == ["Column", "id", "value"]


def test_pieces_are_of_one_size(monkeypatch):
    monkeypatch.setattr(writers, "ROWS_A_PIECE", 2)

    pieces = list(write_csv(COLUMNS, iter([["x", n] for n in range(5)])))

    assert [piece.count(b"\r\n") for piece in pieces] == [1, 2, 2, 1]
