"""Write mails into the outbox and keep subscriptions."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import Any

from celery import Task
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from foundation.notifications.models import Message, Subscription
from foundation.notifications.tasks import deliver, sweep_messages

logger = logging.getLogger(__name__)

Topic = tuple[str, str]

CONFIRMATION = "confirm_subscription"
REMINDER = "already_subscribed"
# Nobody can fill a stranger's mailbox through the form.
MAILS_PER_DAY = 3
# A broker that does not answer costs two seconds, so it is not asked for every mail.
SECONDS_WITHOUT_BROKER = 30.0


class Broker:
    """The way to the workers; a request does not fail or wait where it is cut."""

    silent_until = 0.0

    @classmethod
    def hurry(cls, task: Task[Any, Any], *args: int) -> None:
        """Start a task after the commit; without a broker the next sweep does it."""
        # Not a partial: Django's own log line of a robust hook fails on one.
        transaction.on_commit(lambda: cls._publish(task, *args), robust=True)

    @classmethod
    def _publish(cls, task: Task[Any, Any], *args: int) -> None:
        if monotonic() < cls.silent_until:
            return
        try:
            task.delay(*args)
        except OperationalError as error:
            cls.silent_until = monotonic() + SECONDS_WITHOUT_BROKER
            logger.warning("The broker does not answer: %s", error)


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
        Broker.hurry(deliver, message.pk)


@transaction.atomic
def announce(
    *, key: str, topics: Iterable[Topic], template: str, context: dict[str, Any]
) -> None:
    """Put a mail to every confirmed subscriber of any of the topics into the outbox.

    One address gets one mail for an event, however many of its topics are met.
    """
    wanted = Q(pk__in=[])
    for kind, public_id in topics:
        wanted |= Q(topic_kind=kind, topic_id=public_id)
    subscriptions = Subscription.objects.confirmed().filter(wanted)
    one_each = subscriptions.order_by("email", "pk").distinct("email")
    messages = [
        Message(
            key=f"{key}:{subscription.pk}",
            recipient=subscription.email,
            language=subscription.language,
            template=template,
            context=context,
            subscription_id=subscription.pk,
        )
        for subscription in one_each.iterator(chunk_size=2000)
    ]
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=1000)
        Broker.hurry(sweep_messages)


@transaction.atomic
def subscribe(*, email: str, language: str, topic: Topic, title: str) -> None:
    """Ask an address by mail whether it wants to be told of a topic.

    A subscriber gets a mail as well, so that neither the answer nor its time says
    whether an address is known. Beyond the day's limit nothing is written.
    """
    email = email.lower()
    with connection.cursor() as cursor:
        # Requests for one address in parallel would all stay under the limit.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [email])
    mails = Message.objects.filter(
        recipient=email,
        template__in=[CONFIRMATION, REMINDER],
        created_at__gt=timezone.now() - timedelta(days=1),
    ).count()
    if mails >= MAILS_PER_DAY:
        return
    kind, public_id = topic
    subscription, _is_new = Subscription.objects.get_or_create(
        email=email,
        topic_kind=kind,
        topic_id=public_id,
        defaults={"language": language},
    )
    if subscription.confirmed_on is None:
        subscription.language = language
        subscription.asked_on = timezone.localdate()
        subscription.save(update_fields=["language", "asked_on"])
    message = Message.objects.create(
        key=f"subscribe:{subscription.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        recipient=email,
        language=language,
        template=REMINDER if subscription.confirmed_on else CONFIRMATION,
        context={"title": title},
        subscription_id=subscription.pk,
    )
    Broker.hurry(deliver, message.pk)


def confirm(subscription: Subscription) -> None:
    """Start a subscription; a second confirmation changes nothing."""
    Subscription.objects.filter(pk=subscription.pk, confirmed_on=None).update(
        confirmed_on=timezone.localdate()
    )


def unsubscribe(subscription_id: int) -> None:
    """Forget a subscription with its address; waiting mails of it are not sent."""
    Subscription.objects.filter(pk=subscription_id).delete()
