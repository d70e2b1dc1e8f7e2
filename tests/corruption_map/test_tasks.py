import pytest

from corruption_map.tasks import remind_of_deadlines
from foundation.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.corruption_map import MeasureFactory, RiskFactory
from tests.factories.territory import PublicBodyFactory, ScopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def late():
    body = PublicBodyFactory()
    MeasureFactory(
        risk=RiskFactory(published=True, body=body),
        executor=body,
        deadline="2020-01-01",
    )
    return body


def officer(body):
    user = UserFactory(staff=True, roles=["body officer"])
    ScopeFactory(user=user, kind="body", body=body)
    return user


def test_an_officer_of_another_body_is_not_told(late):
    officer(PublicBodyFactory())

    remind_of_deadlines()

    assert not Message.objects.exists()


def test_an_officer_is_told_once_a_day_what_is_late(late):
    user = officer(late)

    remind_of_deadlines()
    remind_of_deadlines()

    message = Message.objects.get()
    assert message.recipient == user.email
    assert any(line.endswith(": 1") for line in message.context["waiting"])


def test_someone_who_may_no_longer_sign_in_is_not_told(late):
    user = officer(late)
    user.is_active = False
    user.save(update_fields=["is_active"])

    remind_of_deadlines()

    assert not Message.objects.exists()
