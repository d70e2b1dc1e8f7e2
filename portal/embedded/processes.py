"""Child processes that never outlive the launcher."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from portal.embedded.signals import die_with_parent

LOG_LIMIT = 5 * 1024 * 1024

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Account:
    """A user for a child to run as, through a command prefix if there is one."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What the children of one launcher have in common.

    They inherit `lock`, an open locked file, so the lock is held until the last
    of them is gone even when the launcher is not there to see it.
    """

    env: Mapping[str, str]
    cwd: Path
    lock: int


@dataclass(frozen=True)
class Service:
    """A child that runs until it is stopped."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_alive():
            self.process.send_signal(self.stop_signal)

    def wait_until_stopped(self, timeout: float = 30) -> None:
        """Wait for the process, then end whatever is left of its session."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.ask_to_stop()
        self.wait_until_stopped()

    def wait_until(self, is_ready: Callable[[], bool], timeout: float) -> bool:
        """Return whether the service got ready before it died or time was up."""
        deadline = time.monotonic() + timeout
        while self.is_alive() and time.monotonic() < deadline:
            if is_ready():
                return True
            time.sleep(0.02)
        return False


def start_service(
    name: str,
    command: Command,
    log: Path,
    surroundings: Surroundings,
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
) -> Service:
    with open_log(log) as output:
        process = start_child(command, output, surroundings, stop_signal, account)
    return Service(name, process, log, stop_signal)


def run_to_end(
    command: Command,
    log: Path,
    surroundings: Surroundings,
    account: Account | None = None,
    text: str = "",
) -> int:
    """Run a child with a text as its input and return its exit code."""
    with open_log(log) as output:
        process = start_child(
            command, output, surroundings, account=account, stdin=subprocess.PIPE
        )
    try:
        process.communicate(text.encode())
    finally:
        Service("", process, log, signal.SIGTERM).stop()
    return process.returncode


def start_child(
    command: Command,
    output: IO[bytes],
    surroundings: Surroundings,
    death_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own.

    Ctrl-C in the terminal then reaches the launcher alone, which stops things in
    the right order.
    """
    switch_to = None if account is None or account.prefix else account
    # The launcher has one thread, so Python may run between fork and exec; the
    # commands are spelt out in this package, none comes from outside.
    return subprocess.Popen(
        [*(account.prefix if account else ()), *command],
        env=dict(surroundings.env),
        cwd=surroundings.cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        preexec_fn=tie_to_parent(death_signal),  # noqa: PLW1509
        start_new_session=True,
        pass_fds=[surroundings.lock],
        umask=0o077,
        user=switch_to.uid if switch_to else None,
        group=switch_to.gid if switch_to else None,
        extra_groups=[] if switch_to else None,
    )


def run_in_foreground(command: Command, env: Mapping[str, str]) -> int:
    """Run a command that owns the terminal and return its exit code.

    Ctrl-C reaches the command too and is its to answer; a request to end is
    passed on.
    """
    started: list[subprocess.Popen[bytes]] = []
    requests: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        requests.append(number)
        for process in started:
            process.send_signal(number)

    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, pass_on)
    process = subprocess.Popen(
        command,
        env=dict(env),
        preexec_fn=tie_to_parent(signal.SIGTERM),  # noqa: PLW1509  one thread
    )
    started.append(process)
    if requests:
        process.terminate()
    code = process.wait()
    return code if code >= 0 else 128 - code


def tie_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return what a new child runs so that it ends when the launcher does.

    Where the kernel cannot do that, the lock it inherits lets the next start
    notice what was left behind.
    """
    launcher = os.getpid()

    def tie() -> None:
        die_with_parent(death_signal)
        if os.getppid() != launcher:
            os._exit(1)

    return tie


@contextlib.contextmanager
def open_log(log: Path) -> Iterator[IO[bytes]]:
    """Open a log to append to; a long one is put aside first."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        yield output
