"""Files of a release and of responses: others read them, and nothing is cut."""

import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import frictionless
import pyreadstat
import pytest
import xmlschema
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from surveys.models import Response
from surveys.services.fielding import close_wave
from tests.factories.surveys import fielded, option, question, texts
from tests.surveys.test_publishing import hand_wave, raked, released

pytestmark = pytest.mark.django_db

DDI = "{ddi:codebook:2_5}"
KINDS = [
    question("gave", codes=(1, 2), base=["=", "sex", 1])
    | {"choices": [option(1), option(2), option(99, missing="refused")]},
    question("who", "multiple"),
    question("trust", "matrix") | {"rows": [option(1), option(2)]},
    question("best", "ranking"),
    question("years", "number", codes=()),
    question("when", "date", codes=()),
    question("where", "area", codes=()),
    question("words", "text", codes=()),
]
EVERY = [
    question("yes", codes=(1, 2)),
    question("sex", codes=(1, 2)),
    question("age", codes=(1, 2)),
    *KINDS,
]


def content(client, release, file_format):
    return client.get(f"{release.get_absolute_url()}{file_format}/").content


@pytest.fixture
def weighted():
    wave = hand_wave(items=EVERY)
    return released(wave, raked(wave))


def test_a_codebook_has_the_order_of_the_standard(client, weighted):
    schema = xmlschema.XMLSchema(Path(__file__).parent / "ddi_codebook_order.xsd")
    book = content(client, weighted, "ddi")

    assert [str(e.reason) for e in schema.iter_errors(io.BytesIO(book))] == []

    book = book.replace(b"<labl", b"<label", 1).replace(b"</labl>", b"</label>", 1)
    assert not schema.is_valid(io.BytesIO(book))


def test_an_identifier_stands_once_in_a_codebook(client):
    release = released(hand_wave(items=[*EVERY, question("F1"), question("file")]))

    root = ElementTree.fromstring(content(client, release, "ddi"))

    told = [row.get("ID") for row in root.iter() if row.get("ID")]
    assert len(told) == len(set(told))
    files = {row.get("files") for row in root.iter(f"{DDI}var")}
    assert files == {root.find(f"{DDI}fileDscr").get("ID")}


def test_a_codebook_describes_each_variable(client, weighted):
    root = ElementTree.fromstring(content(client, weighted, "ddi"))

    variables = {row.get("name"): row for row in root.iter(f"{DDI}var")}
    gave = variables["gave"]
    assert set(variables) >= {"who_1", "trust_2", "best_3", "years", "where", "weight"}
    assert "words" not in variables
    assert gave.find(f"{DDI}universe").get("clusion") == "I"
    assert [row.get("missing") for row in gave.findall(f"{DDI}catgry")] == [
        "N",
        "N",
        "Y",
    ]
    assert gave.get("wgt-var") == "weight"
    for row in variables.values():
        languages = [label.attrib.values() for label in row.findall(f"{DDI}labl")]
        assert len(languages) == 3


def test_suppressed_figures_are_not_in_a_codebook(client, weighted):
    root = ElementTree.fromstring(content(client, weighted, "ddi"))
    told = {
        (row.get("name"), category.find(f"{DDI}catValu").text)
        for row in root.iter(f"{DDI}var")
        for category in row.iter(f"{DDI}catgry")
        if category.find(f"{DDI}catStat") is not None
    }

    shown = weighted.estimates.filter(split="", p__isnull=False)
    assert told == {(row.question, row.code) for row in shown}


def test_frictionless_accepts_a_package(client, weighted, tmp_path):
    archive = zipfile.ZipFile(io.BytesIO(content(client, weighted, "package")))
    archive.extractall(tmp_path)

    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()

    assert report.flatten(["rowNumber", "fieldName", "note"]) == []
    figures = list(
        csv.DictReader((tmp_path / "estimates.csv").read_text().splitlines())
    )
    assert len(figures) == weighted.estimates.count()
    described = json.loads((tmp_path / "datapackage.json").read_text())
    assert described["sha256"] == weighted.sha256


@pytest.mark.parametrize("file_format", ["json", "csv", "sdmx", "ddi", "package"])
def test_a_file_has_the_same_bytes_each_time(client, weighted, file_format):
    once = content(client, weighted, file_format)

    assert once == content(client, weighted, file_format)


def test_an_open_link_says_in_the_codebook_why_it_has_no_error(client):
    release = released(hand_wave("open_link"))

    book = content(client, release, "ddi").decode()
    package = zipfile.ZipFile(io.BytesIO(content(client, release, "package")))

    assert "no sampling error" in book
    assert "low" not in package.read("estimates.csv").decode().splitlines()[0]


def test_responses_of_a_weighted_wave_have_their_weights(weighted, tmp_path):
    wave = weighted.wave
    Response.objects.create(
        wave=wave, language="kk", seed=0, cell="1|1", answers={"yes": 1}
    )
    path = tmp_path / "answers.sav"

    call_command("export_responses", wave.public_id, str(path))

    table, meta = pyreadstat.read_sav(str(path))
    assert table["weight"][0] == pytest.approx(0.842898313430289)
    assert meta.column_names_to_labels["weight"] == "Жауаптың салмағы"


@pytest.mark.parametrize("name", ["longest.sav", "longest.dta"])
def test_the_longest_labels_are_not_cut(tmp_path, name):
    label, answer = "ұ" * 80, "ү" * 60
    item = question("gave", short=texts(label)) | {
        "choices": [option(1) | {"label": texts(answer)}, option(2)]
    }
    wave = fielded([item])
    Response.objects.create(wave=wave, language="kk", seed=0, answers={"gave": 1})
    close_wave(wave=wave, by=None)

    call_command("export_responses", wave.public_id, str(tmp_path / name))

    read = pyreadstat.read_sav if name.endswith("sav") else pyreadstat.read_dta
    _table, meta = read(str(tmp_path / name))
    assert meta.column_names_to_labels["gave"] == label
    assert meta.variable_value_labels["gave"][1] == answer


@pytest.mark.parametrize(
    "item",
    [
        question("gave", text=texts("ұ" * 81)),
        question("trust", "matrix", short=texts("ұ" * 75)) | {"rows": [option(1)]},
    ],
)
def test_a_label_that_would_be_cut_is_not_fielded(item):
    with pytest.raises(ValidationError, match="short form"):
        fielded([item])


def test_thirty_thousand_and_one_rows_are_exported_whole(tmp_path):
    wave = fielded([question("yes", codes=(1, 2))])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO surveys_response (id, wave_id, language, seed, cell, answers)"
            " SELECT gen_random_uuid(), %s, 'kk', 0, '', '{\"yes\": 1}'"
            " FROM generate_series(1, 30001)",
            [wave.pk],
        )
    close_wave(wave=wave, by=None)

    for name in ("all.csv", "all.sav", "all.dta"):
        call_command("export_responses", wave.public_id, str(tmp_path / name))

    with (tmp_path / "all.csv").open() as lines:
        assert sum(1 for _line in lines) == 30_002
    assert len(pyreadstat.read_sav(str(tmp_path / "all.sav"))[0]) == 30_001
    assert len(pyreadstat.read_dta(str(tmp_path / "all.dta"))[0]) == 30_001
