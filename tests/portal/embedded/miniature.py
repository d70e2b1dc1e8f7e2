"""A real launcher on a miniature project.

It has the launcher itself, a `manage.py` that notes what it was asked,
and a page and a Celery application of a few lines, so these tests do not depend on
the portal and take seconds. test_portal.py runs the portal itself.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.embedded.folder import ROOT

MANAGE = """
import os, sys
from pathlib import Path
with open("commands.txt", "a") as notes:
    notes.write(sys.argv[1] + "\\n")
if Path(f"fail-{sys.argv[1]}").exists():
    sys.exit("ValueError: the miniature was told to fail")
if sys.argv[1] == "collectstatic":
    (Path(os.environ["PORTAL_VAR"]) / "static").mkdir(exist_ok=True)
"""
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]
"""
CELERY = """
import os
from celery import Celery
app = Celery("portal", broker=os.environ["CELERY_BROKER_URL"])
"""


@dataclass
class Project:
    """A checkout with a launcher, and the launchers started in it."""

    path: Path
    data: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.embedded", *arguments],
            cwd=self.path,
            env=clean_environment() | {"PORTAL_VAR": str(self.data)} | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def call(self, *arguments: str, **variables: str) -> tuple[int, str]:
        process = self.start(*arguments, **variables)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def execute(self, *command: str, **variables: str) -> tuple[int, str]:
        return self.call("exec", "--throwaway", "--", *command, **variables)

    def python(self, code: str, **variables: str) -> tuple[int, str]:
        return self.execute(sys.executable, "-c", code, **variables)

    def processes(self) -> list[str]:
        """Return the commands that work in this checkout, the launchers apart."""
        launchers = {str(process.pid) for process in self.started}
        return [
            command
            for folder in Path("/proc").glob("[0-9]*")
            if folder.name not in launchers
            for command in commands_concerned(folder, str(self.data.parent))
        ]

    def wait_until_empty(self) -> list[str]:
        """Return what still runs after ten seconds, at once if nothing does."""
        deadline = time.monotonic() + 10
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.processes()


def commands_concerned(process: Path, path: str) -> Iterator[str]:
    """Yield a process's command if it was started for a folder or works in it."""
    try:
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        environment = (process / "environ").read_bytes().decode(errors="replace")
        if path in f"{command} {environment} {(process / 'cwd').readlink()}":
            yield command
    except OSError:
        # The process ended while it was looked at, or it is another user's.
        return


def clean_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def read_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """Return the lines a launcher prints up to the one that begins with a text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    pytest.fail(f"The launcher never said {text!r} but: {lines}")


def make_project(path: Path) -> Project:
    shutil.copytree(
        ROOT / "portal/embedded",
        path / "portal/embedded",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name, text in {
        "portal/__init__.py": "",
        "portal/wsgi.py": WSGI,
        "portal/celery.py": CELERY,
        "manage.py": MANAGE,
        "requirements.lock": "",
        "data/areas.csv": "KZ-35",
    }.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text)
    return Project(path, path / "var")
