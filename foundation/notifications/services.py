"""Write mails into the outbox and keep subscriptions."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from foundation.notifications.models import Message, Subscription
from foundation.notifications.tasks import deliver

Topic = tuple[str, str]


def send(
    *, key: str, recipient: str, language: str, template: str, context: dict[str, Any]
) -> None:
    """Put one mail into the outbox; a key that was used before sends nothing."""
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "language": language,
            "template": template,
            "context": context,
        },
    )
    if is_new:
        transaction.on_commit(partial(deliver.delay, message.pk), robust=True)


def announce(
    *, key: str, topics: Iterable[Topic], template: str, context: dict[str, Any]
) -> None:
    """Put a mail to every confirmed subscriber of any of the topics into the outbox.

    One address gets one mail for an event, however many of its topics are met.
    """
    wanted = Q()
    for kind, public_id in topics:
        wanted |= Q(topic_kind=kind, topic_id=public_id)
    subscriptions = Subscription.objects.confirmed().filter(wanted)
    one_each = subscriptions.order_by("email", "pk").distinct("email")
    Message.objects.bulk_create(
        [
            Message(
                key=f"{key}:{subscription.pk}",
                recipient=subscription.email,
                language=subscription.language,
                template=template,
                context={**context, "token": subscription.token},
            )
            for subscription in one_each
        ],
        ignore_conflicts=True,
    )
