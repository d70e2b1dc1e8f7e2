"""The reward: the law's sum, two people, and a payee that custodians alone can open."""

import json
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from reports.crypto import SealBrokenError, seal_text
from reports.models import Gravity, MonthlyIndex, Reward, RewardRule, Tip
from reports.rewards import Rates, reward
from reports.services import cases, disclosures, holders, rewards
from reports.services.cases import MoveError, NoKeyError
from reports.services.filing import reward_place
from reports.services.visits import open_by_receipt
from tests.factories.accounts import UserFactory
from tests.reports.test_reporter_pages import hidden
from tests.reports.test_staff_pages import events, give_role, page_of, unlocked
from tests.reports.test_staff_pages import one_factor as one_factor
from tests.reports.test_staff_pages import people as people

FIXED = {
    "administrative": 30,
    "minor": 40,
    "medium": 50,
    "grave": 70,
    "especially_grave": 100,
}
RATES = Rates(FIXED, threshold=1000, percent=10, cap=4000)
INDEX = Decimal(3932)
SUMS = st.decimals(min_value=0, max_value=10**14, places=2)
INDICES = st.decimals(min_value="0.01", max_value=10**5, places=2)
GRAVITIES = st.sampled_from(list(FIXED))
PAYEE = {
    "name": "Дәулет Marker",
    "number": "900101300123",
    "account": "KZ86125KZT5004100100",
}


@pytest.mark.parametrize(
    ("gravity", "damage", "tenge"),
    [
        ("administrative", None, "117960.00"),
        ("minor", Decimal(0), "157280.00"),
        ("medium", Decimal(1_000_000), "196600.00"),
        ("grave", Decimal(3_932_000), "275240.00"),
        ("grave", Decimal("3932000.10"), "393200.01"),
        ("especially_grave", Decimal(3_932_000), "393200.00"),
        ("minor", Decimal(100_000_000), "10000000.00"),
        ("minor", Decimal(157_280_000), "15728000.00"),
        ("minor", Decimal(10**12), "15728000.00"),
    ],
)
def test_the_sum_is_the_laws(gravity, damage, tenge):
    sum_ = reward(gravity=gravity, damage=damage, index=INDEX, rates=RATES)

    assert sum_ == Decimal(tenge)


@given(GRAVITIES, SUMS, SUMS, INDICES)
def test_more_damage_never_gives_less(gravity, one, other, index):
    less, more = (
        reward(gravity=gravity, damage=damage, index=index, rates=RATES)
        for damage in sorted((one, other))
    )

    assert less <= more <= (index * 4000)


@given(SUMS, INDICES)
def test_a_graver_deed_never_gives_less(damage, index):
    sums = [
        reward(gravity=gravity, damage=damage, index=index, rates=RATES)
        for gravity in FIXED
    ]

    assert sums == sorted(sums)


@given(GRAVITIES, SUMS, INDICES)
def test_nothing_is_lost_but_half_a_tiyn(gravity, damage, index):
    """Recounted in whole tiyn, so that no rounding of Decimal goes unseen."""
    tiyn, one = int(damage * 100), int(index * 100)
    exact = FIXED[gravity] * one * 10
    if tiyn > 1000 * one:
        exact = min(tiyn, 4000 * one * 10)

    given_ = reward(gravity=gravity, damage=damage, index=index, rates=RATES)

    assert abs(int(given_ * 1000) - exact) <= 5


def test_what_ships_is_the_rule_of_2023(desk):
    assert RewardRule.objects.newest().rates == RATES
    assert MonthlyIndex.objects.get(year=2025).tenge == INDEX
    assert set(FIXED) == set(Gravity.values)


@pytest.fixture
def confirmed(filed, desk):
    """Return a filing whose case was confirmed and closed."""
    filing = filed()
    by = desk["aigerim"].user
    for state in ("registered", "in_review", "answered"):
        cases.move(tip=filing.tip, to=state, by=by)
    cases.move(tip=filing.tip, to="closed", outcome="confirmed", by=by)
    filing.tip.refresh_from_db()
    return filing


@pytest.fixture
def steps(opened, desk):
    """Who acts, by name."""
    return {
        name: {"vault": opened(desk[name]), "by": desk[name].user}
        for name in ("aigerim", "bolat")
    }


def proposed(tip, step):
    return rewards.propose(
        tip=tip,
        gravity="grave",
        damage=Decimal("5000000.00"),
        index=MonthlyIndex.objects.get(year=2025),
        **step,
    )


def test_one_alone_rewards_nobody(confirmed, steps):
    proposed(confirmed.tip, steps["aigerim"])

    with pytest.raises(MoveError):
        rewards.approve(tip=confirmed.tip, **steps["aigerim"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Reward.objects.update(
            approved_by=steps["aigerim"]["vault"].recipient, approved_on="2026-01-01"
        )


@pytest.mark.parametrize("step", [rewards.approve, rewards.withdraw])
def test_who_holds_no_key_decides_no_reward(confirmed, steps, desk, step):
    proposed(confirmed.tip, steps["aigerim"])
    confirmed.tip.wraps.filter(recipient=desk["bolat"]).delete()

    with pytest.raises(NoKeyError):
        step(tip=confirmed.tip, **steps["bolat"])


def test_who_holds_no_key_proposes_no_reward(confirmed, steps, desk):
    confirmed.tip.wraps.filter(recipient=desk["bolat"]).delete()

    with pytest.raises(NoKeyError):
        proposed(confirmed.tip, steps["bolat"])


def test_only_a_confirmed_case_is_rewarded_and_once(filed, confirmed, steps):
    with pytest.raises(MoveError):
        proposed(filed().tip, steps["aigerim"])
    proposed(confirmed.tip, steps["aigerim"])
    with pytest.raises(MoveError):
        proposed(confirmed.tip, steps["bolat"])


def test_the_sum_lies_sealed(confirmed, steps):
    sums = proposed(confirmed.tip, steps["aigerim"])

    body = bytes(Reward.objects.get().body)
    assert sums.amount == Decimal("500000.00")
    assert b"500000" not in body
    assert b"grave" not in body


def test_a_changed_sum_is_refused(confirmed, steps):
    proposed(confirmed.tip, steps["aigerim"])
    text = json.dumps({"gravity": "grave", "tenge": "1"})
    place = reward_place(confirmed.tip, "body")
    Reward.objects.update(body=seal_text(bytes(32), text, place))

    with pytest.raises(SealBrokenError):
        rewards.approve(tip=confirmed.tip, **steps["bolat"])
    assert events("refuse what was changed") == [confirmed.tip.reference]


def test_an_approved_reward_stays(confirmed, steps):
    proposed(confirmed.tip, steps["aigerim"])
    rewards.approve(tip=confirmed.tip, **steps["bolat"])

    with pytest.raises(MoveError):
        rewards.withdraw(tip=confirmed.tip, **steps["aigerim"])
    assert events("approve reward") == [confirmed.tip.reference]


def test_a_reward_follows_to_a_new_key(confirmed, steps):
    sums = proposed(confirmed.tip, steps["aigerim"])

    holders.rekey(tip=confirmed.tip, **steps["aigerim"])

    tip = Tip.objects.get()
    assert rewards.approve(tip=tip, **steps["bolat"]) == sums


@pytest.mark.django_db(transaction=True)
def test_of_approval_and_withdrawal_at_once_one_holds(confirmed, steps):
    proposed(confirmed.tip, steps["aigerim"])
    start, done = Barrier(2, timeout=30), []

    def act(step, person):
        start.wait()
        try:
            step(tip=confirmed.tip, **steps[person])
            done.append(step)
        except MoveError:
            pass
        finally:
            connections.close_all()

    threads = [
        Thread(target=act, args=pair)
        for pair in ((rewards.approve, "bolat"), (rewards.withdraw, "aigerim"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(done) == 1
    assert Reward.objects.exists() == (done == [rewards.approve])


@pytest.fixture
def approved(confirmed, steps):
    proposed(confirmed.tip, steps["aigerim"])
    rewards.approve(tip=confirmed.tip, **steps["bolat"])
    return confirmed


def test_nobody_is_paid_before_the_approval(confirmed, steps):
    proposed(confirmed.tip, steps["aigerim"])
    visit = open_by_receipt(confirmed.receipt)

    assert rewards.rewarded(visit) is None
    assert not rewards.give_payee(visit=visit, payee=PAYEE)
    assert Reward.objects.get().payee is None


def test_the_payee_opens_with_the_name_and_not_otherwise(approved, steps, desk, opened):
    visit = open_by_receipt(approved.receipt)
    rewards.give_payee(visit=visit, payee=PAYEE)
    tip, step = approved.tip, steps["aigerim"]

    with pytest.raises(NoKeyError):
        rewards.read_payee(tip=tip, **step)
    asked = disclosures.ask(
        tip=tip, asked_by=desk["aigerim"], reason="to pay", by=step["by"]
    )
    disclosures.grant(
        disclosure=asked,
        vault=opened(desk["custodian"]),
        until=asked.asked_on.replace(year=asked.asked_on.year + 1),
        by=desk["custodian"].user,
    )

    assert rewards.read_payee(tip=tip, **step) == PAYEE
    assert "Marker" not in str(bytes(Reward.objects.get().payee))


def test_the_reporter_learns_of_it_and_says_who_is_paid(client, approved):
    page = client.post("/en/report/receipt/", {"receipt": approved.receipt})
    said = {"visit": hidden(page, "visit"), "action": "payee"}
    said |= {f"payee-{name}": value for name, value in PAYEE.items()}

    refused = client.post("/en/report/case/", {**said, "payee-number": "12"})
    taken = client.post("/en/report/case/", said)

    assert "500,000.00" in page.text
    assert "Write the twelve digits of the number" in refused.text
    assert "To whom it is paid is sealed." in taken.text
    assert "Marker" not in taken.text


def test_staff_propose_and_approve_on_the_page(people, confirmed):
    page = page_of(confirmed.tip)
    one, other = unlocked(people["aigerim"]), unlocked(people["bolat"])
    index = MonthlyIndex.objects.get(year=2025).pk
    said = {"reward-gravity": "minor", "reward-damage": "", "reward-index": index}

    one.post(page, {"action": "propose-reward", **said})
    assert "approve-reward" not in one.get(page).text
    other.post(page, {"action": "approve-reward"})

    assert Reward.objects.get().approved_by == people["bolat"]
    assert "157,280.00" in one.get(page).text


@pytest.mark.parametrize("page", ["monthlyindex", "rewardrule"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("tip recipient", 403), ("custodian", 403), ("administrator", 200)],
)
def test_administrators_enter_the_rates_and_nobody_who_rewards(
    people, client, page, role, status
):
    user = UserFactory(is_staff=True)
    give_role(user, role)
    client.force_login(user)

    assert client.get(f"/admin/reports/{page}/").status_code == status
    assert client.get(f"/admin/reports/{page}/add/").status_code == status
