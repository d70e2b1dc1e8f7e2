"""What machines read about the datasets: data package, dictionary, DCAT catalogue."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from foundation.languages import current_language, languages
from foundation.open_data.exports import TYPES
from foundation.open_data.registry import (
    Column,
    Dataset,
    Label,
    publisher_names,
)

EU = "http://publications.europa.eu/resource/authority"
LANGUAGE_URIS = {
    "kk": f"{EU}/language/KAZ",
    "ru": f"{EU}/language/RUS",
    "en": f"{EU}/language/ENG",
}
FORMAT_URIS = {
    "csv": f"{EU}/file-type/CSV",
    "xlsx": f"{EU}/file-type/XLSX",
    "json": f"{EU}/file-type/JSON",
    "geojson": f"{EU}/file-type/GEOJSON",
}
COUNTRY = f"{EU}/country/KAZ"
FREQUENCIES = ((1, "DAILY"), (7, "WEEKLY"), (31, "MONTHLY"), (92, "QUARTERLY"))


def in_all_languages(label: Label) -> dict[str, str]:
    texts = {}
    for code in languages():
        with translation.override(code):
            texts[code] = str(label)
    return texts


def address(dataset: Dataset, rest: str = "", *, language: str | None = None) -> str:
    home = f"{settings.PUBLIC_URL}/{language or current_language()}"
    return f"{home}/data/{dataset.slug}/{rest}"


def datapackage(dataset: Dataset) -> dict[str, Any]:
    """Return the Frictionless description of the dataset's CSV file."""
    return {
        "profile": "tabular-data-package",
        "name": dataset.slug,
        "title": str(dataset.title),
        "description": str(dataset.description),
        "homepage": address(dataset),
        "licenses": [_licence(dataset)],
        "sources": [{"title": str(dataset.source)}],
        "resources": [
            {
                "name": dataset.slug,
                "profile": "tabular-data-resource",
                "path": address(dataset, "csv/"),
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n"},
                "schema": _schema(dataset),
            }
        ],
    }


def _licence(dataset: Dataset) -> dict[str, str]:
    licence = dataset.licence
    return {
        "name": licence.code,
        "path": licence.url,
        "title": str(licence.title),
    }


def _schema(dataset: Dataset) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in dataset.columns],
        "missingValues": [""],
    }
    if dataset.key in dataset.names:
        schema["primaryKey"] = dataset.key
    return schema


def _field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "title": str(column.title),
    }
    if column.description:
        described["description"] = str(column.description)
    if column.choices:
        described["constraints"] = {"enum": list(column.choices)}
    return described


# The types of Table Schema in the words of XML Schema, which CSVW uses.
CSVW_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "decimal",
    "boolean": "boolean",
    "date": "date",
    "datetime": "dateTime",
}


def csvw(dataset: Dataset) -> dict[str, Any]:
    """Return the description of the CSV file for the CSV on the Web."""
    schema: dict[str, Any] = {
        "columns": [
            {
                "name": column.name,
                "titles": column.name,
                "datatype": CSVW_TYPES[column.type],
                "dc:title": _texts(column.title),
                "dc:description": _texts(column.description),
                "null": "",
            }
            for column in dataset.columns
        ]
    }
    if dataset.key in dataset.names:
        schema["primaryKey"] = dataset.key
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": address(dataset, "csv/"),
        "dc:title": _texts(dataset.title),
        "dc:description": _texts(dataset.description),
        "dc:source": str(dataset.source),
        "dc:license": {"@id": dataset.licence.url},
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"]},
        "tableSchema": schema,
    }


def dictionary(dataset: Dataset) -> Iterable[list[str]]:
    codes = languages()
    yield [
        "column",
        "type",
        *(f"title_{code}" for code in codes),
        *(f"description_{code}" for code in codes),
        "values",
    ]
    for column in dataset.columns:
        titles = in_all_languages(column.title)
        descriptions = in_all_languages(column.description)
        yield [
            column.name,
            column.type,
            *titles.values(),
            *descriptions.values(),
            " ".join(column.choices),
        ]


def catalog(datasets: Iterable[Dataset]) -> dict[str, Any]:
    """Return the DCAT 3 catalogue as JSON-LD."""
    root = settings.PUBLIC_URL
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "@context": {
                "dcat": "http://www.w3.org/ns/dcat#",
                "dct": "http://purl.org/dc/terms/",
                "foaf": "http://xmlns.com/foaf/0.1/",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
            },
            "@id": f"{root}/data/catalog.jsonld",
            "@type": "dcat:Catalog",
            "dct:title": _texts(PORTAL_DATA),
            "dct:description": _texts(PORTAL_DATA_DESCRIPTION),
            "dct:publisher": _publisher(),
            "dct:language": [{"@id": uri} for uri in LANGUAGE_URIS.values()],
            "foaf:homepage": {"@id": f"{root}/"},
            "dcat:service": _service(),
            "dcat:dataset": [_entry(dataset) for dataset in datasets],
        }


PORTAL_DATA = translation.gettext_lazy("Open data of the portal")
PORTAL_DATA_DESCRIPTION = translation.gettext_lazy(
    "Everything that is public on the portal, as data."
)
API_TITLE = translation.gettext_lazy("Programming interface of the portal")


def _texts(label: Label) -> list[dict[str, str]]:
    return [
        {"@value": text, "@language": code}
        for code, text in in_all_languages(label).items()
        if text
    ]


def _publisher() -> dict[str, Any]:
    names = publisher_names() or in_all_languages(PORTAL_DATA)
    return {
        "@id": f"{settings.PUBLIC_URL}/#publisher",
        "@type": "foaf:Agent",
        "foaf:name": [
            {"@value": name, "@language": code} for code, name in names.items()
        ],
    }


def _service() -> dict[str, Any]:
    root = f"{settings.PUBLIC_URL}/api/v1/"
    return {
        "@id": f"{root}#service",
        "@type": "dcat:DataService",
        "dct:title": _texts(API_TITLE),
        "dcat:endpointURL": {"@id": root},
        "dcat:endpointDescription": {"@id": f"{root}schema/"},
    }


def _entry(dataset: Dataset) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "@id": f"{settings.PUBLIC_URL}/data/{dataset.slug}/#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.slug,
        "dct:title": _texts(dataset.title),
        "dct:description": _texts(dataset.description),
        "dct:publisher": {"@id": f"{settings.PUBLIC_URL}/#publisher"},
        "dct:language": [{"@id": uri} for uri in LANGUAGE_URIS.values()],
        "dct:spatial": {"@id": COUNTRY},
        "dct:accrualPeriodicity": {"@id": _frequency(dataset)},
        "dcat:landingPage": {"@id": address(dataset)},
        "dcat:distribution": [
            _distribution(dataset, file_format) for file_format in dataset.formats
        ],
    }
    if updated_on := dataset.updated_on():
        entry["dct:modified"] = {
            "@value": updated_on.isoformat(),
            "@type": "xsd:date",
        }
    return entry


def _frequency(dataset: Dataset) -> str:
    name = next(
        (name for days, name in FREQUENCIES if dataset.update_days <= days), "ANNUAL"
    )
    return f"{EU}/frequency/{name}"


def _distribution(dataset: Dataset, file_format: str) -> dict[str, Any]:
    file = address(dataset, f"{file_format}/")
    media_type = TYPES[file_format].partition(";")[0]
    return {
        "@id": f"{file}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": {"@value": f"{dataset.slug}.{file_format}"},
        "dcat:accessURL": {"@id": address(dataset)},
        "dcat:downloadURL": {"@id": file},
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{media_type}"
        },
        "dct:format": {"@id": FORMAT_URIS[file_format]},
        "dct:license": {"@id": dataset.licence.url},
        "dct:conformsTo": {"@id": address(dataset, "datapackage.json")},
    }
