"""Holders and the reporter are told of an erasure in time, and of each day once."""

from datetime import date, timedelta
from threading import Thread

import pytest
import time_machine
from django.core import mail
from django.db import connections, transaction
from django.test import Client

from foundation.notifications.models import Message
from foundation.notifications.tasks import sweep_messages
from reports.models import Tip
from reports.services import cases, holders
from reports.services.visits import answer_as_reporter, open_by_receipt
from reports.tasks import forget, warn_holders
from tests.factories.reports import recipient
from tests.reports.test_staff_pages import one_factor as one_factor
from tests.reports.test_staff_pages import page_of, unlocked
from tests.reports.test_staff_pages import people as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
END = date(2027, 3, 1)


@pytest.fixture
def closed(filed):
    """A closed case that is erased on the 1st of March."""
    filing = filed()
    Tip.objects.filter(pk=filing.tip.pk).update(
        state="closed", outcome="confirmed", closed_on="2024-03-01", erase_on=END
    )
    return filing


def at(days, hour=9):
    """Move the clock to so many days before the erasure."""
    day = END - timedelta(days=days)
    return time_machine.travel(f"{day}T{hour:02}:05:00+05:00", tick=False)


def warned(row):
    """Return of how many days this person's mails spoke, in their order."""
    mails = Message.objects.filter(template="erasure", recipient=row.user.email)
    return [m.context["days"] for m in mails.order_by("pk")]


def run_on(*days):
    for left in days:
        with at(left):
            warn_holders()
            # A task may run twice.
            warn_holders()


def test_each_holder_is_warned_thirty_seven_and_one_days_before(closed, desk):
    run_on(*range(40, 0, -1))

    assert warned(desk["aigerim"]) == warned(desk["bolat"]) == [30, 7, 1]
    # Custodians cannot read the case; they are not told of it.
    assert warned(desk["custodian"]) == []


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        ([29], [30]),
        ([31, 30, 12, 7, 6], [30, 7]),
        ([31, 5], [7]),
        ([35, 28, 1], [30, 1]),
        ([1], [1]),
        ([31], []),
    ],
)
def test_a_worker_that_was_down_makes_up_for_it_once(closed, desk, ran, told):
    run_on(*ran)

    assert warned(desk["aigerim"]) == told


def test_the_mail_names_neither_case_nor_day(closed, desk):
    run_on(7)
    with at(7):
        sweep_messages()

    (said,) = [m for m in mail.outbox if desk["aigerim"].user.email in m.to]
    row = Message.objects.filter(template="erasure").first()
    whole = f"{said.subject} {said.body} {row.key} {row.context}"
    assert "7 days" in said.body
    assert closed.tip.reference not in whole
    assert str(closed.tip.pk) not in whole
    assert END.isoformat() not in whole
    assert "Main channel" not in whole


def test_of_many_cases_a_day_has_one_mail_with_the_nearest_end(closed, filed, desk):
    other = filed().tip
    Tip.objects.filter(pk=other.pk).update(
        state="closed",
        outcome="confirmed",
        closed_on="2024-03-01",
        erase_on=END + timedelta(days=20),
    )

    run_on(7)

    assert warned(desk["aigerim"]) == [7]
    assert {t.erasure_warned for t in Tip.objects.all()} == {7, 30}


def test_who_gave_the_case_up_or_left_is_not_told(closed, desk, opened):
    new = recipient("Newcomer")
    vault, by = opened(desk["aigerim"]), desk["aigerim"].user
    holders.grant(tip=closed.tip, to=new, vault=vault, by=by)
    holders.recuse(tip=closed.tip, vault=vault, by=by)
    desk["bolat"].user.is_active = False
    desk["bolat"].user.save(update_fields=["is_active"])

    run_on(1)

    assert warned(desk["aigerim"]) == warned(desk["bolat"]) == []
    assert warned(new) == [1]


def test_a_message_of_the_reporter_begins_the_warnings_anew(closed, desk):
    run_on(30, 7)
    with at(3):
        answer_as_reporter(visit=open_by_receipt(closed.receipt), text="wait")
    later = Tip.objects.get().erase_on

    assert later == END - timedelta(days=3) + timedelta(days=90)
    run_on(1)
    assert warned(desk["aigerim"]) == [30, 7]
    before = (END - later).days
    run_on(before + 30, before + 7, before + 1)
    assert warned(desk["aigerim"]) == [30, 7, 30, 7, 1]


def test_a_case_that_is_open_or_has_long_to_go_warns_nobody(filed, desk):
    filed()
    tip = filed().tip
    by = desk["aigerim"].user
    for state in ("registered", "in_review", "answered"):
        cases.move(tip=tip, to=state, by=by)
    cases.move(tip=tip, to="closed", outcome="confirmed", by=by)

    warn_holders()

    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_warn_once(closed, desk):
    done = []

    def second():
        try:
            warn_holders()
            done.append(True)
        finally:
            connections.close_all()

    with at(7):
        other = Thread(target=second)
        with transaction.atomic():
            Tip.objects.select_for_update().get()
            other.start()
            warn_holders()
        other.join(30)

    assert done == [True]
    assert warned(desk["aigerim"]) == [7]


def test_the_reporter_sees_the_day_and_that_a_message_puts_it_off(client, closed):
    def shown(**sent):
        return client.post("/en/report/receipt/", sent).content.decode()

    with at(31):
        early = shown(receipt=closed.receipt)
    with at(7):
        page = shown(receipt=closed.receipt)
        state = page.split('name="visit" value="')[1].split('"')[0]
        after = client.post(
            "/en/report/case/",
            {"visit": state, "action": "message", "text": "keep it"},
        ).content.decode()

    assert "March 1, 2027" in early
    assert "this report is erased" not in early
    assert "in 7 days" in page
    assert "this report is erased" in page
    assert "May 23, 2027" in after
    assert "this report is erased" not in after


def test_staff_see_what_is_soon_erased(people, closed, filed):
    open_tip = filed().tip
    with at(7):
        client = unlocked(people["aigerim"])
        first = client.get("/admin/").content.decode()
        link = first.split("/admin/reports/tip/?state=closed")[1].split('"')[0]
        listed = client.get(
            f"/admin/reports/tip/?state=closed{link.replace('&amp;', '&')}"
        ).content.decode()
        page = client.get(page_of(closed.tip)).content.decode()

    assert "Reports that are soon erased" in first
    assert "in 7 days" in page
    assert closed.tip.reference in listed
    assert open_tip.reference not in listed


def test_on_its_day_a_case_that_was_warned_of_is_erased(closed):
    run_on(30, 7, 1)

    with at(0):
        forget()

    assert not Tip.objects.exists()
    assert open_by_receipt(closed.receipt) is None
    assert Client().get("/en/report/").status_code == 200
