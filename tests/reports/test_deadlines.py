from datetime import date

import pytest

from reports.deadlines import after_working_days, is_working, longest_extension


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # Monday; no holiday in between.
        (date(2026, 11, 2), 15, date(2026, 11, 23)),
        (date(2026, 11, 2), 3, date(2026, 11, 5)),
        # A report of a Saturday counts from Monday on.
        (date(2026, 11, 7), 1, date(2026, 11, 9)),
        # Nauryz: 21 and 22 March 2026 are a weekend, moved to the 24th and 25th.
        (date(2026, 3, 19), 2, date(2026, 3, 26)),
        # Over the New Year and the Orthodox Christmas.
        (date(2026, 12, 30), 3, date(2027, 1, 6)),
    ],
)
def test_working_days_pass_over_weekends_and_holidays(start, days, end):
    assert after_working_days(start, days) == end


@pytest.mark.parametrize(
    "day", [date(2026, 12, 16), date(2027, 1, 4), date(2026, 8, 31)]
)
def test_a_holiday_and_the_day_it_moves_to_are_off(day):
    assert not is_working(day)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 11, 2), date(2027, 1, 5)),
        (date(2026, 12, 31), date(2027, 3, 1)),
        (date(2026, 4, 15), date(2026, 6, 15)),
    ],
)
def test_an_extension_ends_within_two_months_on_a_working_day(start, end):
    assert longest_extension(start) == end
