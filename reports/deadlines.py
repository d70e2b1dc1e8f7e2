"""When an answer is due; the setting TIP_DEADLINES chooses between two laws.

`kz`, Administrative Procedural Code, article 76: 15 working days from receipt, at most
two months in all after an extension, three working days to forward or to tell of either.
`eu`, Directive (EU) 2019/1937, article 11: receipt confirmed within seven days, feedback
within three months, six in duly justified cases; counted from receipt, the end moved to
the next working day. `data/holidays.csv` has the days off. Protection at work:
three years, Law of 3 January 2023 No. 188-VII.
"""

from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from foundation.shipped_data import shipped_rows

ANSWER_DAYS = 15
NOTICE_DAYS = 3
LONGEST_MONTHS = 2
EU_CONFIRM_DAYS = 7
EU_ANSWER_MONTHS = 3
EU_LONGEST_MONTHS = 6
PROTECTED_YEARS = 3
FORWARDED = _("To be forwarded, if it belongs to another body, until")
CONFIRMED = _("Receipt to be confirmed until")
UNDECIDED = _("Not decided in time whether it belongs to another body")
UNCONFIRMED = _("The confirmation of receipt is late")
SATURDAY = 5


@cache
def holidays() -> frozenset[date]:
    return frozenset(date.fromisoformat(row["day"]) for row in shipped_rows("holidays"))


def is_working(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in holidays()


def after_working_days(start: date, days: int) -> date:
    """Return the last of so many working days, counted from the day after."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return day


def _after_months(start: date, months: int) -> date:
    """Return the same day so many months on, or the next working day after it."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    day = date(year, month, min(start.day, last))
    while not is_working(day):
        day += timedelta(days=1)
    return day


def _is_eu() -> bool:
    return settings.TIP_DEADLINES == "eu"


def answer_due(received: date) -> date:
    if _is_eu():
        return _after_months(received, EU_ANSWER_MONTHS)
    return after_working_days(received, ANSWER_DAYS)


def first_due(received: date) -> date:
    """Return until when a report is forwarded, or confirmed under the EU's rules."""
    if _is_eu():
        return received + timedelta(days=EU_CONFIRM_DAYS)
    return after_working_days(received, NOTICE_DAYS)


def first_due_label() -> StrPromise:
    return CONFIRMED if _is_eu() else FORWARDED


def first_due_late() -> StrPromise:
    return UNCONFIRMED if _is_eu() else UNDECIDED


def first_step_states() -> tuple[str, ...]:
    """Return the states of a case in which that first step is still to be taken.

    To register a report confirms its receipt: its reporter sees the state and the day.
    """
    return ("received",) if _is_eu() else ("received", "registered")


def longest_extension(received: date) -> date:
    """Return the last day to which an answer can be put off."""
    return _after_months(received, EU_LONGEST_MONTHS if _is_eu() else LONGEST_MONTHS)


def notice_due(extended: date) -> date:
    return after_working_days(extended, NOTICE_DAYS)


def protected_until(received: date) -> date:
    """Return the last day on which the law shields the reporter at work."""
    try:
        return received.replace(year=received.year + PROTECTED_YEARS)
    except ValueError:
        # Of a 29 February.
        return received.replace(year=received.year + PROTECTED_YEARS, day=28)
