"""A process that dies in the middle of a flush loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection, transaction

from surveys.flushing import differences, flush
from surveys.models import Count, Inbox, Receipt, Response
from tests.factories.surveys import fielded, question

FLUSH = """
import os, sys
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[2]
from surveys.flushing import flush
from surveys.models import Wave
flush(Wave.objects.get(pk=int(sys.argv[1])))
"""
WAITS = (
    "SELECT count(*) FROM pg_locks"
    " WHERE NOT granted AND relation = 'surveys_count'::regclass"
)


def waits_for_the_counts():
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
def test_kill_in_the_middle_of_a_flush_loses_nothing_and_doubles_nothing():
    wave = fielded([question("yes", codes=(1, 2))])
    Inbox.objects.bulk_create(
        Inbox(
            wave=wave,
            receipt=f"r{n:03}",
            payload={
                "language": "kk",
                "seed": 0,
                "texts": {},
                "answers": {"yes": 1 + n % 2},
            },
        )
        for n in range(100)
    )

    # The counts are written last, after the answers and the receipts: there it stands.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE surveys_count IN SHARE MODE")
        command = [sys.executable, "-c", FLUSH, str(wave.pk)]
        child = subprocess.Popen(
            [*command, settings.DATABASES["default"]["NAME"]],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        )
        try:
            end = monotonic() + 60
            while not waits_for_the_counts():
                assert child.poll() is None
                assert monotonic() < end
                sleep(0.1)
        finally:
            child.send_signal(signal.SIGKILL)
            ended = child.wait(30)

    assert ended == -signal.SIGKILL

    assert Inbox.objects.count() == 100
    assert not Receipt.objects.exists()
    assert not Response.objects.exists()
    assert not Count.objects.exists()

    assert flush(wave) == 90
    assert Response.objects.count() == 90
    assert Inbox.objects.count() == 10
    assert differences(wave) == []
