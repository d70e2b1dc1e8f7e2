"""Run one command beside the services: tests, a shell, maintenance."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.embedded.claim import (
    announce_services,
    claimed,
    visiting,
    wait_for_guests,
)
from portal.embedded.errors import AlreadyRunningError
from portal.embedded.folder import DataFolder
from portal.embedded.processes import run_in_foreground
from portal.embedded.services import (
    local_services,
    names_all_services,
    trial_variables,
)
from portal.embedded.signals import stop_on_signals

USUAL_PORT = 8000
HOST_TIMEOUT = 180


def execute(
    folder: DataFolder, command: Sequence[str], *, is_throwaway: bool = False
) -> int:
    """Run a command and return its exit code.

    Services are started for it unless the environment names some or the folder's
    own run already, as they do while the portal runs in another terminal.
    """
    if names_all_services(os.environ):
        return run_in_foreground(command, environment(folder, {}))
    deadline = time.monotonic() + HOST_TIMEOUT
    while True:
        try:
            return execute_as_host(folder, command, is_throwaway=is_throwaway)
        except AlreadyRunningError:
            if time.monotonic() > deadline:
                raise
        with visiting(folder) as variables:
            if variables is not None:
                return run_in_foreground(command, environment(folder, variables))
        time.sleep(0.1)


def execute_as_host(
    folder: DataFolder, command: Sequence[str], *, is_throwaway: bool
) -> int:
    with (
        claimed(folder) as lock,
        local_services(folder, lock, is_throwaway=is_throwaway) as services,
    ):
        if repaired := services.start_missing():
            print(repaired, file=sys.stderr)
        announce_services(folder, services.variables)
        try:
            return run_in_foreground(command, environment(folder, services.variables))
        finally:
            # Ctrl-C was the command's to answer; now it ends the wait.
            stop_on_signals()
            wait_for_guests(folder)


def environment(folder: DataFolder, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command; what the caller set is kept.

    Programs of this Python's environment are found by their bare name.
    """
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    trial = trial_variables(folder, USUAL_PORT)
    return {**trial, **variables, **os.environ, "PATH": programs}
