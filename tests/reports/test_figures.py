"""Counts of quarters: what is shown, what cannot be worked out, what is never kept."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import FEWEST, OTHER, shown
from reports.models import Figure, FiguresRelease, Tip
from reports.services import cases
from reports.services.figures import (
    NoQuarterError,
    begin_of,
    count_quarter,
    open_quarters,
    publish_quarter,
)
from tests.factories.territory import AreaFactory
from tests.reports.test_staff_pages import one_factor, people, unlocked

__all__ = ["one_factor", "people"]
COUNTS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 60)
)


@given(COUNTS)
def test_nothing_under_five_is_shown_and_no_report_is_lost(counts):
    parts = shown(counts)

    assert all(count >= FEWEST for count in parts.values())
    assert sum(parts.values()) in ({sum(counts.values())} if parts else range(FEWEST))


@given(COUNTS, st.randoms())
def test_what_is_shown_does_not_hang_on_the_order(counts, random):
    shuffled = list(counts.items())
    random.shuffle(shuffled)

    assert shown(dict(shuffled)) == shown(counts)


def test_no_small_group_can_be_worked_out():
    """Whoever knows the rule, all groups and the sum still has two readings at least."""
    readings = defaultdict(lambda: defaultdict(set))
    for counts in product(range(13), repeat=3):
        parts = shown(dict(zip("abc", counts, strict=True)))
        key = (sum(counts), *sorted(parts.items()))
        for place, count in enumerate(counts):
            readings[key][place].add(count)

    certain = [
        (key, place)
        for key, places in readings.items()
        for place, counts in places.items()
        # A sum under five is not shown, so it is nobody's to know.
        if key[0] >= FEWEST and len(counts) == 1 and 0 < min(counts) < FEWEST
    ]

    assert certain == []


def last_quarter():
    return begin_of(begin_of(timezone.localdate()) - timedelta(days=1))


@pytest.fixture
def quarter(filed, opened, desk):
    """Seven reports of the last quarter: five from one area, two from another."""
    first, second = AreaFactory(iso="KZ-98"), AreaFactory(iso="KZ-99")
    day = last_quarter()
    for number in range(7):
        area = first if number < FEWEST else second
        subject = "theft" if number else "bribe_asked"
        answers = {"subject": subject, "what": "secret words", "area": area.iso}
        tip = filed(answers=answers).tip
        Tip.objects.filter(pk=tip.pk).update(
            received_on=day, answered_on=day + timedelta(days=20), answer_due_on=day
        )
    return day


def figures_of(cells):
    return {(cell.table, cell.code): cell.count for cell in cells}


def test_a_quarter_is_counted_with_small_groups_put_together(quarter, opened, desk):
    vault = opened(desk["aigerim"])

    cells = count_quarter(quarter=quarter, vault=vault, by=desk["aigerim"].user)

    assert figures_of(cells) == {
        ("all", "received"): 7,
        ("all", "answered"): 7,
        ("area", OTHER): 7,
        ("subject", OTHER): 7,
        ("term", "late"): 7,
        ("days", "to_30"): 7,
    }


def test_a_report_one_does_not_hold_counts_as_unknown(quarter, opened, desk):
    tip = Tip.objects.first()
    tip.wraps.filter(recipient=desk["aigerim"]).delete()
    vault = opened(desk["aigerim"])

    cells = count_quarter(quarter=quarter, vault=vault, by=desk["aigerim"].user)

    assert figures_of(cells)["all", "received"] == 7


def test_a_move_to_answered_notes_the_first_day(filed, desk):
    tip, by = filed().tip, desk["aigerim"].user
    for state in ("registered", "in_review", "answered"):
        tip = cases.move(tip=tip, to=state, by=by)

    assert tip.answered_on == timezone.localdate()


def test_a_quarter_is_published_once_and_after_its_end(quarter, opened, desk):
    step = {"vault": opened(desk["aigerim"]), "by": desk["aigerim"].user}

    publish_quarter(quarter=quarter, **step)

    assert quarter not in open_quarters()
    with pytest.raises(NoQuarterError):
        publish_quarter(quarter=quarter, **step)
    with pytest.raises(NoQuarterError):
        publish_quarter(quarter=begin_of(timezone.localdate()), **step)


def test_the_database_keeps_no_small_figure_and_no_change(quarter, opened, desk):
    step = {"vault": opened(desk["aigerim"]), "by": desk["aigerim"].user}
    release = publish_quarter(quarter=quarter, **step)

    with pytest.raises(Error), transaction.atomic():
        Figure.objects.update(count=6)
    with pytest.raises(Error), transaction.atomic():
        release.figures.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.create(public_id="x", release=release, table="all", count=4)


def test_no_report_is_marked_with_what_was_counted(quarter, opened, desk):
    before = list(Tip.objects.order_by("pk").values())
    step = {"vault": opened(desk["aigerim"]), "by": desk["aigerim"].user}

    publish_quarter(quarter=quarter, **step)

    assert list(Tip.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("day", "begin"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_a_quarter_begins_in_january_april_july_october(day, begin):
    assert begin_of(day) == begin


def test_staff_see_what_would_be_shown_and_publish_it(client, people, quarter):
    staff = unlocked(people["aigerim"])
    page = "/admin/reports/tip/figures/"
    said = {"quarter": quarter.isoformat(), "action": "count"}

    preview = staff.post(page, said)
    staff.post(page, {**said, "action": "publish"})

    assert "secret words" not in preview.text
    assert FiguresRelease.objects.get().quarter == quarter
    public = client.get("/en/report/statistics/").text
    assert "Reports received" in public
    assert '<td class="num">7</td>' in public


def test_who_has_no_open_vault_counts_nothing(client, people, quarter):
    client.force_login(people["aigerim"].user)

    answer = client.post(
        "/admin/reports/tip/figures/", {"quarter": quarter.isoformat()}
    )

    assert answer.status_code == 302
    assert answer["Location"].endswith("/vault/")


def test_the_figures_are_open_data(client, quarter, opened, desk):
    step = {"vault": opened(desk["aigerim"]), "by": desk["aigerim"].user}
    publish_quarter(quarter=quarter, **step)

    file = b"".join(client.get("/en/data/report-figures/csv/").streaming_content)

    assert file.decode().count(f"{quarter:%Y}-Q") == 6
