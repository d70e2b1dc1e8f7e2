"""Make the environment .venv: `python3 -I portal/embedded/environment.py LOCK ...`.

This runs before anything is installed and must parse on every Python 3 that may
be called `python3`: standard library only, nothing newer than Python 3.6.
"""

import filecmp
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NEWEST = (3, 14)
# Installed it takes 890; the packages are beside it until they are unpacked.
NEEDED_MB = 1200
MEGABYTE = 1024 * 1024
VENV = Path(".venv")
VENV_PYTHON = VENV / "bin" / "python"


def main(locks: "list[str]") -> None:
    """Install the packages of the first lock file, unless that was done before.

    The other lock files are contained in it. A copy of each in .venv tells the
    next call that nothing is left to do.
    """
    if is_current(locks[0]):
        return
    problem = (
        python_problem(sys.version_info[:2])
        or venv_problem()
        or space_problem(Path.cwd(), NEEDED_MB)
    )
    if problem:
        sys.exit(problem)
    if not is_usable():
        print("Making the environment .venv ...", flush=True)
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    print("Installing the packages, which may take a minute ...", flush=True)
    install(locks[0])
    for lock in locks:
        shutil.copy(lock, str(VENV))


def is_current(lock: str) -> bool:
    copy = VENV / lock
    has_both = copy.exists() and VENV_PYTHON.exists()
    return has_both and filecmp.cmp(lock, str(copy), shallow=False)


def is_usable() -> bool:
    """Return whether .venv is whole and of a supported Python."""
    check = "import sys, pip; sys.exit(not %r <= sys.version_info[:2] <= %r)"
    try:
        return not subprocess.call(
            [str(VENV_PYTHON), "-c", check % (OLDEST, NEWEST)],
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False


def install(lock: str) -> None:
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "-qq", "--no-input"]
    # The lock names every package, so there is nothing to resolve.
    run([*pip, "--disable-pip-version-check", "--no-deps", "--requirement", lock])


def run(command: "list[str]") -> None:
    if subprocess.call(command):
        sys.exit(f"The environment could not be made: {' '.join(command)} failed")


def python_problem(version: "tuple[int, ...]") -> "str | None":
    """Return what is wrong with this version of Python, or None."""
    if OLDEST <= version <= NEWEST:
        return None
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = next(filter(shutil.which, names), None)
    return (
        f"Python {version[0]}.{version[1]} is not supported, but Python "
        f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]} is: "
        + (f"add PYTHON={found} to the make command" if found else "install one")
    )


def venv_problem() -> "str | None":
    """Return what is missing for making environments, or None."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return None
    return (
        "This Python cannot make virtual environments: install the package "
        "python3-venv (on Debian and Ubuntu: apt-get install python3-venv)"
    )


def space_problem(folder: Path, needed_mb: int) -> "str | None":
    """Return how much room is missing on the disk of a folder, or None."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    free_mb = shutil.disk_usage(str(folder)).free // MEGABYTE
    if free_mb >= needed_mb:
        return None
    return (
        f"The disk of {folder} is nearly full, {free_mb} MB are "
        f"free: make room for at least {needed_mb} MB and try again"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
