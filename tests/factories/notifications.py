from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from foundation.notifications.models import Message, Subscription


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    key = Sequence(lambda n: f"key {n}")
    recipient = Sequence(lambda n: f"reader{n}@example.org")
    language = "en"
    template = "already_subscribed"
    context = {"title": "Bribes at customs"}


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    email = Sequence(lambda n: f"reader{n}@example.org")
    language = "en"
    topic_kind = "risk"
    topic_id = "R001"
    confirmed_on = "2026-01-01"
