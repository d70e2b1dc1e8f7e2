import asyncio
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from foundation.notifications import tasks
from foundation.notifications.models import Message, Subscription
from foundation.notifications.tasks import deliver, forget_outdated, sweep_messages
from tests.factories.notifications import MessageFactory, SubscriptionFactory


@pytest.mark.django_db
def test_sweep_sends_all_batches(mailbox, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    MessageFactory.create_batch(5)

    sweep_messages()

    assert len(mailbox.mails) == 5


@pytest.mark.django_db
def test_sweep_twice_sends_once(mailbox):
    MessageFactory.create_batch(3)

    sweep_messages()
    sweep_messages()

    assert len(mailbox.mails) == 3


@pytest.mark.django_db
def test_sweep_goes_on_after_a_row_that_fails(mailbox):
    MessageFactory(recipient="nobody@example.org")
    MessageFactory(template="no_such")
    MessageFactory(recipient="last@example.org")
    mailbox.refused.add("nobody@example.org")

    sweep_messages()

    assert [mail.rcpt_tos for mail in mailbox.mails] == [["last@example.org"]]


@pytest.mark.django_db
def test_sweep_ends_in_time(mailbox, monkeypatch):
    monkeypatch.setattr(tasks, "LONGEST_SWEEP", -1.0)
    MessageFactory.create_batch(3)

    sweep_messages()

    assert mailbox.mails == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(mailbox):
    """Fails when the row is not locked: both workers meet inside the sending."""
    message = MessageFactory()
    meeting = Barrier(2)

    def work():
        meeting.wait()
        deliver(message.pk)
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    original = mailbox.handle_DATA

    async def slow(server, session, envelope):
        await asyncio.sleep(0.5)
        return await original(server, session, envelope)

    mailbox.handle_DATA = slow
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]

    assert len(mailbox.mails) == 1


@pytest.mark.django_db
def test_forget_deletes_requests_without_an_answer():
    week_ago = timezone.localdate() - timedelta(days=8)
    SubscriptionFactory(asked_on=week_ago, confirmed_on=None)
    kept = [
        SubscriptionFactory(asked_on=week_ago),
        SubscriptionFactory(confirmed_on=None),
    ]

    forget_outdated()
    forget_outdated()

    assert set(Subscription.objects.all()) == set(kept)


@pytest.mark.django_db
def test_forget_deletes_mails_sent_long_ago():
    MessageFactory(sent_at=timezone.now() - timedelta(days=31))
    kept = [MessageFactory(sent_at=timezone.now()), MessageFactory()]

    forget_outdated()

    assert set(Message.objects.all()) == set(kept)
