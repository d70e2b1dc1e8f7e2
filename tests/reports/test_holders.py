from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection
from django.db.models import ProtectedError

from foundation.accounts.models import User
from reports.crypto import SealBrokenError, unseal_text
from reports.models import Recipient, Recusal, Tip, Wrap
from reports.services import cases, holders
from reports.services.cases import NoKeyError, key_of, read_case
from reports.services.conversation import KeyChangedError, write_message
from reports.services.filing import place_of
from reports.services.holders import LastHolderError, MayNotHoldError, NoNewKeyError
from reports.services.visits import (
    add_reporters_files,
    answer_as_reporter,
    give_name,
    open_by_receipt,
    open_by_state,
    read_report,
)
from tests.factories.reports import recipient
from tests.reports.conftest import MARK
from tests.reports.test_filing import unwrap_anything

pytestmark = pytest.mark.django_db


def content_key(tip, vault):
    return key_of(tip, vault, "content", vault.recipient.user)


@pytest.fixture
def aigerim(desk, opened):
    return opened(desk["aigerim"])


@pytest.fixture
def bolat(desk, opened):
    return opened(desk["bolat"])


def act(step, vault, **more):
    return step(vault=vault, by=vault.recipient.user, **more)


def test_a_new_colleague_reads_an_old_case_after_a_grant(filed, aigerim, opened):
    tip = filed().tip
    new = recipient("Newcomer")
    with pytest.raises(NoKeyError):
        act(read_case, opened(new), tip=tip)

    act(holders.grant, aigerim, tip=tip, to=new)

    assert act(read_case, opened(new), tip=tip).head.answers["what"] == MARK


def test_who_the_reporter_excluded_is_granted_nothing(filed, desk, aigerim, bolat):
    tip = filed(excluded=[desk["bolat"].public_id]).tip
    Recipient.objects.filter(pk=desk["bolat"].pk).update(shown_name="Another name")
    desk["bolat"].refresh_from_db()

    with pytest.raises(MayNotHoldError):
        act(holders.grant, aigerim, tip=tip, to=desk["bolat"])

    assert unwrap_anything(tip, bolat) == []


def test_a_custodian_is_granted_no_report(filed, desk, aigerim):
    with pytest.raises(MayNotHoldError):
        act(holders.grant, aigerim, tip=filed().tip, to=desk["custodian"])


def test_who_holds_no_key_grants_nothing(filed, desk, opened):
    tip = filed().tip
    stranger = opened(recipient("Stranger"))

    with pytest.raises(NoKeyError):
        act(holders.grant, stranger, tip=tip, to=desk["bolat"])


@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_bulk_grant_passes_over_the_excluded_and_goes_on_where_it_ended(
    size, monkeypatch, filed, aigerim, opened
):
    for _ in range(4):
        filed()
    new = recipient("Newcomer")
    filed(excluded=[new.public_id])

    monkeypatch.setattr(holders, "BATCH", size)
    nothing = act(holders.grant_all, aigerim, to=new, seconds=-1)
    first = act(holders.grant_all, aigerim, to=new, seconds=60)
    again = act(holders.grant_all, aigerim, to=new, seconds=60)

    assert nothing == (0, 0, 5)
    assert first == (4, 1, 0)
    assert again == (0, 1, 0)
    assert Tip.objects.held_by(new.user).count() == 4


def test_who_recused_themselves_has_no_key_and_gets_none_back(
    filed, desk, aigerim, bolat
):
    tip = filed().tip
    act(holders.recuse, bolat, tip=tip)

    assert unwrap_anything(tip, bolat) == []
    assert list(Tip.objects.held_by(desk["bolat"].user)) == []
    with pytest.raises(MayNotHoldError):
        act(holders.grant, aigerim, tip=tip, to=desk["bolat"])
    assert act(holders.grant_all, aigerim, to=desk["bolat"], seconds=9) == (0, 0, 0)


def test_the_last_holder_stays(filed, desk, aigerim):
    tip = filed(excluded=[desk["bolat"].public_id]).tip

    with pytest.raises(LastHolderError):
        act(holders.recuse, aigerim, tip=tip)
    with pytest.raises(LastHolderError):
        holders.remove(person=desk["aigerim"], by=desk["bolat"].user)

    assert Recusal.objects.count() == 0
    assert act(read_case, aigerim, tip=tip).head.answers["what"] == MARK


def test_a_closed_login_leaves_only_the_last_copy_of_a_key(filed, desk, aigerim):
    shared = filed().tip
    alone = filed(excluded=[desk["bolat"].public_id]).tip
    user = User.objects.get(pk=desk["aigerim"].user_id)

    user.is_active = False
    user.save()

    assert list(Tip.objects.held_by(user)) == [alone]
    assert holders.holders(shared) == [desk["bolat"]]
    assert not Recipient.objects.get(user=user).is_active
    # Opened again and let receive, they can give the case on.
    User.objects.update(is_active=True)
    Recipient.objects.update(is_active=True)
    assert act(read_case, aigerim, tip=alone).head.answers["what"] == MARK


def test_who_loses_the_staff_area_loses_the_keys_and_who_is_renamed_does_not(
    filed, desk
):
    filed()
    user = User.objects.get(pk=desk["bolat"].user_id)

    user.name = "Renamed"
    user.save()
    assert Tip.objects.held_by(user).count() == 1
    user.is_staff = False
    user.save(update_fields=["is_staff"])

    assert Tip.objects.held_by(user).count() == 0


def test_a_colleague_who_cannot_sign_in_is_no_other_holder(filed, desk):
    filed()
    User.objects.filter(pk=desk["bolat"].user_id).update(is_active=False)

    with pytest.raises(LastHolderError):
        holders.remove(person=desk["aigerim"], by=desk["custodian"].user)


def test_a_person_with_a_vault_is_never_deleted(desk):
    with pytest.raises(ProtectedError):
        desk["bolat"].user.delete()


def test_the_last_custodian_stays(filed, desk):
    filed(name="Named")

    with pytest.raises(LastHolderError):
        holders.remove(person=desk["custodian"], by=desk["bolat"].user)


def test_a_case_handed_over_is_held_by_the_colleague(filed, desk, aigerim, opened):
    tip = filed(excluded=[desk["bolat"].public_id]).tip
    new = recipient("Newcomer")

    act(holders.hand_over, aigerim, tip=tip, to=new)

    assert [row.pk for row in holders.holders(tip)] == [new.pk]
    assert act(read_case, opened(new), tip=tip).head.answers["what"] == MARK
    assert Tip.objects.get().is_key_due


def test_a_removed_person_loses_every_key(filed, desk, bolat):
    tip = filed().tip
    holders.assign(tip=tip, to=desk["bolat"], by=desk["bolat"].user)

    holders.remove(person=desk["bolat"], by=desk["aigerim"].user)

    row = Tip.objects.get()
    assert not Wrap.objects.filter(recipient=desk["bolat"]).exists()
    assert row.is_key_due
    assert row.assignee is None
    assert not desk["bolat"].sessions.exists()
    assert unwrap_anything(tip, bolat) == []


def test_only_a_holder_is_assigned(filed, desk):
    tip = filed(excluded=[desk["bolat"].public_id]).tip

    with pytest.raises(NoKeyError):
        holders.assign(tip=tip, to=desk["bolat"], by=desk["aigerim"].user)


# A new key


def test_a_former_holder_with_an_old_dump_reads_nothing_new(filed, aigerim, bolat):
    filing = filed()
    tip = filing.tip
    old_key = content_key(tip, bolat)
    holders.remove(person=bolat.recipient, by=aigerim.recipient.user)

    act(holders.rekey, aigerim, tip=Tip.objects.get())
    answer_as_reporter(visit=open_by_receipt(filing.receipt), text="something new")

    row = Tip.objects.get()
    with pytest.raises(SealBrokenError):
        unseal_text(old_key, row.head, place_of(row, "head"))
    for message in row.messages.all():
        place = holders.message_place(message)
        with pytest.raises(SealBrokenError):
            unseal_text(old_key, message.body, place)
    assert unwrap_anything(row, bolat) == []


def test_reporter_and_holders_follow_to_a_new_key(filed, desk, aigerim, bolat):
    file = {"id": "6f1d0a8e-0000-4000-8000-000000000001", "key": "00" * 32,
            "name": "смета.pdf", "type": "", "size": 3}  # fmt: skip
    filing = filed(name="Named", files=[file])
    answer_as_reporter(visit=open_by_receipt(filing.receipt), text="before")
    cases.answer(
        tip=filing.tip, vault=bolat, text="seen", is_note=False, by=bolat.recipient.user
    )
    for _ in range(2):
        act(holders.rekey, aigerim, tip=Tip.objects.get())
    answer_as_reporter(visit=open_by_receipt(filing.receipt), text="after")

    row = Tip.objects.get()
    report = read_report(open_by_receipt(filing.receipt))
    case = act(read_case, bolat, tip=row)
    assert row.epoch == 3
    assert report.name == "Named"
    for read in (report, case):
        assert read.head.answers["what"] == MARK
        assert [turn.text for turn in read.turns] == ["before", "seen", "after"]
        assert all(turn.is_genuine for turn in read.turns)
        assert [file.name for file in read.files] == ["смета.pdf"]


def test_what_was_opened_before_a_new_key_is_not_lost(filed, aigerim):
    filing = filed()
    visit = open_by_state(open_by_receipt(filing.receipt).as_state())
    stale = Tip.objects.get()
    act(holders.rekey, aigerim, tip=Tip.objects.get())
    name = {"id": "6f1d0a8e-0000-4000-8000-000000000002", "key": "00" * 32,
            "name": "x", "type": "", "size": 1}  # fmt: skip

    answer_as_reporter(visit=visit, text="written on an old page")
    add_reporters_files(visit=visit, records=[name])
    give_name(visit=visit, name="Late", contact="")

    report = read_report(open_by_receipt(filing.receipt))
    assert [turn.text for turn in report.turns] == ["written on an old page"]
    assert (len(report.files), report.name) == (1, "Late")
    with pytest.raises(KeyChangedError):
        write_message(
            tip=stale,
            key=b"k" * 32,
            signer=aigerim.root.signer,
            side="staff",
            author="x",
            text="lost",
        )


def test_a_forged_wrap_to_the_receipt_opens_nothing(filed, aigerim):
    filing = filed()
    act(holders.rekey, aigerim, tip=Tip.objects.get())
    other = filed()
    act(holders.rekey, aigerim, tip=Tip.objects.get(pk=other.tip.pk))
    taken = Tip.objects.get(pk=other.tip.pk).content_wrap

    Tip.objects.filter(pk=filing.tip.pk).update(content_wrap=taken)

    with pytest.raises(SealBrokenError):
        read_report(open_by_receipt(filing.receipt))


def test_a_case_older_than_these_keys_gets_no_new_one(filed, aigerim):
    tip = filed().tip
    Tip.objects.update(reporter_key=None)

    with pytest.raises(NoNewKeyError):
        act(holders.rekey, aigerim, tip=Tip.objects.get())

    assert act(read_case, aigerim, tip=tip).head.answers["what"] == MARK


def test_all_cases_that_were_left_get_new_keys(filed, aigerim, bolat):
    for _ in range(3):
        filed()
    holders.remove(person=bolat.recipient, by=aigerim.recipient.user)

    assert act(holders.rekey_all, aigerim, seconds=-1) == (0, 0, 3)
    assert act(holders.rekey_all, aigerim, seconds=60) == (3, 0, 0)
    assert act(holders.rekey_all, aigerim, seconds=60) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_who_recuse_at_once_do_not_leave_a_case_to_nobody(filed, aigerim, bolat):
    tip = filed().tip

    def give_up(vault):
        try:
            with suppress(LastHolderError):
                act(holders.recuse, vault, tip=tip)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(give_up, [aigerim, bolat]))

    assert Wrap.objects.filter(tip=tip, purpose="content").count() == 1


@pytest.mark.django_db(transaction=True)
def test_messages_sent_while_the_key_changes_are_kept(filed, aigerim):
    filing = filed()

    def write(number):
        try:
            visit = open_by_receipt(filing.receipt)
            answer_as_reporter(visit=visit, text=str(number))
        finally:
            connection.close()

    def change(_number):
        try:
            with suppress(KeyChangedError):
                act(holders.rekey, aigerim, tip=Tip.objects.get())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(write, n) for n in range(6)]
        done += [pool.submit(change, n) for n in range(2)]
        [one.result() for one in done]

    texts = {turn.text for turn in read_report(open_by_receipt(filing.receipt)).turns}
    assert texts == {str(number) for number in range(6)}


def test_a_new_key_passes_over_a_colleague_whose_login_is_closed(filed, aigerim, bolat):
    filed()
    User.objects.filter(pk=bolat.recipient.user_id).update(is_active=False)

    act(holders.rekey, aigerim, tip=Tip.objects.get())

    assert holders.holders(Tip.objects.get()) == [aigerim.recipient]
