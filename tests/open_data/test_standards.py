"""Tools of others accept what is produced."""

import json
from pathlib import Path

import pytest
from csvw import TableGroup
from frictionless import Package
from openapi_spec_validator import validate as validate_openapi
from pyshacl import validate as validate_shapes
from rdflib import Graph
from rdflib.compare import isomorphic
from yaml import safe_load

from foundation.open_data.registry import datasets, find_dataset

pytestmark = pytest.mark.django_db

SLUGS = [dataset.slug for dataset in datasets()]
SHAPES = Path(__file__).parent / "dcat_ap_shapes.ttl"


def saved(client, folder, slug):
    """Save the CSV of a dataset with its description beside it; return the latter."""
    (folder / f"{slug}.csv").write_bytes(client.get(f"/en/data/{slug}/csv/").getvalue())
    return client.get(f"/en/data/{slug}/datapackage.json").json()


def is_accepted_by_frictionless(client, folder, slug):
    description = saved(client, folder, slug)
    description["resources"][0]["path"] = f"{slug}.csv"
    package = Package.from_descriptor(description, basepath=str(folder))
    return package.validate().valid


def is_accepted_by_csvw(client, folder, slug):
    saved(client, folder, slug)
    metadata = client.get(f"/en/data/{slug}/csv-metadata.json").json()
    table = {key: value for key, value in metadata.items() if key != "@context"}
    file = folder / f"{slug}.csv-metadata.json"
    file.write_text(
        json.dumps(
            {
                "@context": metadata["@context"],
                "tables": [table | {"url": f"{slug}.csv"}],
            }
        )
    )
    group = TableGroup.from_file(file)
    rows = len(list(group.tables[0]))
    return (
        group.check_referential_integrity()
        and rows == find_dataset(slug).rows().count()
    )


def test_others_accept_the_files_of_every_dataset(client, tmp_path, real_data):
    refused = [
        (slug, check.__name__)
        for slug in SLUGS
        for check in (is_accepted_by_frictionless, is_accepted_by_csvw)
        if not check(client, tmp_path, slug)
    ]

    assert refused == []


def test_the_catalogue_keeps_the_shapes_of_dcat_ap(client):
    graph = Graph().parse(
        data=client.get("/data/catalog.jsonld").content, format="json-ld"
    )

    conforms, _graph, text = validate_shapes(graph, shacl_graph=str(SHAPES))

    assert conforms, text


def test_shapes_refuse_a_dataset_without_title(client):
    catalogue = client.get("/data/catalog.jsonld").json()
    del catalogue["dcat:dataset"][0]["dct:title"]
    graph = Graph().parse(data=json.dumps(catalogue), format="json-ld")

    assert not validate_shapes(graph, shacl_graph=str(SHAPES))[0]


def test_turtle_says_what_json_ld_says(client):
    turtle = Graph().parse(
        data=client.get("/data/catalog.ttl").content, format="turtle"
    )
    linked = Graph().parse(
        data=client.get("/data/catalog.jsonld").content, format="json-ld"
    )

    assert isomorphic(turtle, linked)


def test_the_description_of_the_api_is_valid_openapi():
    root = Path(__file__).resolve().parents[2]

    validate_openapi(safe_load((root / "docs/openapi.yaml").read_text()))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_dataset_has_metadata_for_every_column(client, slug):
    columns = client.get(f"/en/data/{slug}/csv-metadata.json").json()["tableSchema"][
        "columns"
    ]

    assert all(column["dc:title"] for column in columns)
