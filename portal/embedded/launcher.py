"""The two commands: run the portal, or run one command beside its services."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from portal.embedded.claim import (
    announce_services,
    claimed,
    visiting,
    wait_for_guests,
)
from portal.embedded.errors import AlreadyRunningError, CannotStartError
from portal.embedded.folder import DataFolder
from portal.embedded.processes import run_in_foreground
from portal.embedded.services import (
    LocalServices,
    local_services,
    needs_local_services,
    trial_variables,
)

ROOT = Path(__file__).resolve().parents[2]
HOST_TIMEOUT = 180


class StopRequestedError(BaseException):
    """Somebody pressed Ctrl-C or asked the launcher to end."""


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    folder = DataFolder(options.data.resolve())
    stop_on_signals()
    try:
        folder.prepare()
        return execute(folder, options.command, is_throwaway=options.throwaway)
    except CannotStartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except StopRequestedError:
        return 130


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.embedded")
    commands = parser.add_subparsers(dest="action", required=True)
    execute = commands.add_parser("exec")
    execute.add_argument("--data", type=Path, default=ROOT / "var")
    execute.add_argument("--throwaway", action="store_true")
    execute.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def stop_on_signals() -> None:
    """Answer the first Ctrl-C or request to end, and let nothing disturb the rest."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)


def request_stop(_number: int, _frame: FrameType | None) -> None:
    deafen()
    raise StopRequestedError


def deafen() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def execute(folder: DataFolder, command: list[str], *, is_throwaway: bool) -> int:
    """Run a command beside the services, starting them unless they run already."""
    if not needs_local_services(os.environ):
        return run_in_foreground(command, environment(folder, {}))
    deadline = time.monotonic() + HOST_TIMEOUT
    while True:
        try:
            with claimed(folder) as lock:
                return execute_as_host(folder, lock, command, is_throwaway)
        except AlreadyRunningError:
            if time.monotonic() > deadline:
                raise
        with visiting(folder) as variables:
            if variables is not None:
                return run_in_foreground(command, environment(folder, variables))
        time.sleep(0.1)


def execute_as_host(
    folder: DataFolder, lock: int, command: list[str], is_throwaway: bool
) -> int:
    with local_services(folder, lock, is_throwaway=is_throwaway) as services:
        start_missing(services)
        announce_services(folder, services.variables)
        try:
            return run_in_foreground(command, environment(folder, services.variables))
        finally:
            deafen()
            wait_for_guests(folder)


def start_missing(services: LocalServices) -> None:
    if "DATABASE_URL" not in os.environ:
        services.start_postgres()
    if "REDIS_URL" not in os.environ:
        services.start_redis()


def environment(folder: DataFolder, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command; what the caller set is kept."""
    return {**trial_variables(folder, 8000), **variables, **os.environ}
