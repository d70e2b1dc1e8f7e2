"""The whole way once: commit, broker, worker process, mail server."""

import os
import subprocess
import sys
from time import monotonic, sleep

import pytest
from django.db import connection

from foundation.notifications.models import Message
from foundation.notifications.services import send


@pytest.fixture
def worker(mailbox, settings):
    """A Celery worker of its own queue database on this test's PostgreSQL and Redis."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    database = connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{server}/{database}",
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "solo"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.terminate()
    process.wait(20)


@pytest.mark.django_db(transaction=True)
def test_commit_reaches_the_mail_server_through_a_worker(worker, mailbox):
    send(
        key="k",
        recipient="a@example.org",
        language="en",
        template="already_subscribed",
        context={"title": "t"},
    )

    until = monotonic() + 90
    while monotonic() < until and not Message.objects.filter(sent_at__isnull=False):
        sleep(0.1)
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["a@example.org"]]
    assert Message.objects.get().sent_at
