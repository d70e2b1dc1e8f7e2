import csv
import subprocess
import sys

import pyreadstat
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from surveys.microdata import rows
from surveys.models import Response
from surveys.services.fielding import close_wave
from tests.factories.surveys import fielded, option, question, texts

pytestmark = pytest.mark.django_db

# What a command has loaded that says its help and ends.
LOADED = """
import sys
from django.core.management import execute_from_command_line
try:
    execute_from_command_line(["manage.py", "export_responses", "--help"])
except SystemExit:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""
HEAVY = {"pandas", "pyreadstat", "scipy.optimize", "scipy.special"}

ITEMS = [
    question("gave", short=texts("Соңғы 12 айда берді"))
    | {
        "choices": [
            option(1) | {"label": texts("Иә")},
            option(99, missing="refused") | {"label": texts("Жауап бергім келмейді")},
        ]
    },
    question("who", "multiple"),
    question("age", "number", codes=()),
    question("words", "text", codes=()),
]


@pytest.fixture
def closed():
    wave = fielded(ITEMS)
    Response.objects.bulk_create(
        Response(
            wave=wave, language="kk", seed=0,
            answers={"gave": 99 if n % 3 else 1, "who": [1, 3], "age": n},
        )
        for n in range(30)
    )  # fmt: skip
    return close_wave(wave=wave, by=None)


@pytest.mark.parametrize("name", ["answers.sav", "answers.dta"])
def test_a_file_is_read_back_with_kazakh_labels(closed, tmp_path, name):
    path = tmp_path / name
    call_command("export_responses", closed.public_id, str(path))

    read = pyreadstat.read_sav if name.endswith("sav") else pyreadstat.read_dta
    table, meta = read(str(path))

    assert len(table) == 30
    assert meta.column_names_to_labels["gave"] == "Соңғы 12 айда берді"
    assert meta.variable_value_labels["gave"][1] == "Иә"
    assert meta.variable_value_labels["gave"][99] == "Жауап бергім келмейді"
    assert sorted(table["age"]) == list(range(30))


def test_spss_keeps_missing_codes_and_levels(closed, tmp_path):
    path = tmp_path / "answers.sav"
    call_command("export_responses", closed.public_id, str(path))

    table, meta = pyreadstat.read_sav(str(path), user_missing=True)

    assert meta.missing_ranges["gave"] == [{"lo": 99, "hi": 99}]
    assert meta.variable_measure["age"] == "scale"
    assert set(table["gave"]) == {1, 99}
    assert set(table["who_1"]) == {1}
    assert set(table["who_2"]) == {0}


def test_csv_holds_every_row_and_no_words(closed, tmp_path):
    path = tmp_path / "answers.csv"
    call_command("export_responses", closed.public_id, str(path), "--bom")

    text = path.read_bytes()
    rows = list(csv.reader(text.decode("utf-8-sig").splitlines()))

    assert text.startswith(b"\xef\xbb\xbf")
    assert rows[0] == ["gave", "who_1", "who_2", "who_3", "age"]
    assert len(rows) == 31


def test_rows_are_in_the_order_of_random_ids(closed):
    by_id = closed.responses.order_by("id").values_list("answers__age", flat=True)

    ages = [row[-1] for row in rows(closed)]

    assert ages == list(by_id)
    assert ages != list(range(30))


@pytest.mark.django_db(transaction=True)
def test_the_first_row_waits_for_no_other(closed):
    found = rows(closed)
    next(found)

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, is_holdable FROM pg_cursors")
        [(statement, is_read_whole)] = cursor.fetchall()
        cursor.execute(f"EXPLAIN {statement}")
        plan = cursor.fetchall()[0][0]
    found.close()

    assert not is_read_whole
    assert plan.startswith("Index Scan using response_of_wave")


def test_an_open_wave_gives_nothing(tmp_path):
    wave = fielded(ITEMS)

    with pytest.raises(CommandError, match="Close the wave first"):
        call_command("export_responses", wave.public_id, str(tmp_path / "a.csv"))


def test_the_export_loads_no_library_that_it_does_not_use():
    python = [sys.executable, "-c", LOADED]
    done = subprocess.run(python, capture_output=True, text=True, check=True)

    loaded = set(done.stderr.split())

    assert "surveys.microdata" in loaded
    assert not loaded & HEAVY
