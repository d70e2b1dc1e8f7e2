from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from reports.crypto import ReceiptKeys, SealBrokenError
from reports.models import Questionnaire, Recipient, SealedMessage, Tip, Wrap
from reports.services import cases, disclosures, vaults
from reports.services.cases import NoKeyError, read_case
from reports.services.conversation import write_message
from reports.services.filing import (
    AlreadySentError,
    Content,
    NobodyLeftError,
    file_tip,
    salt,
)
from reports.services.visits import (
    answer_as_reporter,
    give_name,
    open_by_receipt,
    read_report,
)
from tests.factories.accounts import UserFactory
from tests.factories.reports import PASSPHRASE
from tests.reports.conftest import MARK

pytestmark = pytest.mark.django_db


def unwrap_anything(tip, vault):
    """Try every wrap of a tip with a vault's keys, as its owner with full SQL would."""
    found = []
    for wrapped in tip.wraps.all():
        for person in Recipient.objects.all():
            for purpose in Wrap.Purpose.values:
                info = cases.wrap_info(tip.id, person.public_id, purpose, wrapped.epoch)
                with suppress(SealBrokenError):
                    found.append(vault.root.unwrap(bytes(wrapped.wrapped), info))
    return found


def test_a_recipient_reads_what_was_written(filed, desk, opened):
    tip = filed().tip

    case = read_case(tip=tip, vault=opened(desk["aigerim"]), by=desk["aigerim"].user)

    assert case.head.answers["what"] == MARK


def test_a_second_opening_uses_the_readers_own_wrap(filed, desk, opened):
    tip = filed().tip
    vault = opened(desk["aigerim"])
    read_case(tip=tip, vault=vault, by=desk["aigerim"].user)

    # Who can only write to the database knows the public key alone.
    forged = cases.wrap_info(tip.id, desk["aigerim"].public_id, "content", 1)
    Wrap.objects.filter(tip=tip, recipient=desk["aigerim"]).update(
        wrapped=disclosures.wrap(b"f" * 32, bytes(desk["aigerim"].public_key), forged)
    )

    case = read_case(tip=tip, vault=vault, by=desk["aigerim"].user)
    assert case.head.answers["what"] == MARK


def test_an_excluded_person_has_no_key(filed, desk, opened):
    tip = filed(excluded=[desk["bolat"].public_id]).tip
    bolat = opened(desk["bolat"])

    with pytest.raises(NoKeyError):
        read_case(tip=tip, vault=bolat, by=desk["bolat"].user)
    assert unwrap_anything(tip, bolat) == []


def test_an_excluded_person_sees_no_row(filed, desk):
    filed(excluded=[desk["bolat"].public_id])

    assert list(Tip.objects.held_by(desk["bolat"].user)) == []
    assert len(Tip.objects.held_by(desk["aigerim"].user)) == 1


def test_the_last_reader_cannot_be_excluded(filed, desk):
    with pytest.raises(NobodyLeftError):
        filed(excluded=[desk["aigerim"].public_id, desk["bolat"].public_id])

    assert Tip.objects.count() == 0


def test_a_superuser_with_a_vault_made_later_has_no_key(filed, desk, opened):
    tip = filed().tip
    root = UserFactory(root=True)
    row, _code = vaults.create_vault(
        user=root,
        kind=Recipient.Kind.RECIPIENT,
        channel=tip.channel,
        shown_name="Root",
        passphrase=PASSPHRASE,
        by=root,
    )

    with pytest.raises(NoKeyError):
        read_case(tip=tip, vault=opened(row), by=root)
    assert unwrap_anything(tip, opened(row)) == []
    assert list(Tip.objects.held_by(root)) == []


def test_a_custodian_cannot_read_the_report(filed, desk, opened):
    tip = filed(name="Daniyar Marker").tip
    custodian = opened(desk["custodian"])
    keys = unwrap_anything(tip, custodian)

    # The one key there is opens the name and no more.
    assert len(keys) == 1
    with pytest.raises(SealBrokenError):
        cases.read_head(tip, keys[0])
    with pytest.raises(NoKeyError):
        read_case(tip=tip, vault=custodian, by=desk["custodian"].user)


def test_a_moved_wrap_opens_nothing(filed, desk, opened):
    first, second = filed().tip, filed().tip
    taken = first.wraps.get(recipient=desk["aigerim"])
    second.wraps.filter(recipient=desk["aigerim"]).update(wrapped=taken.wrapped)

    with pytest.raises(SealBrokenError):
        read_case(tip=second, vault=opened(desk["aigerim"]), by=desk["aigerim"].user)


def test_content_moved_between_tips_is_refused_and_audited(filed, desk, opened):
    first, second = filed().tip, filed().tip
    Tip.objects.filter(pk=second.pk).update(head=first.head)
    second.refresh_from_db()

    with pytest.raises(SealBrokenError):
        read_case(tip=second, vault=opened(desk["aigerim"]), by=desk["aigerim"].user)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_auditevent"
            " WHERE action = 'refuse what was changed' AND target_id = %s",
            [second.reference],
        )
        assert cursor.fetchone() == (1,)


def test_filing_leaves_no_audit_event(filed):
    filed()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_auditevent WHERE target_kind='report'"
        )
        assert cursor.fetchone() == (0,)


def test_messages_swapped_or_forged_are_refused(filed, desk, opened):
    filing = filed()
    visit = open_by_receipt(filing.receipt)
    answer_as_reporter(visit=visit, text="first")
    answer_as_reporter(visit=visit, text="second")
    one, two = SealedMessage.objects.order_by("number")
    SealedMessage.objects.filter(pk=one.pk).update(body=two.body)

    with pytest.raises(SealBrokenError):
        read_report(visit)
    with pytest.raises(SealBrokenError):
        read_case(
            tip=filing.tip, vault=opened(desk["aigerim"]), by=desk["aigerim"].user
        )


def test_a_reader_cannot_speak_for_the_reporter(filed, desk, opened):
    """Both hold the key of the tip; only the reporter holds that of the signature."""
    filing = filed()
    vault = opened(desk["aigerim"])
    key = cases.key_of(filing.tip, vault, "content", desk["aigerim"].user)

    write_message(
        tip=filing.tip,
        key=key,
        signer=vault.root.signer,
        side=SealedMessage.Side.REPORTER,
        author="reporter",
        text="I made it all up",
    )

    assert not read_report(open_by_receipt(filing.receipt)).turns[0].is_genuine
    case = read_case(tip=filing.tip, vault=vault, by=desk["aigerim"].user)
    assert not case.turns[0].is_genuine


def test_the_reporter_reads_back_and_converses(filed, desk, opened):
    filing = filed()
    visit = open_by_receipt(filing.receipt)
    vault = opened(desk["aigerim"])

    answer_as_reporter(visit=visit, text="Сұрақ бар ма?")
    cases.answer(
        tip=filing.tip,
        vault=vault,
        text="Иә",
        is_note=False,
        by=desk["aigerim"].user,
    )
    cases.answer(
        tip=filing.tip,
        vault=vault,
        text="for us",
        is_note=True,
        by=desk["aigerim"].user,
    )

    report = read_report(visit)
    assert [turn.text for turn in report.turns] == ["Сұрақ бар ма?", "Иә"]
    assert all(turn.is_genuine for turn in report.turns)
    assert report.head.answers["what"] == MARK
    case = read_case(tip=filing.tip, vault=vault, by=desk["aigerim"].user)
    assert [turn.text for turn in case.turns] == ["Сұрақ бар ма?", "Иә", "for us"]


def test_a_visit_changes_no_row(filed):
    filing = filed()

    def rows():
        with connection.cursor() as cursor:
            found = []
            for table in connection.introspection.table_names():
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                found.append((table, cursor.fetchall()))
        return found

    before = rows()
    read_report(open_by_receipt(filing.receipt))

    assert rows() == before


def test_database_and_secret_key_without_receipt_open_nothing(filed):
    tip = filed().tip
    guess = ReceiptKeys("0" * 24, salt())

    with pytest.raises(SealBrokenError):
        cases.unseal(
            guess.unlock,
            tip.content_wrap,
            cases.Place("tip", "content_wrap", tip.id, tip.id),
        )
    assert bytes(tip.lookup) != guess.lookup


def test_a_form_is_good_for_one_report(desk):
    kwargs = {
        "channel": desk["aigerim"].channel,
        "questionnaire": Questionnaire.objects.newest(),
        "content": Content({"what": "x"}, "en"),
        "form": b"same",
    }
    file_tip(**kwargs)

    with pytest.raises(AlreadySentError):
        file_tip(**kwargs)
    assert Tip.objects.count() == 1


# Identity


def test_the_name_opens_only_while_it_is_granted(filed, desk, opened):
    tip = filed(name="Daniyar Marker", contact="+7").tip
    aigerim, custodian = opened(desk["aigerim"]), opened(desk["custodian"])

    with pytest.raises(NoKeyError):
        disclosures.read_identity(tip=tip, vault=aigerim, by=desk["aigerim"].user)
    key = cases.key_of(tip, aigerim, "content", desk["aigerim"].user)
    with pytest.raises(SealBrokenError):
        disclosures.unseal_text(
            key, tip.identity, disclosures.place_of(tip, "identity")
        )

    asked = disclosures.ask(
        tip=tip, asked_by=aigerim.recipient, reason="to call", by=desk["aigerim"].user
    )
    day = tip.received_on + cases.timedelta(days=7)
    disclosures.grant(
        disclosure=asked, vault=custodian, until=day, by=desk["custodian"].user
    )

    identity = disclosures.read_identity(
        tip=tip, vault=aigerim, by=desk["aigerim"].user
    )
    assert identity["name"] == "Daniyar Marker"
    Wrap.objects.filter(purpose="disclosure").update(expires_on=tip.received_on)
    with pytest.raises(NoKeyError):
        disclosures.read_identity(tip=tip, vault=aigerim, by=desk["aigerim"].user)


def test_a_name_given_later_is_sealed_for_custodians(filed, desk, opened):
    filing = filed()
    before = len(bytes(filing.tip.identity))

    give_name(visit=open_by_receipt(filing.receipt), name="Later Marker", contact="")

    tip = Tip.objects.get(pk=filing.tip.pk)
    key = cases.key_of(
        tip, opened(desk["custodian"]), "identity", desk["custodian"].user
    )
    text = disclosures.unseal_text(
        key, tip.identity, disclosures.place_of(tip, "identity")
    )
    assert "Later Marker" in text
    assert len(bytes(tip.identity)) == before


def test_named_and_anonymous_reports_have_rows_of_one_length(filed):
    named, nameless = filed(name="N" * 300, contact="c" * 300).tip, filed().tip

    assert len(named.identity) == len(nameless.identity)
    assert len(named.head) == len(nameless.head)
    assert len(filed(answers={"what": "1"}).tip.head) == len(
        filed(answers={"what": "қ" * 900}).tip.head
    )


# Many at once


@pytest.mark.django_db(transaction=True)
def test_fifty_reports_at_once_are_all_taken(desk):
    channel, questionnaire = desk["aigerim"].channel, Questionnaire.objects.newest()

    def file(number):
        try:
            return file_tip(
                channel=channel,
                questionnaire=questionnaire,
                content=Content({"what": f"{number}"}, "en"),
                form=b"parallel%d" % number,
            ).receipt
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        receipts = list(pool.map(file, range(200)))

    assert len(set(receipts)) == 200
    assert Tip.objects.count() == 200
    said = {read_report(open_by_receipt(r)).head.answers["what"] for r in receipts}
    assert said == {str(number) for number in range(200)}


@pytest.mark.django_db(transaction=True)
def test_twenty_messages_at_once_keep_their_order_and_none_is_lost(filed):
    filing = filed()

    def say(number):
        try:
            answer_as_reporter(visit=open_by_receipt(filing.receipt), text=f"{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(say, range(40)))

    turns = read_report(open_by_receipt(filing.receipt)).turns
    assert {turn.text for turn in turns} == {str(number) for number in range(40)}
