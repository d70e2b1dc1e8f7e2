"""Periods as sources print them: a year, a quarter, some months, or only words."""

import re
from calendar import monthrange
from datetime import date

from babel.dates import get_month_names
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.languages import current_language

YEAR = re.compile(r"(\d{4})$")
YEARS = re.compile(r"(\d{4})-(\d{4})$")
QUARTER = re.compile(r"(\d{4})-?Q([1-4])$")
MONTHS = re.compile(r"(\d{4})-(\d{2})\.\.(\d{2})$")
YEARS_TO_QUARTER = re.compile(r"(\d{4})-(\d{4})Q([1-4])$")
FROM_YEAR = re.compile(r"from (\d{4})$")

# What sources say where they print no year.
WORDS = {
    "not printed": gettext_lazy("The source prints no year"),
    'not printed (slide "since 2022")': gettext_lazy(
        "The source prints no year; the slide says “since 2022”"
    ),
    "before (year not printed)": gettext_lazy("Earlier; the source prints no year"),
    "latest in 2022 report": gettext_lazy("Latest figure in the report of 2022"),
    "previous year in 2022 report": gettext_lazy(
        "The year before in the report of 2022"
    ),
    "5 years earlier": gettext_lazy("Five years earlier"),
}


def bounds(period: str) -> tuple[date | None, date | None]:
    """Return the first and the last day, or None where the source names no year."""
    if found := YEAR.match(period):
        year = int(found[1])
        return date(year, 1, 1), date(year, 12, 31)
    if found := QUARTER.match(period):
        return _months(int(found[1]), 3 * int(found[2]) - 2, 3 * int(found[2]))
    if found := MONTHS.match(period):
        return _months(int(found[1]), int(found[2]), int(found[3]))
    if found := YEARS.match(period):
        return date(int(found[1]), 1, 1), date(int(found[2]), 12, 31)
    if found := YEARS_TO_QUARTER.match(period):
        last = _months(int(found[2]), 1, 3 * int(found[3]))[1]
        return date(int(found[1]), 1, 1), last
    if found := FROM_YEAR.match(period):
        return date(int(found[1]), 1, 1), None
    return None, None


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def is_known(period: str) -> bool:
    return period in WORDS or bounds(period)[0] is not None


def is_year(period: str) -> bool:
    return YEAR.match(period) is not None


def period_label(period: str) -> str:
    """Write a period for a reader: 2022, January – September 2021."""
    if period in WORDS:
        return str(WORDS[period])
    if found := QUARTER.match(period):
        return _("Quarter %(quarter)s of %(year)s") % {
            "quarter": found[2],
            "year": found[1],
        }
    if found := MONTHS.match(period):
        names = get_month_names("wide", "stand-alone", locale=current_language())
        first, last = names[int(found[2])], names[int(found[3])]
        return f"{first} – {last} {found[1]}"
    if found := YEARS_TO_QUARTER.match(period):
        quarter = _("Quarter %(quarter)s of %(year)s") % {
            "quarter": found[3],
            "year": found[2],
        }
        return f"{found[1]} – {quarter}"
    if found := FROM_YEAR.match(period):
        return _("From %(year)s") % {"year": found[1]}
    return period.replace("-", "–")
