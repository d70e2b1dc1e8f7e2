"""When an answer is due: the Administrative Procedural Code's article 76.

15 working days from receipt, at most two months in all after an extension, three
working days to forward or to tell of either. `data/holidays.csv` has the days off.
"""

from datetime import date, timedelta
from functools import cache

from foundation.shipped_data import shipped_rows

ANSWER_DAYS = 15
NOTICE_DAYS = 3
LONGEST_MONTHS = 2
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


def longest_extension(start: date) -> date:
    """Return the day two months on, or the next working day if that one is off."""
    month = start.month - 1 + LONGEST_MONTHS
    year, month = start.year + month // 12, month % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    day = date(year, month, min(start.day, last))
    while not is_working(day):
        day += timedelta(days=1)
    return day
