"""Check what must hold before anything is installed or started.

This file must parse on every Python 3 that may be called `python3`, and it is
run by its path before the environment exists: standard library only, nothing
newer than Python 3.6.
"""

import importlib.util
import os
import shutil
import sys

OLDEST = (3, 11)
NEWEST = (3, 14)
MEGABYTE = 1024 * 1024


def python_problem(version: "tuple[int, ...]") -> "str | None":
    """Return what is wrong with this Python version, or None."""
    if OLDEST <= version[:2] <= NEWEST:
        return None
    return (
        f"Python {version[0]}.{version[1]} is not supported: install Python "
        f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}, remove .venv if there "
        "is one, and try again, naming it if need be: make setup PYTHON=python3.13"
    )


def venv_problem() -> "str | None":
    """Return what is missing for `python -m venv`, or None."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return None
    return (
        "Python cannot make virtual environments here: install the package "
        "python3-venv (on Debian and Ubuntu: apt-get install python3-venv)"
    )


def space_problem(folder: str, needed_mb: int) -> "str | None":
    """Return how much room is missing on the disk of a folder, or None."""
    while not os.path.isdir(folder):  # noqa: PTH112  must run on old Pythons
        folder = os.path.dirname(os.path.abspath(folder))  # noqa: PTH100, PTH120
    free_mb = shutil.disk_usage(folder).free // MEGABYTE
    if free_mb >= needed_mb:
        return None
    return (
        f"The disk of {folder} is nearly full ({free_mb} MB free): "
        f"make room for at least {needed_mb} MB and try again"
    )


def main() -> None:
    """Say what keeps `make setup` from working here, if anything does."""
    problem = (
        python_problem(sys.version_info[:2])
        or venv_problem()
        or space_problem(".", 800)
    )
    if problem:
        sys.exit(problem)


if __name__ == "__main__":
    main()
