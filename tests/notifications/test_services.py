import socket
from threading import Barrier, Thread
from time import monotonic

import pytest
from django.db import connection, transaction
from kombu import pools

from foundation.notifications import services
from foundation.notifications.models import Message, Subscription
from foundation.notifications.services import Broker, announce, send, subscribe
from foundation.notifications.tasks import sweep_messages
from portal.celery import app
from tests.factories.notifications import SubscriptionFactory

RISK = ("risk", "R001")
CONTEXT = {"title": "t", "state": "closed", "path": "/risks/R001/"}


@pytest.fixture(autouse=True)
def broker_forgotten():
    Broker.silent_until = 0.0
    yield
    Broker.silent_until = 0.0


def send_one(key="k"):
    send(
        key=key,
        recipient="a@example.org",
        language="en",
        template="already_subscribed",
        context={"title": "t"},
    )


def tell():
    announce(
        key="e",
        topics=[RISK, ("area", "KZ-35")],
        template="risk_changed",
        context=CONTEXT,
    )


@pytest.mark.django_db
def test_send_with_a_used_key_sends_nothing():
    send_one()
    send_one()

    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_send_in_a_transaction_that_is_rolled_back_sends_nothing():
    with transaction.atomic():
        send_one()
        transaction.set_rollback(True)

    assert not Message.objects.exists()


@pytest.mark.django_db
def test_announce_writes_once_to_each_confirmed_address():
    SubscriptionFactory(email="both@example.org")
    SubscriptionFactory(email="both@example.org", topic_kind="area", topic_id="KZ-35")
    SubscriptionFactory(email="other@example.org", topic_id="R002")
    SubscriptionFactory(email="unconfirmed@example.org", confirmed_on=None)

    tell()
    tell()

    assert [m.recipient for m in Message.objects.all()] == ["both@example.org"]


@pytest.mark.django_db
def test_announce_without_topics_tells_nobody():
    SubscriptionFactory()

    announce(key="e", topics=[], template="risk_changed", context=CONTEXT)

    assert not Message.objects.exists()


@pytest.mark.django_db
def test_announce_to_thousand_takes_few_queries(django_assert_max_num_queries):
    SubscriptionFactory.create_batch(1000)

    with django_assert_max_num_queries(8):
        tell()

    assert Message.objects.count() == 1000


@pytest.fixture
def closed_port(real_broker_again, monkeypatch):
    """A broker that is down: connections are refused."""
    use_broker(monkeypatch, "redis://127.0.0.1:1/0")


@pytest.fixture
def mute_broker(real_broker_again, monkeypatch):
    """A broker that takes the connection and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        use_broker(monkeypatch, f"redis://127.0.0.1:{server.getsockname()[1]}/0")
        yield


def use_broker(monkeypatch, url):
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    forget_connections()


def forget_connections():
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


@pytest.fixture
def real_broker_again():
    yield
    forget_connections()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["closed_port", "mute_broker"])
def test_broker_that_is_down_loses_nothing_and_nobody_waits(
    broker, request, mailbox, caplog
):
    request.getfixturevalue(broker)
    started = monotonic()

    for number in range(5):
        send_one(f"key {number}")

    assert monotonic() - started < 3
    assert "The broker does not answer" in caplog.text
    sweep_messages()
    assert len(mailbox.mails) == 5


@pytest.mark.django_db(transaction=True)
def test_announce_without_broker_is_sent_by_the_next_sweep(closed_port, mailbox):
    SubscriptionFactory.create_batch(3)

    tell()

    sweep_messages()
    assert len(mailbox.mails) == 3


def ask(email="New@Example.org"):
    subscribe(email=email, language="ru", topic=RISK, title="t")


@pytest.mark.django_db
def test_subscribe_stores_an_unconfirmed_row_and_a_mail():
    ask()

    row = Subscription.objects.get()
    assert (row.email, row.language, row.confirmed_on) == (
        "new@example.org",
        "ru",
        None,
    )
    assert Message.objects.get().template == "confirm_subscription"


@pytest.mark.django_db
def test_subscribe_of_a_subscriber_reminds_and_keeps_the_subscription():
    row = SubscriptionFactory(email="new@example.org", language="kk")

    ask()

    assert Subscription.objects.get().confirmed_on
    assert Message.objects.get().template == "already_subscribed"
    assert Subscription.objects.get().language == row.language


@pytest.mark.django_db
def test_form_cannot_flood_an_address():
    for number in range(10):
        subscribe(
            email="a@example.org", language="ru", topic=("risk", str(number)), title="t"
        )

    assert Message.objects.count() == services.MAILS_PER_DAY
    assert Subscription.objects.count() == services.MAILS_PER_DAY


@pytest.mark.django_db(transaction=True)
def test_requests_in_parallel_stay_under_the_limit():
    """Fails without the lock on the address."""
    meeting = Barrier(6)

    def work(number):
        meeting.wait()
        subscribe(
            email="a@example.org", language="ru", topic=("risk", str(number)), title="t"
        )
        connection.close()

    workers = [Thread(target=work, args=[number]) for number in range(6)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]

    assert Message.objects.count() == services.MAILS_PER_DAY
