"""Run the whole portal until somebody stops it."""

import os
import platform
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NoReturn

from portal.embedded.application import application, refuse_dead, wait_until_ready
from portal.embedded.claim import announce_services, claimed, forget_services
from portal.embedded.errors import CannotStartError
from portal.embedded.folder import ROOT, DataFolder
from portal.embedded.preparation import Preparation
from portal.embedded.processes import Surroundings
from portal.embedded.services import LocalServices, local_services, trial_variables
from portal.embedded.signals import StopRequested

STARTED_AT = time.monotonic()


def run(folder: DataFolder, port: int) -> int:
    """Start everything, serve until Ctrl-C, stop everything; return the exit code."""
    refuse_busy_port(port)
    say(f"Python {platform.python_version()}, data in {folder.path}")
    try:
        with claimed(folder) as lock, local_services(folder, lock) as services:
            start_services(services)
            variables = trial_variables(folder, port) | services.variables
            surroundings = Surroundings(variables | os.environ, ROOT, lock)
            prepare(services, surroundings)
            serve(services, port, surroundings)
    except StopRequested:
        say(f"Stopped; the data stay in {folder.path}")
    return 0


def refuse_busy_port(port: int) -> None:
    if not 0 < port <= 65535:
        message = f"There is no port {port}: choose one from 1024 to 65535"
        raise CannotStartError(message)
    try:
        listen_once(port)
    except PermissionError as error:
        message = f"Port {port} is for root only: choose one from 1024 to 65535"
        raise CannotStartError(message) from error
    except OSError as error:
        message = (
            f"Port {port} is in use: stop what listens there, or choose another, "
            f"for example make run PORT={free_port_after(port)}"
        )
        raise CannotStartError(message) from error


def listen_once(port: int) -> None:
    """Listen on the port for a moment; fail if somebody else does."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()


def free_port_after(port: int) -> int:
    for candidate in range(port + 1, min(port + 100, 65536)):
        with suppress(OSError):
            listen_once(candidate)
            return candidate
    return 8000


def start_services(services: LocalServices) -> None:
    if "DATABASE_URL" in os.environ:
        say("PostgreSQL is the one DATABASE_URL names")
    else:
        repaired = services.start_postgres()
        say(f"PostgreSQL is up{f'; {repaired}' if repaired else ''}")
    if "REDIS_URL" in os.environ:
        say("Redis is the one REDIS_URL names")
    else:
        services.start_redis()
        say("Redis is up")


def prepare(services: LocalServices, surroundings: Surroundings) -> None:
    preparation = Preparation(services.folder, surroundings, services.database)
    for step, fingerprint in preparation.steps_to_take():
        say(f"{step.title} ...")
        preparation.take(step, fingerprint)


def serve(services: LocalServices, port: int, surroundings: Surroundings) -> NoReturn:
    """Run the portal's processes; only a signal or a death among them ends it."""
    folder = services.folder
    say("Starting the web server, Celery worker and beat ...")
    with application(folder, port, surroundings) as processes:
        watched = [*processes, *services.running]
        wait_until_ready(port, watched, surroundings.env["PUBLIC_URL"])
        address = f"http://127.0.0.1:{port}"
        announce_services(folder, {**services.variables, "PUBLIC_URL": address})
        tell_what_next(address, surroundings.env)
        try:
            while True:
                refuse_dead(watched)
                time.sleep(0.2)
        finally:
            forget_services(folder)


def tell_what_next(address: str, env: Mapping[str, str]) -> None:
    if env["TWO_FACTOR_REQUIRED"] == "False":
        say("Staff need no second factor here: TWO_FACTOR_REQUIRED=True asks for one")
    say("For a staff login, in another terminal: make staff EMAIL=you@example.org")
    write_line(f"ready {address}")


def say(text: str) -> None:
    write_line(f"[{time.monotonic() - STARTED_AT:5.1f} s] {text}")


def write_line(text: str) -> None:
    # Whoever read the output may be gone; that is no reason to stop.
    with suppress(BrokenPipeError):
        print(text, flush=True)
