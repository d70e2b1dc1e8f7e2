"""The command line of the launcher."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.embedded.errors import CannotStartError
from portal.embedded.execute import USUAL_PORT, execute
from portal.embedded.folder import ROOT, DataFolder
from portal.embedded.run import run
from portal.embedded.signals import StopRequested, die_with_make, stop_on_signals

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    folder = DataFolder(options.data.resolve())
    stop_on_signals()
    die_with_make()
    try:
        folder.prepare()
        if options.action == "run":
            return run(folder, options.port)
        return execute(folder, options.command, is_throwaway=options.throwaway)
    except CannotStartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        sys.stderr.write(f"The disk of {folder.path} is full: make room on it\n")
        return 1
    except StopRequested:
        return 130


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m portal.embedded")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("PORTAL_VAR", ROOT / "var"),
        help="folder of the database, logs and secrets (PORTAL_VAR, or var/)",
    )
    actions = whole.add_subparsers(dest="action", required=True)
    running = actions.add_parser("run", parents=[shared], help="start the portal")
    running.add_argument("--port", type=int, default=USUAL_PORT)
    executing = actions.add_parser(
        "exec", parents=[shared], help="run one command beside the services"
    )
    executing.add_argument(
        "--throwaway",
        action="store_true",
        help="trade safety of the data in a crash for speed, as tests want",
    )
    executing.add_argument("command", nargs="+", metavar="COMMAND")
    return whole
