"""Broken files: each gets its own clear sentence and changes nothing."""

import codecs
from datetime import datetime

import pytest

from corruption_map.forms.rows import check_table
from corruption_map.models import Measure, Risk, VulnerablePosition
from corruption_map.sheets import MEASURES, POSITIONS, RISKS
from foundation.audit.models import AuditEvent
from foundation.tables import limits
from foundation.tables.mistakes import FileRefusedError
from foundation.tables.reading import read_table
from tests.corruption_map.workbooks import (
    RISK,
    csv_bytes,
    repacked,
    risk_xlsx,
    xlsx_bytes,
)
from tests.factories.corruption_map import (
    DetectionSourceFactory,
    MeasureFactory,
    RiskFactory,
    SphereFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import AreaFactory

SHEET_PART = "xl/worksheets/sheet1.xml"
HEADER = ",".join(RISK)


@pytest.fixture(autouse=True)
def known_codes(body, other_body):
    AreaFactory(
        iso="KZ-35",
        name_kk="Қарағанды облысы",
        name_ru="Карагандинская область",
        name_en="Karaganda Region",
    )
    SphereFactory(
        code="customs", name_kk="Кеден", name_ru="Таможня", name_en="Customs affairs"
    )
    DetectionSourceFactory(code="survey")


@pytest.fixture
def risk():
    return RiskFactory()


@pytest.fixture
def nothing_changes(risk):
    def count():
        models = (Risk, Measure, VulnerablePosition, AuditEvent)
        return [model.objects.count() for model in models]

    before = count()
    yield
    assert count() == before


def mistakes_in(sheet, content, by):
    """Return what is said of a file: message, row and column of each mistake."""
    try:
        found = check_table(sheet, read_table(sheet, content), by).mistakes
    except FileRefusedError as error:
        found = error.mistakes
    return [(mistake.message, mistake.row, mistake.column) for mistake in found]


def spoil_formula(book):
    book.active["G2"] = "=A2&B2"


def spoil_error(book):
    book.active["G2"] = "#REF!"


def spoil_merged(book):
    book.active.merge_cells("G2:H2")


def spoil_hidden(book):
    book.create_sheet("Черновик").sheet_state = "hidden"


def spoil_second_sheet(book):
    book.create_sheet("Лист2")["A1"] = "Итого"


def spoil_time(book):
    book.active["J1"] = "current_assessed_on"
    book.active["J2"] = datetime(2024, 5, 6, 13, 30)  # noqa: DTZ001 - as in a cell


def bomb():
    empty_texts = b"<sst>" + b"<si/>" * 8_000_000 + b"</sst>"
    return repacked(risk_xlsx(), {"xl/sharedStrings.xml": empty_texts})


def million_rows():
    rows = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    header = "".join(f"<c t='inlineStr'><is><t>{name}</t></is></c>" for name in RISK)
    rows += f"<row r='1'>{header}</row>".encode()
    # Counting up defeats the check of how tightly the part is packed.
    rows += b"".join(
        b"<row r='%d'><c><v>%d</v></c></row>" % (n, n * 7919)
        for n in range(2, 1_000_001)
    )
    return repacked(risk_xlsx(), {SHEET_PART: rows + b"</sheetData></worksheet>"})


def entity_bomb():
    lol = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
    )
    return repacked(risk_xlsx(), {SHEET_PART: lol})


def encrypted():
    content = bytearray(risk_xlsx())
    start = content.find(b"PK\x01\x02")
    content[start + 8] |= 1
    return bytes(content)


def ods():
    return repacked(risk_xlsx(), {"mimetype": b"application/vnd.oasis"})


REFUSED = {
    "nothing": (lambda: b"", "The file is empty"),
    "spaces": (lambda: b" \r\n \r\n", "The file is empty"),
    "only a mark": (lambda: codecs.BOM_UTF8, "The file is empty"),
    "only a header": (lambda: HEADER.encode(), "The file has a header and no rows"),
    "empty workbook": (lambda: xlsx_bytes([]), "The file is empty"),
    "too large": (
        lambda: b"x" * (limits.LARGEST_FILE + 1),
        "The file is larger than 10 MB: split it into several files",
    ),
    "windows-1251": (
        lambda: csv_bytes([{**RISK, "title_kk": "Очередь"}], encoding="cp1251"),
        (
            "The file is not in UTF-8: save it in Excel as “CSV UTF-8”, or as an Excel"
            " workbook"
        ),
    ),
    "half of utf-16": (
        lambda: csv_bytes([RISK], encoding="utf-16")[:-1],
        (
            "The file is not in UTF-8: save it in Excel as “CSV UTF-8”, or as an Excel"
            " workbook"
        ),
    ),
    "pdf": (lambda: b"%PDF-1.7 ...", "The file is neither an Excel workbook nor CSV"),
    "html": (
        lambda: b"<html><table><tr><td>year</td></tr></table></html>",
        "The file is neither an Excel workbook nor CSV",
    ),
    "picture": (
        lambda: b"\x89PNG\r\n\x1a\n....",
        "The file is neither an Excel workbook nor CSV",
    ),
    "old xls": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        (
            "This is an old .xls file or one with a password: save it as .xlsx without a"
            " password"
        ),
    ),
    "encrypted part": (
        encrypted,
        (
            "This is an old .xls file or one with a password: save it as .xlsx without a"
            " password"
        ),
    ),
    "opendocument": (
        ods,
        "This is an OpenDocument file: save it as .xlsx or as CSV UTF-8",
    ),
    "macros": (
        lambda: repacked(risk_xlsx(), {"xl/vbaProject.bin": b"x"}),
        "The workbook has macros: save it as .xlsx without them",
    ),
    "another package": (
        lambda: repacked(risk_xlsx(), drop=["xl/workbook.xml"]),
        "This is not an Excel workbook: send .xlsx or CSV UTF-8",
    ),
    "cut off": (
        lambda: risk_xlsx()[:2000],
        (
            "The workbook is damaged: open it in Excel or LibreOffice and save it anew as"
            " .xlsx"
        ),
    ),
    "broken xml": (
        lambda: repacked(risk_xlsx(), {SHEET_PART: b"<worksheet><sheetData><row>"}),
        (
            "The workbook is damaged: open it in Excel or LibreOffice and save it anew as"
            " .xlsx"
        ),
    ),
    "entities": (
        entity_bomb,
        (
            "The workbook is damaged: open it in Excel or LibreOffice and save it anew as"
            " .xlsx"
        ),
    ),
    "missing part": (
        lambda: repacked(risk_xlsx(), drop=[SHEET_PART]),
        "The workbook has no sheet with a table",
    ),
    "zip bomb": (
        bomb,
        "The workbook unpacks to far more than a table needs, so it is not opened",
    ),
    "a thousand parts": (
        lambda: repacked(risk_xlsx(), {f"xl/media/{n}": b"x" for n in range(1001)}),
        "The workbook unpacks to far more than a table needs, so it is not opened",
    ),
    "million rows": (
        million_rows,
        "The file has more than 20000 rows: split it into several files",
    ),
    "20,001 rows": (
        lambda: (HEADER + "\n" + ",2024\n" * 20_001).encode(),
        "The file has more than 20000 rows: split it into several files",
    ),
    "201 columns": (
        lambda: (",".join(["year"] * 201) + "\n2024").encode(),
        "The file has cells beyond column 200: delete those columns",
    ),
    "cell far to the right": (
        lambda: risk_xlsx(lambda book: book.active.cell(3, 16_000, "x")),
        "The file has cells beyond column 200: delete those columns",
    ),
    "merged cells": (
        lambda: risk_xlsx(spoil_merged),
        "Cells are merged (G2:H2): part them again",
    ),
    "hidden sheet": (
        lambda: risk_xlsx(spoil_hidden),
        "The sheet “Черновик” is hidden: show it or delete it",
    ),
    "second sheet": (
        lambda: risk_xlsx(spoil_second_sheet),
        "The workbook has another filled sheet, “Лист2”: keep one",
    ),
    "no header": (
        lambda: b"2024,KZ-35,customs\n2024,KZ-35,customs",
        "The first row names none of the columns: begin with the template of “Risks”",
    ),
    "open quotation mark": (
        lambda: (HEADER + '\n,2024,KZ-35,,customs,survey,"Кезек,b,c').encode(),
        (
            "From line 2 on the quotation marks do not match: write a mark inside a cell"
            " twice"
        ),
    ),
    "stray quotation mark": (
        lambda: (HEADER + '\n,2024,KZ-35,,customs,survey,"a"b",b,c').encode(),
        (
            "From line 2 on the quotation marks do not match: write a mark inside a cell"
            " twice"
        ),
    ),
    "endless cell": (
        lambda: (HEADER + "\n," + "x" * 140_000).encode(),
        "Line 2 holds a cell that never ends",
    ),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", REFUSED)
def test_broken_file_is_refused(editor, kind):
    make, message = REFUSED[kind]

    found = mistakes_in(RISKS, make(), editor)

    assert found == [(message, None, "")]


COLUMNS = {
    "missing column": (
        [{key: value for key, value in RISK.items() if key != "year"}],
        None,
        ("The column is missing", 1, "year"),
    ),
    "unknown column": (
        [RISK | {"colour": "red"}],
        None,
        ("Unknown column “colour”", 1, ""),
    ),
    "misspelt column": (
        [RISK | {"descripton_kk": ""}],
        None,
        ("Unknown column “descripton_kk”: did you mean “description_kk”?", 1, ""),
    ),
    "column twice": (
        [RISK],
        [*RISK, "year"],
        ("The column is named 2 times", 1, "year"),
    ),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", COLUMNS)
def test_broken_header_is_refused(editor, kind):
    rows, header, mistake = COLUMNS[kind]

    assert mistake in mistakes_in(RISKS, csv_bytes(rows, header), editor)


CELLS = {
    "no year": ({"year": ""}, "This field is required.", "year"),
    "year in words": ({"year": "биыл"}, "Write a whole number", "year"),
    "year out of range": (
        {"year": "1024"},
        "Ensure this value is greater than or equal to 1991.",
        "year",
    ),
    "unknown area": (
        {"area": "KZ-36"},
        "Unknown code “KZ-36”: did you mean “KZ-35”?",
        "area",
    ),
    "unlike any sphere": ({"sphere": "ЖКХ"}, "Unknown code “ЖКХ”", "sphere"),
    "misspelt name": (
        {"sphere": "Таможна"},
        "Unknown code “Таможна”: did you mean “customs”?",
        "sphere",
    ),
    "overlong title": (
        {"title_en": "x" * 301},
        "Ensure this value has at most 300 characters (it has 301).",
        "title_en",
    ),
    "no title": (
        {"title_kk": "", "title_ru": "", "title_en": ""},
        "Write this in at least one language",
        "title_kk",
    ),
    "amount in words": (
        {"amount_kzt": "4 млн"},
        "Write a number in digits, as 1250000.50",
        "amount_kzt",
    ),
    "two kinds of decimals": (
        {"amount_kzt": "1.250,50"},
        "It is not clear where the decimals of “1.250,50” begin",
        "amount_kzt",
    ),
    "negative amount": (
        {"amount_kzt": "-1"},
        "Ensure this value is greater than or equal to 0.",
        "amount_kzt",
    ),
    "quotation without source": (
        {"quote": "“They queue”", "quote_language": "en"},
        "A quotation names its source and its language",
        "",
    ),
    "unknown language": (
        {"original_language": "kz"},
        "Write one of: kk, ru, en",
        "original_language",
    ),
    "half a level": (
        {
            "current_likelihood": "3",
            "current_impact": "",
            "current_assessed_on": "2024-05-06",
        },
        "A level needs likelihood, impact and the day it was assessed",
        "current_impact",
    ),
    "likelihood of six": (
        {
            "current_likelihood": "6",
            "current_impact": "1",
            "current_assessed_on": "2024-05-06",
        },
        "Ensure this value is less than or equal to 5.",
        "current_likelihood",
    ),
    "day that does not exist": (
        {"current_assessed_on": "31.02.2024"},
        "Write a date that exists, as 2024-12-31 or 31.12.2024",
        "current_assessed_on",
    ),
    "american date": (
        {"current_assessed_on": "12/31/2024"},
        "Write a date that exists, as 2024-12-31 or 31.12.2024",
        "current_assessed_on",
    ),
    "serial number for a date": (
        {"current_assessed_on": "45292"},
        "Write a date that exists, as 2024-12-31 or 31.12.2024",
        "current_assessed_on",
    ),
    "year of two digits": (
        {"current_assessed_on": "0024-01-01"},
        "The year 24 is not between 1991 and 2100",
        "current_assessed_on",
    ),
    "unknown id": (
        {"public_id": "NOBODY"},
        (
            "There is no row with this id among what you work on; leave the cell empty for a"
            " new row"
        ),
        "public_id",
    ),
    "control character": (
        {"title_en": "a\x07b"},
        "The cell holds a control character (code 7)",
        "title_en",
    ),
    "a person's IIN": (
        {"description_en": "Ask 900101300017 about it"},
        "The text holds a person's IIN or card number: take it out",
        "description_en",
    ),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", CELLS)
def test_wrong_cell_is_named_by_row_and_column(editor, kind):
    values, message, column = CELLS[kind]
    good = {**RISK, **dict.fromkeys(values, "")}
    good |= {key: RISK[key] for key in values if key in RISK}

    found = mistakes_in(RISKS, csv_bytes([good, {**RISK, **values}]), editor)

    assert (message, 3, column) in found
    assert {row for _, row, _ in found} == {3}


WORKBOOK_CELLS = {
    "formula": (spoil_formula, "The cell holds a formula: paste its value instead", 7),
    "error": (spoil_error, "The cell holds the error #REF!", 7),
    "time of day": (spoil_time, "The cell holds a time of day beside the date", 10),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", WORKBOOK_CELLS)
def test_wrong_cell_of_a_workbook_is_named(editor, kind):
    spoil, message, place = WORKBOOK_CELLS[kind]
    column = [*RISK, "current_assessed_on"][place - 1]

    assert mistakes_in(RISKS, risk_xlsx(spoil), editor) == [(message, 2, column)]


@pytest.mark.usefixtures("nothing_changes")
def test_short_and_long_rows_are_named(editor):
    content = (HEADER + "\n,2024\n" + "," * len(RISK) + "x").encode()

    found = mistakes_in(RISKS, content, editor)

    assert ("The row ends here: it has 2 cells of 9", 2, "area") in found
    assert ("Cell 10 stands outside the named columns", 3, "") in found


@pytest.mark.usefixtures("nothing_changes")
def test_every_mistake_is_listed_at_once(editor):
    wrong = {**RISK, "year": "x", "area": "x", "sphere": "x"}

    found = mistakes_in(RISKS, csv_bytes([wrong] * 3), editor)

    assert len([mistake for mistake in found if mistake[2]]) == 9


def test_repeated_rows_are_named(editor):
    stored = RiskFactory()
    twice = {**RISK, "public_id": stored.public_id}

    found = mistakes_in(RISKS, csv_bytes([RISK, twice, RISK, twice]), editor)

    assert found == [
        ("The row repeats row 2", 4, ""),
        ("The same id stands in row 3", 5, "public_id"),
    ]


def test_published_risk_keeps_its_titles(editor):
    risk = RiskFactory(published=True)
    row = {**RISK, "public_id": risk.public_id, "title_ru": ""}

    found = mistakes_in(RISKS, csv_bytes([row]), editor)

    message = "A published risk has a title in Kazakh and in Russian"
    assert found == [(message, 2, "title_ru")]


def test_officer_names_no_other_body(officer):
    found = mistakes_in(RISKS, csv_bytes([{**RISK, "body": "railways"}]), officer)

    assert found == [("“railways” does not belong to what you work on", 2, "body")]


def test_officer_names_the_own_body(officer):
    found = mistakes_in(RISKS, csv_bytes([RISK]), officer)

    assert found == [("Name the body that you work for", 2, "body")]


def test_row_of_another_body_is_unknown(officer, other_body):
    stored = RiskFactory(body=other_body)
    row = {**RISK, "body": "customs", "public_id": stored.public_id}

    [(message, _, column)] = mistakes_in(RISKS, csv_bytes([row]), officer)

    assert (message[:29], column) == ("There is no row with this id ", "public_id")


def test_officer_rewrites_no_published_risk(officer, body):
    stored = RiskFactory(body=body, published=True)
    row = {**RISK, "body": "customs", "public_id": stored.public_id}

    [(message, _, _)] = mistakes_in(RISKS, csv_bytes([row]), officer)

    assert message == "A risk that was handed in or published is changed by the agency"


def measure_row(stored, **values):
    row = {"public_id": "", "risk": stored.public_id, "text_kk": "а", "text_ru": "б"}
    return {**row, "executor": "customs", "deadline": "2025-06-30"} | values


MEASURE_CELLS = {
    "before the risk": (
        {"deadline": "31.12.2023"},
        "The deadline lies before the year of the risk, 2024",
        "deadline",
    ),
    "no deadline": ({"deadline": ""}, "This cell must not be empty", "deadline"),
    "no executor": ({"executor": ""}, "This cell must not be empty", "executor"),
    "no text": (
        {"text_kk": "", "text_ru": ""},
        "Write this in at least one language",
        "text_kk",
    ),
    "unknown risk": ({"risk": "NOBODY"}, "Unknown code “NOBODY”", "risk"),
    "unknown helper": (
        {"co_executors": "railways; seaways"},
        "Unknown code “seaways”: did you mean “railways”?",
        "co_executors",
    ),
    "executor helps itself": (
        {"co_executors": "customs"},
        "The executor is named among those who help",
        "co_executors",
    ),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", MEASURE_CELLS)
def test_wrong_measure_is_named(editor, risk, kind):
    values, message, column = MEASURE_CELLS[kind]
    row = {**measure_row(risk), "co_executors": "", **values}

    found = mistakes_in(MEASURES, csv_bytes([row]), editor)

    assert found == [(message, 2, column)]


def test_import_overwrites_no_deadline(editor):
    stored = MeasureFactory(deadline="2025-01-31")
    row = measure_row(stored.risk, public_id=stored.public_id)

    [(message, _, column)] = mistakes_in(MEASURES, csv_bytes([row]), editor)

    assert message == "A deadline is not overwritten: move it with a reason instead"
    assert column == "deadline"


def test_import_moves_no_measure_to_another_risk(editor):
    stored = MeasureFactory(deadline="2025-06-30")
    row = measure_row(RiskFactory(), public_id=stored.public_id)

    found = mistakes_in(MEASURES, csv_bytes([row]), editor)

    assert found == [("A measure stays with its risk", 2, "risk")]


POSITION_CELLS = {
    "unknown level": (
        {"level": "enormous"},
        "Write one of: low, medium, high, critical",
        "level",
    ),
    "ends before it begins": (
        {"valid_from": "2024-01-02", "valid_to": "2024-01-01"},
        "The list ends before it begins",
        "valid_to",
    ),
    "published in one language": (
        {"is_published": "да", "title_ru": ""},
        "A published position has a title in Kazakh and in Russian",
        "title_ru",
    ),
    "neither yes nor no": (
        {"is_published": "perhaps"},
        "Write one of: yes, no, иә, жоқ, да, нет",
        "is_published",
    ),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", POSITION_CELLS)
def test_wrong_position_is_named(editor, kind):
    values, message, column = POSITION_CELLS[kind]
    row = {
        "public_id": "",
        "body": "customs",
        "title_kk": "а",
        "title_ru": "б",
    } | values

    assert mistakes_in(POSITIONS, csv_bytes([row]), editor) == [(message, 2, column)]


def test_position_of_another_body_is_unknown(officer, other_body):
    stored = VulnerablePositionFactory(body=other_body)
    row = {
        "public_id": stored.public_id,
        "body": "customs",
        "title_kk": "а",
        "title_ru": "б",
    }

    [(message, _, _)] = mistakes_in(POSITIONS, csv_bytes([row]), officer)

    assert message.startswith("There is no row with this id")
