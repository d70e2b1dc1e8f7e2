import pytest

from foundation.notifications.mail import build_mail
from foundation.notifications.models import Message
from library.services import publish_item
from tests.factories.accounts import UserFactory
from tests.factories.library import EditionFactory, ItemFactory
from tests.factories.notifications import SubscriptionFactory

pytestmark = pytest.mark.django_db


def test_who_did_not_confirm_is_not_told():
    item = EditionFactory(item=ItemFactory(state="draft")).item
    SubscriptionFactory(
        topic_kind="library-item", topic_id=item.public_id, confirmed_on=None
    )

    publish_item(item=item, by=UserFactory())

    assert not Message.objects.exists()


def test_a_subscriber_is_told_once_with_the_address():
    item = EditionFactory(item=ItemFactory(state="draft")).item
    reader = SubscriptionFactory(topic_kind="library-item", topic_id=item.public_id)

    publish_item(item=item, by=UserFactory())

    message = Message.objects.get()
    mail = build_mail(message, None)
    assert mail.to == [reader.email]
    assert f"/en/library/{item.public_id}/" in mail.body
