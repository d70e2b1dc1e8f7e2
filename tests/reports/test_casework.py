"""Erasure by four eyes, dictated reports, prepared answers, the daily mail, the EU."""

import re
from datetime import date
from threading import Thread

import pytest
from django.db import connections, transaction
from django.test import Client

from foundation.accounts.roles import sync_roles
from foundation.notifications.models import Message
from reports import deadlines, proof
from reports.models import AnswerTemplate, Deletion, SealedMessage, Tip, Wrap
from reports.services import erasure, holders
from reports.services.cases import MoveError, NoKeyError, read_case
from reports.services.visits import open_by_receipt, read_report
from reports.tasks import tell_recipients
from reports.uploads import path_of
from tests.factories.accounts import UserFactory
from tests.factories.reports import recipient
from tests.reports.conftest import MARK
from tests.reports.test_cleaning import stored
from tests.reports.test_reporter_pages import Reporter, hidden
from tests.reports.test_staff_pages import events, give_role, page_of, unlocked
from tests.reports.test_staff_pages import one_factor as one_factor
from tests.reports.test_staff_pages import people as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def act(step, row, tip):
    return step(tip=tip, person=row, by=row.user)


# Erasure


def test_one_alone_erases_nothing(filed, desk):
    tip = filed().tip

    with pytest.raises(MoveError):
        act(erasure.approve, desk["aigerim"], tip)
    act(erasure.propose, desk["aigerim"], tip)
    with pytest.raises(MoveError):
        act(erasure.approve, desk["aigerim"], tip)
    with pytest.raises(MoveError):
        act(erasure.propose, desk["bolat"], tip)

    assert Tip.objects.count() == 1


@pytest.mark.parametrize("step", ["propose", "approve", "withdraw"])
def test_who_holds_no_key_erases_nothing(filed, desk, step):
    tip = filed(excluded=[desk["bolat"].public_id]).tip
    act(erasure.propose, desk["aigerim"], tip)

    with pytest.raises(NoKeyError):
        act(getattr(erasure, step), desk["bolat"], tip)
    with pytest.raises(NoKeyError):
        act(getattr(erasure, step), desk["custodian"], tip)

    assert Deletion.objects.count() == 1


def test_two_erase_a_case_with_keys_and_files(
    people, filed, django_capture_on_commit_callbacks
):
    filing = filed(files=[{**stored(b"x"), "type": ""}])
    file = filing.tip.files.get().id
    unlocked(people["aigerim"]).post(page_of(filing.tip), {"action": "propose-erasure"})
    bolat = unlocked(people["bolat"])
    shown = bolat.get(page_of(filing.tip)).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        bolat.post(page_of(filing.tip), {"action": "erase"})

    assert "Erase it for good" in shown
    assert not Tip.objects.exists()
    assert not Wrap.objects.exists()
    assert not path_of(file).exists()
    assert open_by_receipt(filing.receipt) is None
    assert events("erase") == [filing.tip.reference]


def test_anybody_who_holds_it_lets_a_case_stay(filed, desk):
    tip = filed().tip
    act(erasure.propose, desk["aigerim"], tip)

    act(erasure.withdraw, desk["bolat"], tip)

    assert not Deletion.objects.exists()
    assert events("keep") == [tip.reference]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "other", "is_left"),
    [
        (erasure.withdraw, erasure.approve, True),
        (erasure.approve, erasure.withdraw, False),
    ],
)
def test_who_decides_second_waits_and_sees_the_first_step(
    filed, desk, first, other, is_left
):
    tip, refused = filed().tip, []
    act(erasure.propose, desk["aigerim"], tip)

    def decide():
        try:
            act(other, desk["bolat"], tip)
        except (MoveError, NoKeyError):
            refused.append(other)
        finally:
            connections.close_all()

    second = Thread(target=decide)
    with transaction.atomic():
        # Whoever proposed cannot approve: a third one does.
        person = desk["aigerim"] if is_left else granted(tip, desk)
        act(first, person, tip)
        second.start()
        second.join(0.5)
        is_waiting = second.is_alive()
    second.join(30)

    assert is_waiting
    assert Tip.objects.exists() == is_left
    assert is_left == (refused == [erasure.approve])


def granted(tip, desk):
    """Give a third person the case, so that nobody decides twice."""
    person = recipient("Third")
    tip.wraps.create(recipient=person, purpose=Wrap.Purpose.CONTENT, wrapped=b"x")
    return person


# Dictated reports


@pytest.fixture
def operator(desk):
    sync_roles()
    user = UserFactory(staff=True)
    give_role(user, "tip operator")
    client = Client()
    client.force_login(user)
    return client


def dictated(operator, monkeypatch):
    monkeypatch.setattr(proof, "PATIENCE_SECONDS", 0)
    draft = hidden(operator.get("/admin/reports/tip/intake/"), "draft")
    reporter = Reporter(operator)
    reporter.page = operator.post("/en/report/write/", {"draft": draft})
    reporter.tell().send(is_named="no").send().send()
    return reporter


def test_a_dictated_receipt_is_good_for_one_use(operator, client, monkeypatch):
    reporter = dictated(operator, monkeypatch)
    code = reporter.receipt()
    assert "Read this receipt out" in reporter.text
    before = Tip.objects.get().lookup

    first = client.post("/en/report/receipt/", {"receipt": code})
    text = first.content.decode()
    own = re.search(r'class="receipt">([^<]+)<', text)[1]
    assert MARK not in text
    assert own != code
    # Nothing is changed before the new one is kept: a line may break.
    assert Tip.objects.get().lookup == before
    sealed = hidden(first, "sealed")
    wrong = client.post("/en/report/kept/", {"sealed": sealed, "receipt": code})
    assert "not the receipt above" in wrong.content.decode()
    client.post("/en/report/kept/", {"sealed": sealed, "receipt": own})

    assert open_by_receipt(code) is None
    assert MARK in client.post("/en/report/receipt/", {"receipt": own}).content.decode()
    # The same page sent again changes nothing.
    client.post("/en/report/kept/", {"sealed": sealed, "receipt": own})
    assert open_by_receipt(own) is not None


def test_after_the_change_reporter_and_staff_understand_each_other(
    operator, client, monkeypatch, desk, opened
):
    code = dictated(operator, monkeypatch).receipt()
    reader = opened(desk["aigerim"])
    holders.rekey(tip=Tip.objects.get(), vault=reader, by=desk["aigerim"].user)
    first = client.post("/en/report/receipt/", {"receipt": code})
    own = re.search(r'class="receipt">([^<]+)<', first.content.decode())[1]
    client.post("/en/report/kept/", {"sealed": hidden(first, "sealed"), "receipt": own})

    visit = hidden(client.post("/en/report/receipt/", {"receipt": own}), "visit")
    client.post(
        "/en/report/case/", {"visit": visit, "action": "message", "text": "it is me"}
    )
    holders.rekey(tip=Tip.objects.get(), vault=reader, by=desk["aigerim"].user)

    case = read_case(tip=Tip.objects.get(), vault=reader, by=desk["aigerim"].user)
    report = read_report(open_by_receipt(own))
    assert [(t.text, t.is_genuine) for t in case.turns] == [("it is me", True)]
    assert [t.is_genuine for t in report.turns] == [True]


def test_a_page_of_the_operators_opens_nothing_afterwards(
    operator, client, monkeypatch
):
    code = dictated(operator, monkeypatch).receipt()
    theirs = operator.post("/en/report/receipt/", {"receipt": code})
    first = client.post("/en/report/receipt/", {"receipt": code})
    own = re.search(r'class="receipt">([^<]+)<', first.content.decode())[1]
    client.post("/en/report/kept/", {"sealed": hidden(first, "sealed"), "receipt": own})

    late = re.search(r'class="receipt">([^<]+)<', theirs.content.decode())[1]
    page = operator.post(
        "/en/report/kept/", {"sealed": hidden(theirs, "sealed"), "receipt": late}
    )

    assert "open too long" in page.content.decode()
    assert open_by_receipt(late) is None


@pytest.mark.parametrize("role", ["tip recipient", "custodian", "map editor"])
def test_only_operators_take_reports(desk, role):
    sync_roles()
    user = UserFactory(staff=True)
    give_role(user, role)
    client = Client()
    client.force_login(user)

    assert client.get("/admin/reports/tip/intake/").status_code == 403


def test_an_operator_sees_no_case(operator, filed):
    tip = filed().tip

    assert operator.get(page_of(tip)).status_code in (403, 404)
    assert "Take a report for somebody" in operator.get("/admin/").content.decode()


# Answers


def test_a_prepared_text_comes_in_the_reporters_language(people, filed):
    tip = filed().tip
    row = AnswerTemplate.objects.create(
        name="Thanks", text_kk="Рақмет", text_ru="Спасибо", text_en="Thank you"
    )

    page = unlocked(people["aigerim"]).post(
        page_of(tip), {"action": "template", "template-template": row.pk}
    )

    assert "Рақмет</textarea>" in page.content.decode()
    assert not SealedMessage.objects.exists()


def test_who_forwards_tells_the_reporter(people, filed):
    filing = filed()
    client = unlocked(people["aigerim"])
    move = {"action": "move", "move-to": "forwarded"}
    for state in ("registered", "in_review"):
        client.post(page_of(filing.tip), {"action": "move", "move-to": state})

    refused = client.post(page_of(filing.tip), move).content.decode()
    client.post(page_of(filing.tip), {**move, "move-text": "To the prosecutor"})

    assert "to which body it goes" in refused
    assert Tip.objects.get().state == "forwarded"
    report = read_report(open_by_receipt(filing.receipt))
    assert [turn.text for turn in report.turns] == ["To the prosecutor"]


# The daily mail


def test_one_mail_a_day_says_that_something_waits_and_not_what(filed, desk):
    tell_recipients()
    assert not Message.objects.exists()
    for _ in range(3):
        filed()

    tell_recipients()
    tell_recipients()

    mails = list(Message.objects.filter(template="desk"))
    assert {m.recipient for m in mails} == {
        desk["aigerim"].user.email,
        desk["bolat"].user.email,
    }
    assert len(mails) == 2
    said = "".join(f"{m.key} {m.context}" for m in mails)
    assert Tip.objects.first().reference not in said
    assert "Main channel" not in said


def test_a_filing_mails_nobody(filed):
    filed()

    assert not Message.objects.exists()


# Deadlines


def test_the_eu_profile_counts_days_and_months(settings, filed):
    settings.TIP_DEADLINES = "eu"
    start = date(2026, 11, 2)

    assert deadlines.first_due(start) == date(2026, 11, 9)
    assert deadlines.answer_due(start) == date(2027, 2, 2)
    assert deadlines.longest_extension(start) == date(2027, 5, 4)
    assert "confirmed" in str(deadlines.first_due_label())
    tip = filed().tip
    assert (tip.forward_due_on - tip.received_on).days == 7


def test_the_start_page_names_the_law_that_holds(client, desk, settings):
    assert "15 working days" in client.get("/en/report/").content.decode()
    settings.TIP_DEADLINES = "eu"

    assert "Directive (EU) 2019/1937" in client.get("/en/report/").content.decode()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 11, 2), date(2029, 11, 2)),
        (date(2028, 2, 29), date(2031, 2, 28)),
    ],
)
def test_protection_lasts_three_years(start, end):
    assert deadlines.protected_until(start) == end


def test_a_new_recipient_proposes_after_a_grant(filed, desk, opened):
    tip = filed().tip
    new = recipient("Newcomer")
    holders.grant(
        tip=tip, to=new, vault=opened(desk["aigerim"]), by=desk["aigerim"].user
    )

    act(erasure.propose, new, tip)

    assert Deletion.objects.get().asked_by == new
