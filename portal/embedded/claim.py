"""Who uses the data folder: one launcher at a time, its children, its guests."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.errors import AlreadyRunningError, CannotStartError
from portal.embedded.folder import DataFolder

LEFTOVERS_TIMEOUT = 30


@contextmanager
def claimed(folder: DataFolder) -> Iterator[int]:
    """Hold the folder for this launcher and yield the lock its children inherit.

    There are two locks. The launcher's own turns a second launcher away at once.
    The children's is held until the last of them is gone, so after a launcher
    was killed the next one waits and never has two servers on the same files.
    """
    with locked_file(folder.path / "launcher.lock") as launcher:
        if not try_lock(launcher):
            raise AlreadyRunningError(already_running(folder))
        os.truncate(launcher, 0)
        os.write(launcher, str(os.getpid()).encode())
        forget_services(folder)
        with locked_file(folder.path / "services.lock") as services:
            wait_for_leftovers(folder, services)
            yield services


@contextmanager
def locked_file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_leftovers(folder: DataFolder, services: int) -> None:
    deadline = time.monotonic() + LEFTOVERS_TIMEOUT
    while not try_lock(services):
        if time.monotonic() > deadline:
            raise CannotStartError(
                f"Processes of an earlier start still use {folder.path}: "
                "end postgres, valkey-server, granian and celery, then try again"
            )
        time.sleep(0.05)


def already_running(folder: DataFolder) -> str:
    pid = (folder.path / "launcher.lock").read_text() or "unknown"
    return (
        f"The data folder {folder.path} is in use by process {pid}: "
        "stop that one first, or set PORTAL_VAR to another folder"
    )


def announce_services(folder: DataFolder, variables: Mapping[str, str]) -> None:
    """Let other commands find the services that run on this folder."""
    path = folder.path / "services.json"
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(variables, indent=2))
    draft.replace(path)


def forget_services(folder: DataFolder) -> None:
    (folder.path / "services.json").unlink(missing_ok=True)


@contextmanager
def visiting(folder: DataFolder) -> Iterator[dict[str, str] | None]:
    """Yield where another launcher's services are, or None if they are not up.

    A guest holds a shared lock, so the host can wait for it before it stops.
    """
    with locked_file(folder.path / "guests.lock") as guests:
        fcntl.flock(guests, fcntl.LOCK_SH)
        yield announced_services(folder)


def announced_services(folder: DataFolder) -> dict[str, str] | None:
    try:
        text = (folder.path / "services.json").read_text()
    except FileNotFoundError:
        return None
    services: dict[str, str] = json.loads(text)
    return services


def wait_for_guests(folder: DataFolder) -> None:
    """Turn new guests away and wait until the last one has left."""
    forget_services(folder)
    with locked_file(folder.path / "guests.lock") as guests:
        if not try_lock(guests):
            print("Waiting for other commands that use these services", file=sys.stderr)
            fcntl.flock(guests, fcntl.LOCK_EX)
