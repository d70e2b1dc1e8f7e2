"""Ctrl-C and requests to end."""

import ctypes
import os
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C or asked the launcher to end."""


def stop_on_signals() -> None:
    """Raise StopRequested at the first signal; later ones disturb nothing."""
    for number in NUMBERS:
        # A launcher under nohup was told to outlive its terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, request_stop)


def request_stop(_number: int, _frame: FrameType | None) -> None:
    deafen()
    raise StopRequested


def deafen() -> None:
    """Let services be stopped undisturbed.

    A function and not SIG_IGN, which children would inherit.
    """
    for number in NUMBERS:
        signal.signal(number, lambda *_: None)


def die_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent dies.

    Linux only, and it holds for a parent ended by SIGKILL too.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def die_with_make() -> None:
    """Stop when the `make` that started the launcher is killed."""
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
