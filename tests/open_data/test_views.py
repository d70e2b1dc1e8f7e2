import csv
import json
from io import StringIO

import pytest

from foundation.open_data.registry import (
    Column,
    Dataset,
    datasets,
    declare,
    find_dataset,
)

SLUGS = [dataset.slug for dataset in datasets()]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_index_lists_every_dataset(client, language):
    page = client.get(f"/{language}/data/").text

    assert all(f'href="/{language}/data/{slug}/"' in page for slug in SLUGS)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_dataset_page_explains_every_column(client, slug):
    answer = client.get(f"/en/data/{slug}/")

    assert answer.status_code == 200
    assert all(
        f"<code>{name}</code>" in answer.text for name in find_dataset(slug).names
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rest", ["", "csv/", "datapackage.json", "dictionary/", "feed/"]
)
def test_unknown_dataset_is_not_found(client, rest):
    assert client.get(f"/en/data/no-such/{rest}").status_code == 404


@pytest.mark.django_db
def test_dataset_without_history_has_no_feed(client):
    assert client.get("/en/data/areas/feed/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "offered"), [("risks", True), ("areas", False)])
def test_feed_is_offered_where_there_is_one(client, slug, offered):
    page = client.get(f"/en/data/{slug}/").text

    assert (f'href="/en/data/{slug}/feed/"' in page) is offered


@pytest.mark.django_db
def test_feed_is_atom(client):
    answer = client.get("/en/data/risks/feed/")

    assert answer["Content-Type"].startswith("application/atom+xml")


@pytest.mark.django_db
def test_download_takes_a_bom(client):
    answer = client.get("/en/data/areas/csv/?bom=1")

    assert answer.getvalue().startswith(b"\xef\xbb\xbf")


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_dictionary_has_every_column_in_three_languages(client, slug):
    answer = client.get(f"/en/data/{slug}/dictionary/")

    lines = list(csv.DictReader(StringIO(answer.text)))
    assert [line["column"] for line in lines] == list(find_dataset(slug).names)
    assert all(line["title_kk"] and line["title_ru"] for line in lines)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_datapackage_describes_the_csv_file(client, slug):
    package = json.loads(client.get(f"/en/data/{slug}/datapackage.json").text)
    (resource,) = package["resources"]

    head = client.get(resource["path"].removeprefix("http://testserver")).getvalue()

    names = [field["name"] for field in resource["schema"]["fields"]]
    assert head.decode().splitlines()[0] == ",".join(names)


@pytest.mark.django_db
def test_catalogue_has_every_dataset_with_its_files(client):
    answer = client.get("/data/catalog.jsonld")

    catalogue = json.loads(answer.text)
    found = {entry["dct:identifier"]: entry for entry in catalogue["dcat:dataset"]}
    assert set(found) == set(SLUGS)
    assert {title["@language"] for title in found["risks"]["dct:title"]} == {
        "kk",
        "ru",
        "en",
    }
    assert answer["Content-Type"] == "application/ld+json"


def status_of(client, path):
    answer = client.get(path)
    # Reading it to the end closes it as the server would.
    answer.getvalue()
    return answer.status_code


@pytest.mark.django_db
def test_every_file_of_the_catalogue_is_there(client):
    catalogue = json.loads(client.get("/data/catalog.jsonld").text)
    files = [
        file["dcat:downloadURL"]["@id"].removeprefix("http://testserver")
        for entry in catalogue["dcat:dataset"]
        for file in entry["dcat:distribution"]
    ]

    answers = [status_of(client, file) for file in files]

    assert set(answers) == {200}


def test_column_named_twice_is_refused():
    columns = [Column("id", "Id"), Column("id", "Id")]

    with pytest.raises(AssertionError, match="twice"):
        Dataset("d", "D", "", columns, rows=None, source="")


def test_a_name_that_another_dataset_has_is_refused():
    with pytest.raises(AssertionError, match="called areas"):
        declare(find_dataset("areas"))
