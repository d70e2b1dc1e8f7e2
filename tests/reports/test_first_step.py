"""Until when receipt is confirmed (EU) or a case forwarded (here), and who sees it late."""

from datetime import date

import pytest
import time_machine

from foundation.notifications.models import Message
from reports.models import Tip
from reports.services import cases
from reports.tasks import tell_recipients
from tests.reports.test_staff_pages import one_factor as one_factor
from tests.reports.test_staff_pages import page_of, unlocked
from tests.reports.test_staff_pages import people as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LIST = "/admin/reports/tip/"
LATE = {
    "eu": "The confirmation of receipt is late",
    "kz": "Not decided in time whether it belongs to another body",
}


def on(day, hour=9):
    return time_machine.travel(f"{day}T{hour:02}:00:00+05:00", tick=False)


@pytest.fixture(params=["eu", "kz"])
def law(request, settings):
    settings.TIP_DEADLINES = request.param
    return request.param


@pytest.fixture
def tip(filed, people, law):
    with on("2026-11-02"):
        return filed()


def last_day(law):
    return {"eu": "2026-11-09", "kz": "2026-11-05"}[law]


def day_after(law):
    return {"eu": "2026-11-10", "kz": "2026-11-06"}[law]


def seen_by_staff(people, tip, day):
    """Return the list, the first page and the case as a holder sees them."""
    with on(day):
        client = unlocked(people["aigerim"])
        pages = [LIST, f"{LIST}?late=yes", "/admin/", page_of(tip)]
        return [client.get(page).content.decode() for page in pages]


def seen_by_reporter(client, filing, day):
    with on(day):
        page = client.post("/en/report/receipt/", {"receipt": filing.receipt})
    return page.content.decode()


def test_nothing_is_late_on_the_last_day(client, people, tip, law):
    listed, late, first, case = seen_by_staff(people, tip.tip, last_day(law))

    assert LATE[law] not in listed + case
    assert tip.tip.reference not in late
    assert "panel__note--late" not in first
    assert LATE[law] not in seen_by_reporter(client, tip, last_day(law))


def test_the_day_after_it_is_late_for_all_who_wait(client, people, tip, law):
    listed, late, first, case = seen_by_staff(people, tip.tip, day_after(law))

    assert all(LATE[law] in page for page in (listed, case))
    assert tip.tip.reference in late
    assert "panel__note--late" in first
    assert last_day(law) in first
    assert LATE[law] in seen_by_reporter(client, tip, day_after(law))
    # The answer is not due yet.
    assert "The answer is late" not in listed + case


def test_the_digest_says_that_something_is_late_and_not_what(people, tip, law):
    for day in (last_day(law), day_after(law)):
        with on(day):
            tell_recipients()

    told = Message.objects.filter(recipient=people["aigerim"].user.email)
    assert [m.context["is_late"] for m in told.order_by("pk")] == [False, True]
    assert tip.tip.reference not in str(told.last().context)


def test_who_takes_the_step_in_time_is_not_late(client, people, tip, law):
    by = people["aigerim"].user
    with on(last_day(law)):
        cases.move(tip=tip.tip, to="registered", by=by)
        if law == "kz":
            cases.move(tip=tip.tip, to="in_review", by=by)

    listed, late, _first, case = seen_by_staff(people, tip.tip, day_after(law))
    assert LATE[law] not in listed + case
    assert tip.tip.reference not in late
    page = seen_by_reporter(client, tip, day_after(law))
    assert LATE[law] not in page
    assert "Receipt confirmed on" in page
    row = Tip.objects.get()
    assert row.registered_on == date.fromisoformat(last_day(law))


def test_a_registered_case_here_still_waits_for_the_decision(people, tip, law):
    with on(last_day(law)):
        cases.move(tip=tip.tip, to="registered", by=people["aigerim"].user)

    with on(day_after(law)):
        late = Tip.objects.late(date.fromisoformat(day_after(law)))

    assert late.exists() == (law == "kz")


def test_the_day_ends_at_the_portals_midnight(people, tip, law):
    """Not at the midnight of UTC, five hours later."""
    with on(day_after(law), hour=0):
        page = unlocked(people["aigerim"]).get(page_of(tip.tip)).content.decode()

    assert LATE[law] in page


def test_the_next_step_due_first_leads_the_list_of_what_waits(people, filed, settings):
    settings.TIP_DEADLINES = "eu"
    by = people["aigerim"].user
    with on("2026-11-02"):
        confirmed = filed().tip
        cases.move(tip=confirmed, to="registered", by=by)
    with on("2026-11-20"):
        new = filed().tip

    assert list(Tip.objects.by_deadline()) == [new, confirmed]
