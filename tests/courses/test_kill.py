"""A process that dies in the middle of a test loses nothing that was saved."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.client import HTTPConnection
from socket import socket
from threading import Thread
from time import monotonic, sleep
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from courses.models import Attempt
from courses.services.learning import enrol, new_guest
from courses.services.publishing import publish_version
from courses.services.testing import start_attempt
from courses.tasks import close_overdue_attempts
from tests.courses.conftest import make_course
from tests.courses.test_testing import sent
from tests.databases import address_of

pytestmark = pytest.mark.django_db(transaction=True)

GRANIAN = (
    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
    *("--workers", "1", "--blocking-threads", "4", "--no-access-log"),
    *("--log-level", "error", "portal.wsgi:application"),
)
CLOSE = """
import django
django.setup()
from courses.tasks import close_overdue_attempts
close_overdue_attempts()
"""
WORKER = (sys.executable, "-c", CLOSE)
WAITS = (
    "SELECT count(*) FROM pg_locks"
    " WHERE NOT granted AND relation = 'courses_attemptitem'::regclass"
)
TOKEN = "a" * 32


@contextmanager
def child(command):
    """Start a program on the tests' database, as the first of a group of processes."""
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": address_of(connection.settings_dict["NAME"]),
            "ALLOWED_HOSTS": "127.0.0.1",
        },
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


@contextmanager
def served():
    """Answer as in production; give the process and its port."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with child((*GRANIAN, "--port", str(port))) as process:
        end = monotonic() + 60
        while not answers(port):
            assert process.poll() is None
            assert monotonic() < end
            sleep(0.1)
        yield process, port


def answers(port):
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", "/robots.txt")
        return bool(line.getresponse().status)
    except OSError:
        return False
    finally:
        line.close()


@contextmanager
def answers_locked():
    """Let whoever writes an answer wait: there a process stands when it is killed."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE courses_attemptitem IN SHARE MODE")
        yield


def kill_when_it_waits(process):
    end = monotonic() + 60
    waits = False
    while not waits:
        assert process.poll() is None
        assert monotonic() < end
        sleep(0.05)
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            waits = cursor.fetchone()[0] > 0
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL


@pytest.fixture
def taken():
    """An open test of a guest, and his code."""
    learner, code = new_guest()
    version = publish_version(version=make_course(), by=None)
    enrolment = enrol(learner=learner, version=version)
    return start_attempt(enrolment=enrolment, quiz=version.quizzes.get()), code


def post(port, attempt, code, form):
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request(
            "POST",
            f"/en/courses/attempts/{attempt.public_id}/save/",
            urlencode({**form, "csrfmiddlewaretoken": TOKEN}),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"learner={code}; csrftoken={TOKEN}",
            },
        )
        return line.getresponse().status
    except OSError:
        return None
    finally:
        line.close()


def test_a_killed_web_process_keeps_every_answer_it_said_was_saved(taken):
    attempt, code = taken
    forms = [
        {name: value for name, value in sent(attempt).items() if name[1:2] == str(n)}
        for n in range(1, 5)
    ]
    with served() as (process, port):
        said = [post(port, attempt, code, form) for form in forms[:3]]
        with answers_locked():
            late = Thread(target=post, args=(port, attempt, code, forms[3]))
            late.start()
            kill_when_it_waits(process)
        late.join(30)

    kept = attempt.items.exclude(response=None).values_list("position", flat=True)
    assert said == [200, 200, 200]
    assert sorted(kept) == [1, 2, 3]
    assert Attempt.objects.get().state == "open"


def test_a_killed_worker_leaves_the_attempt_to_the_next(taken):
    attempt, _code = taken
    attempt.items.update(response="rightone")
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=60))

    with answers_locked(), child(WORKER) as process:
        kill_when_it_waits(process)
    between = Attempt.objects.get()
    close_overdue_attempts()

    after = Attempt.objects.get()
    assert (between.state, between.mark) == ("open", 0)
    assert (after.state, after.mark) == ("expired", 5)
