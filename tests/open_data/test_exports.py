import csv
import json
from dataclasses import replace
from io import StringIO
from threading import Thread, active_count
from time import monotonic, sleep

import pytest
from django.db import DataError, connection, connections
from django.http import Http404

from foundation.open_data import exports, writers
from foundation.open_data import snapshot as snapshot_module
from foundation.open_data.datasets import AREAS, BODIES, POPULATIONS
from foundation.open_data.exports import (
    COUNT_HEADER,
    ShortExportError,
    export_response,
    table_response,
)
from foundation.open_data.registry import Column, datasets
from foundation.open_data.snapshot import Snapshot
from foundation.open_data.writers import About
from foundation.territory.models import Area


def make_areas(*codes, **fields):
    return Area.objects.bulk_create(
        Area(
            iso=code,
            kind=Area.Kind.REGION,
            name_kk=f"{code} облысы",
            name_ru=f"{code} область",
            name_en=f"{code} Region",
            **fields,
        )
        for code in codes
    )


def areas_as(file_format, **options):
    return export_response(AREAS, AREAS.rows(), file_format, "areas", **options)


def content_of(response):
    content = response.getvalue()
    response.close()
    return content


def lines_of(response):
    text = content_of(response).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


@pytest.mark.django_db
@pytest.mark.parametrize("file_format", ["pdf", "", "CSV"])
def test_unknown_format_is_not_found(file_format):
    with pytest.raises(Http404):
        areas_as(file_format)


@pytest.mark.django_db
def test_geojson_without_geometry_is_not_found():
    columns, about = [Column("id", "Id")], About("n", "t", "s", "l", "u")

    with pytest.raises(Http404):
        table_response(
            columns=columns, rows=[], about=about, file_format="geojson", filename="n"
        )


def test_a_dataset_of_one_column_is_read_as_one_value():
    read = replace(AREAS, columns=[Column("iso", "Code")]).reader()

    assert read(("KZ-10",)) == ["KZ-10"]


@pytest.mark.django_db
def test_csv_has_every_row_and_says_how_many():
    make_areas("KZ-10", "KZ-11", "KZ-15")

    response = areas_as("csv")

    assert response[COUNT_HEADER] == "3"
    assert [line["iso"] for line in lines_of(response)] == ["KZ-10", "KZ-11", "KZ-15"]


@pytest.mark.django_db
def test_csv_of_a_filter_has_its_rows_alone():
    make_areas("KZ-10", "KZ-11")

    response = export_response(AREAS, Area.objects.filter(iso="KZ-11"), "csv", "areas")

    assert [line["name_en"] for line in lines_of(response)] == ["KZ-11 Region"]


@pytest.mark.django_db
def test_csv_with_bom():
    assert content_of(areas_as("csv", with_bom=True)).startswith(b"\xef\xbb\xbfiso,")
    assert content_of(areas_as("csv-bom")).startswith(b"\xef\xbb\xbfiso,")


@pytest.mark.django_db
def test_geojson_has_outlines_of_areas():
    make_areas("KZ-10", "KZ-99")

    found = json.loads(content_of(areas_as("geojson")))

    here, nowhere = found["features"]
    assert here["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert nowhere["geometry"] is None
    assert "OpenStreetMap" in found["attribution"]


@pytest.mark.django_db
def test_geojson_has_points_of_what_lies_in_an_area():
    (area,) = make_areas("KZ-10", label_latitude=49.5, label_longitude=80.0)
    area.populations.create(date="2024-07-01", value=605872, source="Bureau")

    response = export_response(POPULATIONS, POPULATIONS.rows(), "geojson", "p")

    (feature,) = json.loads(content_of(response))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [80.0, 49.5]}
    assert feature["properties"]["value"] == 605872


@pytest.mark.django_db
@pytest.mark.parametrize("dataset", datasets(), ids=lambda dataset: dataset.slug)
def test_every_dataset_exports_in_every_format(dataset):
    for file_format in dataset.formats:
        response = export_response(dataset, dataset.rows(), file_format, dataset.slug)
        assert content_of(response)
        assert response["Access-Control-Allow-Origin"] == "*"


@pytest.fixture
def three_areas(transactional_db):
    make_areas("KZ-10", "KZ-11", "KZ-15")


def in_another_connection(work):
    def run():
        work()
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


def test_rows_written_meanwhile_are_not_mixed_in(three_areas):
    """Fails at read committed: the count would be 3 and the rows 4."""
    snapshot = Snapshot()
    count = snapshot.count(AREAS.rows())

    in_another_connection(lambda: make_areas("KZ-19", "KZ-23"))
    in_another_connection(lambda: Area.objects.filter(iso="KZ-10").delete())

    rows = list(snapshot.stream(AREAS.rows().values_list("iso")))
    snapshot.close()
    assert count == 3
    assert rows == [("KZ-10",), ("KZ-11",), ("KZ-15",)]


def test_export_ends_its_connection(three_areas):
    before = open_connections()

    response = areas_as("csv")
    assert open_connections() == before + 1
    b"".join(response.streaming_content)
    response.close()

    assert comes_down_to(before)


def test_export_that_nobody_reads_ends_its_connection(three_areas):
    before = open_connections()

    areas_as("csv").close()

    assert comes_down_to(before)


def test_export_that_is_broken_off_ends_its_connection_and_its_reading(
    three_areas, monkeypatch
):
    monkeypatch.setattr(snapshot_module, "CHUNK", 1)
    monkeypatch.setattr(writers, "ROWS_A_PIECE", 1)
    before, threads = open_connections(), active_count()

    response = areas_as("csv")
    pieces = response.streaming_content
    next(pieces), next(pieces)
    assert active_count() == threads + 1
    response.close()

    assert active_count() == threads
    assert comes_down_to(before)


def test_a_reading_that_fails_is_told_and_leaves_no_thread(three_areas):
    threads = active_count()
    with Snapshot() as snapshot:
        rows = snapshot.stream(AREAS.rows().extra(select={"x": "1/0"}).values_list("x"))
        with pytest.raises(DataError):
            list(rows)

    assert active_count() == threads


def comes_down_to(number):
    """The server takes a moment to end a session."""
    until = monotonic() + 3
    while monotonic() < until and open_connections() != number:
        sleep(0.02)
    return open_connections() == number


def open_connections():
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]


def received(response):
    """What a client gets of an answer that fails, in the order it was sent."""
    pieces = []

    def read():
        for piece in response.streaming_content:
            pieces.append(piece)  # noqa: PERF402  # what came before the error counts

    with pytest.raises(ShortExportError, match="1 rows instead of 2"):
        read()
    return b"".join(pieces).decode()


@pytest.mark.django_db
def test_csv_that_breaks_off_says_so_in_its_last_line(monkeypatch):
    make_areas("KZ-10")
    monkeypatch.setattr(Snapshot, "count", lambda self, rows: 2)

    last = received(areas_as("csv")).splitlines()[-1]

    assert last == '"ERROR: this export broke off before the last of its 2 rows"'


@pytest.mark.django_db
@pytest.mark.parametrize("file_format", ["json", "geojson"])
def test_json_that_breaks_off_does_not_parse(monkeypatch, file_format):
    make_areas("KZ-10")
    monkeypatch.setattr(Snapshot, "count", lambda self, rows: 2)

    with pytest.raises(json.JSONDecodeError):
        json.loads(received(areas_as(file_format)))


@pytest.mark.django_db
def test_xlsx_that_has_no_room_says_so(monkeypatch):
    make_areas("KZ-10")
    monkeypatch.setattr(Snapshot, "count", lambda self, rows: 2_000_000)

    response = areas_as("xlsx")

    assert response.status_code == 413


@pytest.mark.django_db
def test_names_of_files_and_types():
    response = export_response(BODIES, BODIES.rows(), "xlsx", "bodies")
    response.close()

    assert response["Content-Type"] == exports.TYPES["xlsx"]
    assert response["Content-Disposition"] == 'attachment; filename="bodies.xlsx"'
