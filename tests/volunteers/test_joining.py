"""How people come into an organisation and leave it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.volunteers import (
    InitiativeFactory,
    MembershipFactory,
    OrganisationFactory,
)
from tests.volunteers.conftest import path_in
from volunteers.models import Membership
from volunteers.services.organisations import (
    INVITATIONS_PER_DAY,
    ask_to_join,
    invite_member,
    leave_organisation,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mode", "state"), [("open", "approved"), ("approval", "pending")]
)
def test_who_asks_is_a_member_or_waits(mode, state):
    organisation = MembershipFactory(organisation__join_mode=mode).organisation

    membership = ask_to_join(organisation=organisation, by=UserFactory())

    assert (membership.state, membership.role) == (state, "member")
    told = Message.objects.filter(template="volunteer_organisation")
    assert told.count() == 1


def test_an_inviting_organisation_takes_nobody_who_asks(client):
    organisation = OrganisationFactory(join_mode="invitation")
    client.force_login(UserFactory())
    path = f"/en/volunteers/organisations/{organisation.public_id}/join/"

    answer = client.post(path)

    assert answer.status_code == 422
    assert not Membership.objects.filter(organisation=organisation).exists()


@pytest.mark.parametrize("mode", ["open", "approval", "invitation"])
def test_whom_the_organisation_declined_stays_out(mode):
    declined = MembershipFactory(
        organisation__join_mode=mode, state="rejected", role="member"
    )

    ask_to_join(organisation=declined.organisation, by=declined.user)

    declined.refresh_from_db()
    assert declined.state == "rejected"


def test_an_invitation_is_good_for_its_address_alone(client, delivered):
    administrator = MembershipFactory(organisation__join_mode="invitation")
    organisation = administrator.organisation
    client.force_login(administrator.user)
    page = f"/en/volunteers/organisations/{organisation.public_id}/people/"
    client.post(page, {"email": "Invited@example.org", "language": "kk"})
    mail = delivered()[-1]
    assert mail.to == ["invited@example.org"]
    assert administrator.user.email not in mail.body

    other = type(client)()
    other.force_login(UserFactory())
    assert other.post(path_in(mail)).status_code == 422
    invited = UserFactory(email="invited@example.org")
    other.force_login(invited)
    assert other.get(path_in(mail)).status_code == 200
    assert not Membership.objects.filter(user=invited).exists()
    assert other.post(path_in(mail)).status_code == 302

    assert Membership.objects.get(user=invited).state == "approved"


def test_an_old_or_forged_invitation_opens_nothing(client, delivered):
    organisation = MembershipFactory().organisation
    client.force_login(UserFactory(email="invited@example.org"))
    invite_member(
        organisation=organisation,
        email="invited@example.org",
        language="en",
        by=UserFactory(),
    )
    path = path_in(delivered()[-1])

    assert client.post(path.replace("/invitation/", "/invitation/x")).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        client.force_login(UserFactory())
        assert client.post(path).status_code == 410


def test_an_organisation_fills_no_mailboxes():
    administrator = MembershipFactory()
    fields = {
        "organisation": administrator.organisation,
        "language": "en",
        "by": administrator.user,
    }
    for number in range(INVITATIONS_PER_DAY):
        invite_member(email=f"{number}@example.org", **fields)

    with pytest.raises(ValidationError, match="tomorrow"):
        invite_member(email="one-more@example.org", **fields)


def test_a_manager_invites_nobody(client):
    manager = MembershipFactory(role="manager")
    client.force_login(manager.user)
    path = f"/en/volunteers/organisations/{manager.organisation.public_id}/people/"

    client.post(path, {"email": "invited@example.org", "language": "en"})
    client.post(path, {"join_mode": "open"})

    manager.organisation.refresh_from_db()
    assert manager.organisation.join_mode == "approval"
    assert not Message.objects.filter(template="volunteer_invitation").exists()


def test_an_administrator_chooses_who_may_join(client):
    administrator = MembershipFactory()
    client.force_login(administrator.user)
    organisation = administrator.organisation

    path = f"/en/volunteers/organisations/{organisation.public_id}/people/"
    client.post(path, {"join_mode": "invitation"})

    organisation.refresh_from_db()
    assert organisation.join_mode == "invitation"


def test_leaving_takes_the_rights_at_once(client):
    manager = MembershipFactory(role="manager")
    MembershipFactory(organisation=manager.organisation)
    client.force_login(manager.user)
    base = f"/en/volunteers/organisations/{manager.organisation.public_id}/"
    assert client.get(f"{base}people/").status_code == 200

    assert client.get(f"{base}leave/").status_code == 200
    assert client.post(f"{base}leave/").status_code == 302

    assert client.get(f"{base}people/").status_code == 404
    assert client.get(f"{base}leave/").status_code == 404
    manager.refresh_from_db()
    assert (manager.state, manager.role) == ("left", "member")


def test_the_only_administrator_does_not_leave():
    only = MembershipFactory()

    with pytest.raises(ValidationError, match="name another"):
        leave_organisation(organisation=only.organisation, by=only.user)

    MembershipFactory(organisation=only.organisation)
    assert leave_organisation(organisation=only.organisation, by=only.user)


def test_who_left_may_ask_again():
    member = MembershipFactory(role="member", state="left")

    ask_to_join(organisation=member.organisation, by=member.user)

    member.refresh_from_db()
    assert member.state == "pending"


def _titles(answer):
    return [row.title_en for row in answer.context["page"].rows]


def test_what_can_be_joined_begins_with_the_next(client):
    now = timezone.now()
    for days in (9, 3, 30):
        InitiativeFactory(
            title_en=f"In {days}",
            starts_at=now + timedelta(days=days),
            ends_at=now + timedelta(days=days + 1),
            signup_until=now + timedelta(days=days),
        )

    soonest = client.get("/en/initiatives/?state=joinable")
    newest = client.get("/en/initiatives/")

    assert _titles(soonest) == ["In 3", "In 9", "In 30"]
    assert _titles(newest) == ["In 30", "In 9", "In 3"]


def test_pages_by_start_meet_every_initiative_once(client):
    start = timezone.now() + timedelta(days=5)
    InitiativeFactory.create_batch(
        23, starts_at=start, ends_at=start + timedelta(days=1), signup_until=start
    )

    first = client.get("/en/initiatives/")
    second = client.get("/en/initiatives/", {"after": first.context["page"].next})

    seen = [row.pk for row in first.context["page"].rows]
    seen += [row.pk for row in second.context["page"].rows]
    assert len(seen) == len(set(seen)) == 23
    back = client.get("/en/initiatives/", {"before": second.context["page"].previous})
    assert _titles(back) == _titles(first)
