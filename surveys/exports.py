"""Files of what a page shows: the same cells, the same ones hidden."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from surveys.models import Wave
from surveys.results import cross_tables, tables, totals_of

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
COLUMNS = ["question", "split", "level", "code", "n", "base", "percent"]


def aggregate_rows(wave: Wave) -> Iterator[dict[str, Any]]:
    """Give every published cell; one that is not shown has no figures."""
    totals = totals_of(wave)
    for table in tables(wave, totals):
        for cell in table.cells:
            yield {
                "question": table.code,
                "split": "",
                "level": "",
                "code": cell.code,
                "n": cell.n,
                "base": table.of,
                "percent": cell.percent,
            }
    if wave.state != Wave.State.CLOSED:
        return
    for crossed in cross_tables(wave, totals):
        for level in crossed.levels:
            for cell in level.cells:
                yield {
                    "question": crossed.code,
                    "split": crossed.split,
                    "level": level.code,
                    "code": cell.code,
                    "n": cell.n,
                    "base": level.base,
                    "percent": cell.percent,
                }


def aggregate_file(wave: Wave, file_format: str, *, with_bom: bool = False) -> bytes:
    rows = list(aggregate_rows(wave))
    if file_format == "json":
        body = {
            "survey": wave.questionnaire.survey.code,
            "questionnaire": wave.questionnaire.number,
            "questionnaire_sha256": wave.questionnaire.body_sha256,
            "wave": wave.public_id,
            "sample": wave.sample,
            "cells": rows,
        }
        return json.dumps(body, ensure_ascii=False).encode()
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode("utf-8-sig" if with_bom else "utf-8")
