"""The key of last resort opens to k shareholders and to nobody else."""

import io
import re
from itertools import combinations

import pytest
from django.core.management import CommandError, call_command

from reports.crypto import SealBrokenError
from reports.models import Recipient, RecoveryKey, Tip, Wrap
from reports.receipts import as_words, new_receipt
from reports.services import holders, recovery
from reports.services.cases import NoKeyError, key_of, read_case
from reports.services.recovery import CeremonyError, recover_root, share_root
from tests.factories.reports import recipient
from tests.reports.conftest import MARK
from tests.reports.test_staff_pages import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def shares():
    return [new_receipt() for _ in range(4)]


@pytest.fixture
def key(shares):
    return recovery.make_recovery_key(
        public_keys=[share_root(share).public_key for share in shares], threshold=3
    )


def test_every_three_of_four_open_it(shares, key):
    for group in combinations(shares, 3):
        said = [" ".join(as_words(share, "ru")) for share in group]

        assert recover_root(key, said).public_key == bytes(key.public_key)


def test_two_of_three_needed_open_nothing(shares, key):
    for two in combinations(shares, 2):
        with pytest.raises(CeremonyError, match="3 different"):
            recover_root(key, [*two, two[0]])
    # Nor by any way past the count: each envelope wants a third layer undone.
    roots = [share_root(share) for share in shares[:2]]
    for name, envelope in key.envelopes.items():
        group = [int(place) for place in name.split("-")]
        sealed, opened = bytes.fromhex(envelope), 0
        for place in reversed(group):
            for root in roots:
                try:
                    sealed = root.unwrap(sealed, recovery._layer(key, group, place))
                    opened += 1
                except SealBrokenError:
                    continue
        assert opened < 3


def test_a_strangers_share_and_a_changed_envelope_are_refused(shares, key):
    with pytest.raises(CeremonyError, match="no shareholder"):
        recover_root(key, [*shares[:2], new_receipt()])
    key.envelopes["0-1-2"] = key.envelopes["0-1-3"]
    with pytest.raises(CeremonyError, match="was changed"):
        recover_root(key, shares[:3])


def test_an_envelope_with_a_key_of_the_writers_own_is_refused(shares, key):
    forged = recovery.make_recovery_key(
        public_keys=[bytes.fromhex(k) for k in key.shareholders], threshold=3
    )
    forged.public_id = key.public_id
    group = (0, 1, 2)
    publics = [bytes.fromhex(k) for k in key.shareholders]
    key.envelopes["0-1-2"] = recovery._envelope(forged, b"f" * 32, group, publics)

    with pytest.raises(CeremonyError, match="another key"):
        recover_root(key, shares[:3])


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (3, 1), (2, 3), (8, 3)])
def test_a_key_that_one_hand_or_too_many_hold_is_not_made(count, needed):
    publics = [share_root(new_receipt()).public_key for _ in range(count)]

    with pytest.raises(CeremonyError):
        recovery.make_recovery_key(public_keys=publics, threshold=needed)


def test_when_all_are_gone_shareholders_give_the_reports_on(
    shares, key, filed, desk, opened
):
    first, second = filed(name="Named").tip, filed().tip
    reader = opened(desk["aigerim"])
    holders.rekey(tip=second, vault=reader, by=desk["aigerim"].user)
    Wrap.objects.all().delete()
    new, keeper = recipient("New"), recipient("Keeper", Recipient.Kind.CUSTODIAN)

    root = recover_root(key, shares[1:])
    given = [
        recovery.grant_all_recovered(row=key, root=root, to=person)
        for person in (new, new, keeper)
    ]

    assert given == [(2, 0)] * 3
    for tip in Tip.objects.all():
        case = read_case(tip=tip, vault=opened(new), by=new.user)
        assert case.head.answers["what"] == MARK
        assert key_of(tip, opened(keeper), "identity", keeper.user)
        with pytest.raises(NoKeyError):
            read_case(tip=tip, vault=opened(keeper), by=keeper.user)
    assert len(events("use recovery key")) == 3
    assert first.reference in events("grant")


def test_who_was_excluded_gets_nothing_by_this_way(shares, key, filed, desk):
    filed(excluded=[desk["bolat"].public_id])

    root = recover_root(key, shares[:3])

    to = desk["bolat"]
    assert recovery.grant_all_recovered(row=key, root=root, to=to) == (0, 1)
    assert not Wrap.objects.filter(recipient=to).exists()


def test_a_report_before_the_ceremony_has_no_recovery(filed):
    assert filed().tip.recovery is None


def test_the_ceremony_by_command(tmp_path, filed, desk, monkeypatch):
    files, shares = [tmp_path / f"{n}.pub" for n in range(3)], []
    for file in files:
        said = io.StringIO()
        call_command("recovery_key", "share", str(file), stdout=said)
        shares.append(re.search(r"(?m)^([0-9A-Z]{4}-?){6}$", said.getvalue())[0])
    call_command("recovery_key", "make", "--needed", "2", *map(str, files))
    filed()
    Wrap.objects.all().delete()
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(shares[::2]) + "\n"))
    call_command("recovery_key", "use", desk["bolat"].user.email, stdout=said)

    assert "1 granted, 0 passed over" in said.getvalue()
    assert Tip.objects.held_by(desk["bolat"].user).count() == 1
    assert RecoveryKey.objects.get().threshold == 2
    with pytest.raises(CommandError):
        call_command("recovery_key", "share", str(files[0]))
