"""The portal's own processes: web server, Celery worker, Celery beat."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from portal.embedded.errors import CannotStartError
from portal.embedded.folder import DataFolder
from portal.embedded.processes import Command, Service, Surroundings, start_service
from portal.embedded.signals import deafen

READY_TIMEOUT = 120
STOP_TIMEOUT = 12
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  only asked whether it is writable


def web_command(port: int) -> Command:
    """Return the web server's command; it keeps no log of who asked for what.

    A worker of granian that is still starting misses the request to end and is
    killed when the timeout is over.
    """
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--no-ws", "--no-access-log"),
        *("--workers-kill-timeout", "3"),
        "portal.wsgi:application",
    ]


def worker_command() -> Command:
    return [
        *(sys.executable, "-m", "celery", "-A", "portal", "worker"),
        *("--concurrency", "2", "--pool", worker_pool(), "--loglevel", "WARNING"),
        *("--without-mingle", "--without-gossip"),
    ]


def worker_pool() -> str:
    """Return threads where processes cannot share the semaphores they need."""
    needs_folder = sys.platform == "linux"
    is_closed = needs_folder and not os.access(SHARED_MEMORY, os.W_OK)
    return "threads" if is_closed else "prefork"


def beat_command(folder: DataFolder) -> Command:
    return [
        *(sys.executable, "-m", "celery", "-A", "portal", "beat"),
        *("--schedule", folder.path / "celerybeat-schedule", "--pidfile", ""),
        *("--loglevel", "WARNING"),
    ]


@contextmanager
def application(
    folder: DataFolder, port: int, surroundings: Surroundings
) -> Iterator[list[Service]]:
    """Start the processes and stop them all, at the same time, in the end."""
    commands = {
        "The web server": ("web", web_command(port)),
        "The Celery worker": ("worker", worker_command()),
        "Celery beat": ("beat", beat_command(folder)),
    }
    services: list[Service] = []
    try:
        for name, (log, command) in commands.items():
            services.append(start_service(name, command, folder.log(log), surroundings))
        yield services
    finally:
        deafen()
        for service in services:
            service.ask_to_stop()
        # One time for all: a child that was still starting may miss the request.
        deadline = time.monotonic() + STOP_TIMEOUT
        for service in services:
            service.wait_until_stopped(max(0, deadline - time.monotonic()))


def wait_until_ready(port: int, services: Sequence[Service], public_url: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT
    while time.monotonic() < deadline:
        refuse_dead(services)
        if is_ready(port, public_url):
            return
        time.sleep(0.1)
    web = services[0]
    message = f"The portal did not get ready in {READY_TIMEOUT} s: read {web.log}"
    raise CannotStartError(message)


def refuse_dead(services: Sequence[Service]) -> None:
    for service in services:
        if not service.is_alive():
            message = f"{service.name} has ended unexpectedly: read {service.log}"
            raise CannotStartError(message)


def is_ready(port: int, public_url: str) -> bool:
    """Return whether /readyz says so, asked as a proxy in front would ask."""
    address = urlsplit(public_url)
    headers = {"Host": address.netloc, "X-Forwarded-Proto": address.scheme}
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
