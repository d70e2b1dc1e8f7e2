"""A release as a data package: one archive with the figures and what they mean.

`datapackage.json` follows Frictionless Data Package 1 and Table Schema, so any program
that reads these needs nothing else; the codebook after DDI lies beside it.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from foundation.languages import languages
from surveys.codebook import ddi
from surveys.models import Estimate, Release
from surveys.variables import columns

# The earliest moment an archive can name: the same release gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
TYPES = {"n": "integer", "base": "integer"}
TEXTS = {"question", "code", "split", "level", "flag"}
MEANINGS = {
    "question": "Variable of the question; a row of a matrix after a full stop",
    "code": "Code of the answer, see codebook.csv",
    "split": "Variable by which groups are made; empty for everybody",
    "level": "Code of the group",
    "n": "People who gave this answer; empty where not shown",
    "base": "People the share is of",
    "p": "Share, weighted, from 0 to 1; empty where not shown",
    "se": "Standard error of the share",
    "low": "Lower bound of the 95 % interval",
    "high": "Upper bound of the 95 % interval",
    "deff": "Design effect",
    "n_eff": "Effective number of people",
    "flag": "Whether it is reliable, of low precision or not shown",
}


def data_package(release: Release, figures: bytes, names: list[str]) -> bytes:
    """Return the archive; `figures` is the CSV of the release with these columns."""
    codebook, fields = _codebook(release)
    files = {
        "estimates.csv": figures,
        "codebook.csv": codebook,
        "codebook.xml": ddi(release),
        "methodology.json": _json(release.methodology),
    }
    files["datapackage.json"] = _json(_description(release, names, fields))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return held.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode()


def _description(
    release: Release, names: list[str], fields: Iterable[str]
) -> dict[str, Any]:
    wave, survey = release.wave, release.wave.questionnaire.survey
    return {
        "profile": "tabular-data-package",
        "name": f"survey-{wave.public_id}-{release.number}".lower(),
        "version": f"{release.number}.0.0",
        "title": f"{survey.title_en or survey.title_kk}: {wave.label_en}",
        "description": survey.summary_en,
        "created": f"{release.published_on}T00:00:00Z",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "sha256": release.sha256,
        "resources": [
            _resource("estimates", [_field(name) for name in names]),
            _resource("codebook", [{"name": n, "type": "string"} for n in fields]),
        ],
    }


def _resource(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _field(name: str) -> dict[str, Any]:
    kind = "string" if name in TEXTS else TYPES.get(name, "number")
    field: dict[str, Any] = {
        "name": name,
        "type": kind,
        "description": MEANINGS[name],
    }
    if name == "flag":
        field["constraints"] = {"enum": list(Estimate.Flag.values), "required": True}
    if name in {"p", "low", "high"}:
        field["constraints"] = {"minimum": 0, "maximum": 1}
    return field


def _codebook(release: Release) -> tuple[bytes, list[str]]:
    """Write what each variable asks and what each code of it means."""
    fields = ["variable", "kind", *(f"question_{c}" for c in languages())]
    fields += ["code", *(f"label_{c}" for c in languages()), "missing"]
    lines = io.StringIO()
    writer = csv.DictWriter(lines, fields)
    writer.writeheader()
    for column in columns(release.wave.questionnaire.definition):
        question = column.question
        row: Mapping[str, Any] = {
            "variable": column.name,
            "kind": question.kind,
            **{f"question_{c}": question.text.get(c, "") for c in languages()},
        }
        for option in question.choices or (None,):
            if option is None:
                writer.writerow(row)
                continue
            labels = {f"label_{c}": option.label.get(c, "") for c in languages()}
            writer.writerow(
                {**row, "code": option.code, **labels, "missing": option.missing}
            )
    return lines.getvalue().encode(), fields
