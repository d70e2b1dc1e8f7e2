"""The responses of a closed wave for SPSS and Stata, with all their labels.

A file of these kinds is made of a whole table in memory, and pandas alone takes a hundred
megabytes: so this module is loaded by whoever writes one, and by nobody else.
"""

from pathlib import Path

import pandas
import pyreadstat

from surveys.microdata import names, rows
from surveys.models import Wave
from surveys.variables import WEIGHT, WEIGHT_LABELS, Column, columns


def write_sav(wave: Wave, path: Path, language: str) -> int:
    """Write an SPSS file with labels, missing codes and levels of measurement."""
    wanted = columns(wave.questionnaire.definition)
    table = _table(wave, wanted)
    pyreadstat.write_sav(
        table,
        str(path),
        column_labels=_labels(wanted, table, language),
        variable_value_labels=_value_labels(wanted, language),
        missing_ranges={c.name: c.missing for c in wanted if c.missing and c.has_codes},
        variable_measure={
            **{c.name: c.measure for c in wanted},
            **({WEIGHT: "scale"} if WEIGHT in table else {}),
        },
    )
    return len(table)


def write_dta(wave: Wave, path: Path, language: str) -> int:
    """Write a Stata file, labels and all."""
    wanted = columns(wave.questionnaire.definition)
    table = _table(wave, wanted)
    pyreadstat.write_dta(
        table,
        str(path),
        column_labels=_labels(wanted, table, language),
        variable_value_labels=_value_labels(wanted, language),
    )
    return len(table)


def _table(wave: Wave, wanted: list[Column]) -> pandas.DataFrame:
    table = pandas.DataFrame(list(rows(wave)), columns=names(wave))
    # A column that nobody answered has no type of its own.
    numbers = [column.name for column in wanted if column.has_codes]
    return table.astype(dict.fromkeys(numbers, float))


def _labels(
    wanted: list[Column], table: pandas.DataFrame, language: str
) -> dict[str, str | None]:
    found: dict[str, str | None] = {
        column.name: column.label(language) for column in wanted
    }
    if WEIGHT in table:
        found[WEIGHT] = WEIGHT_LABELS[language]
    return found


def _value_labels(
    wanted: list[Column], language: str
) -> dict[str, dict[int | float, str]]:
    return {
        column.name: column.labels(language)
        for column in wanted
        if column.has_codes and column.labels(language)
    }
