"""New custodians guard old names; who loses the role loses the keys."""

import json

import pytest
from django.contrib.auth.models import Group, Permission

from reports.crypto import unseal_text
from reports.models import Recipient, Tip, Wrap
from reports.services import disclosures, names
from reports.services.cases import NoKeyError, key_of
from reports.services.filing import place_of
from reports.services.holders import MayNotHoldError
from reports.services.visits import give_name, open_by_receipt
from tests.factories.reports import recipient
from tests.reports.test_staff_pages import events, unlocked
from tests.reports.test_staff_pages import one_factor as one_factor
from tests.reports.test_staff_pages import people as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
KEEPER = Recipient.Kind.CUSTODIAN


@pytest.fixture
def keeper(people, opened):
    """The custodian's open vault, and who acts."""
    return {"vault": opened(people["custodian"]), "by": people["custodian"].user}


def test_a_new_custodian_guards_old_names(filed, keeper, opened, desk):
    filing = filed(name="Named Marker")
    new = recipient("New", KEEPER)

    done = names.grant_names(to=new, seconds=60, **keeper)
    again = names.grant_names(to=new, seconds=60, **keeper)

    assert (done, again) == ((1, 0, 0), (0, 0, 0))
    asked = disclosures.ask(
        tip=filing.tip, asked_by=desk["aigerim"], reason="x", by=desk["aigerim"].user
    )
    until = asked.asked_on.replace(year=asked.asked_on.year + 1)
    step = {"vault": opened(new), "by": new.user}
    disclosures.grant(disclosure=asked, until=until, **step)
    reader = {"vault": opened(desk["aigerim"]), "by": desk["aigerim"].user}
    identity = disclosures.read_identity(tip=filing.tip, **reader)
    assert identity == {"name": "Named Marker", "contact": ""}
    assert events("grant the key of the name") == [filing.tip.reference]


def test_an_excluded_custodian_is_passed_over_and_stays_so(filed, keeper):
    other = recipient("Other", KEEPER)
    filing = filed(excluded=[other.public_id])

    first = names.grant_names(to=other, seconds=60, **keeper)
    give_name(visit=open_by_receipt(filing.receipt), name="Later", contact="")

    assert first == (0, 1, 0)
    assert names.grant_names(to=other, seconds=60, **keeper) == (0, 1, 0)
    assert not Wrap.objects.filter(recipient=other).exists()


def test_a_custodian_does_not_read_who_was_excluded(filed, keeper, desk):
    tip = filed(excluded=[desk["bolat"].public_id]).tip
    key = key_of(tip, keeper["vault"], "identity", keeper["by"])

    said = unseal_text(key, tip.identity, place_of(tip, "identity"))

    assert str(desk["bolat"].public_id) not in said
    assert "Bolat" not in said
    assert len(json.loads(said)["excluded"]) == 1


def test_a_reader_of_reports_guards_no_name(filed, keeper, desk, opened):
    tip = filed().tip

    with pytest.raises(MayNotHoldError):
        names.grant_name(tip=tip, to=desk["bolat"], **keeper)
    with pytest.raises(NoKeyError):
        names.grant_name(
            tip=tip,
            to=recipient("New", KEEPER),
            vault=opened(desk["bolat"]),
            by=desk["bolat"].user,
        )


def test_custodians_pass_names_on_in_their_page(filed, people):
    filed()
    new = recipient("New", KEEPER)
    new.user.groups.set(people["custodian"].user.groups.all())
    page = "/admin/reports/disclosure/keys/"

    answer = unlocked(people["custodian"]).post(page, {"to": str(new.public_id)})
    refused = unlocked(people["aigerim"]).post(page, {"to": str(new.public_id)})

    assert answer.status_code == 302
    assert refused.status_code == 403
    assert Tip.objects.filter(wraps__recipient=new).count() == 1


def taken(user, name):
    user.groups.remove(Group.objects.get(name=name))


def turned(user, name):
    Group.objects.get(name=name).user_set.remove(user)


def cleared(user, name):
    user.groups.clear()


@pytest.mark.parametrize("take", [taken, turned, cleared])
def test_who_loses_the_role_loses_the_keys(
    filed, people, take, django_capture_on_commit_callbacks
):
    tip = filed().tip
    bolat = people["bolat"]

    with django_capture_on_commit_callbacks(execute=True):
        take(bolat.user, "tip recipient")

    bolat.refresh_from_db()
    tip.refresh_from_db()
    assert not bolat.is_active
    assert not Wrap.objects.filter(recipient=bolat).exists()
    assert tip.is_key_due
    assert tip.wraps.filter(recipient=people["aigerim"]).exists()


def test_who_changes_to_a_role_for_the_same_work_keeps_the_keys(
    filed, people, django_capture_on_commit_callbacks
):
    filed()
    old = Group.objects.get(name="tip recipient")
    new = Group.objects.create(name="chief recipient")
    new.permissions.set(old.permissions.all())

    with django_capture_on_commit_callbacks(execute=True):
        people["bolat"].user.groups.set([new])

    assert Wrap.objects.filter(recipient=people["bolat"]).exists()


def test_another_role_taken_away_changes_nothing(
    filed, people, django_capture_on_commit_callbacks
):
    filed()
    user = people["bolat"].user
    user.groups.add(Group.objects.get(name="survey editor"))

    with django_capture_on_commit_callbacks(execute=True):
        taken(user, "survey editor")

    assert Wrap.objects.filter(recipient=people["bolat"]).exists()


def without_permission(role):
    role.permissions.remove(Permission.objects.get(codename="answer_tip"))


def without_any(role):
    role.permissions.clear()


def taken_by_the_other_side(role):
    Permission.objects.get(codename="answer_tip").group_set.remove(role)


def deleted(role):
    role.delete()


@pytest.mark.parametrize(
    "change",
    [
        without_permission,
        without_any,
        taken_by_the_other_side,
        deleted,
    ],
)
def test_a_permission_taken_from_a_role_takes_the_keys_of_all_who_have_it(
    filed, people, change, django_capture_on_commit_callbacks
):
    tip = filed().tip
    chief = Group.objects.create(name="chief recipient")
    chief.permissions.set(Permission.objects.filter(codename="answer_tip"))
    people["bolat"].user.groups.set([chief])

    with django_capture_on_commit_callbacks(execute=True):
        change(chief)

    people["bolat"].refresh_from_db()
    assert not people["bolat"].is_active
    assert not Wrap.objects.filter(recipient=people["bolat"]).exists()
    assert tip.wraps.filter(recipient=people["aigerim"]).exists()


def test_a_permission_taken_from_every_role_closes_all_who_worked_by_it(
    people, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        Permission.objects.get(codename="answer_tip").group_set.clear()

    active = Recipient.objects.filter(is_active=True)
    assert list(active) == [people["custodian"]]


def test_another_permission_taken_from_a_role_changes_nothing(
    filed, people, django_capture_on_commit_callbacks
):
    filed()
    role = Group.objects.get(name="tip recipient")

    with django_capture_on_commit_callbacks(execute=True):
        role.permissions.remove(Permission.objects.get(codename="add_answertemplate"))

    assert Wrap.objects.filter(recipient=people["bolat"]).exists()
