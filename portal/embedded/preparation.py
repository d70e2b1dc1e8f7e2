"""What is done before the portal starts, and skipped when nothing has changed."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

from portal.embedded.errors import CannotStartError
from portal.embedded.folder import ROOT, DataFolder
from portal.embedded.processes import Surroundings, run_to_end

UNREAD = {"var", "tests", "benchmarks", "docs", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Step:
    """A management command, and the files on which its result depends."""

    title: str
    command: tuple[str, ...]
    sources: tuple[str, ...]
    touches_database: bool = False

    @property
    def name(self) -> str:
        return self.command[0]


STEPS = (
    Step(
        "Migrating the database",
        ("migrate", "--verbosity=0"),
        ("*/migrations/*.py", "requirements.lock", "portal/settings.py"),
        touches_database=True,
    ),
    Step("Compiling the messages", ("compile_catalogues",), ("*.po",)),
    Step(
        "Collecting the static files",
        ("collectstatic", "--no-input", "--clear", "--verbosity=0"),
        ("static/*", "*/static/*", "requirements.lock", "portal/settings.py"),
    ),
    Step(
        "Loading the data",
        ("load_data",),
        ("data/*", "*.py", "requirements.lock"),
        touches_database=True,
    ),
)


@dataclass(frozen=True)
class Preparation:
    """The steps on one data folder and one database.

    Without a known database nothing tells whether it has been prepared already,
    so the steps that touch it are always taken.
    """

    folder: DataFolder
    surroundings: Surroundings
    database: str | None

    @property
    def stamp(self) -> Path:
        return self.folder.path / "prepared.json"

    @property
    def log(self) -> Path:
        return self.folder.log("preparation")

    def steps_to_take(self) -> list[tuple[Step, str]]:
        """Return each step that is due, with the fingerprint to remember."""
        done = read_stamp(self.stamp)
        files = dict(fingerprints(self.folder.path))
        due = [(step, self.fingerprint(step, files)) for step in STEPS]
        return [
            (step, fingerprint)
            for step, fingerprint in due
            if done.get(step.name) != fingerprint or not self.can_be_skipped(step)
        ]

    def fingerprint(self, step: Step, files: dict[str, str]) -> str:
        parts = [f"{path} {files[path]}" for path in files if is_source(path, step)]
        if step.touches_database:
            parts.append(f"database {self.database}")
        return sha256("\n".join(sorted(parts)).encode()).hexdigest()

    def can_be_skipped(self, step: Step) -> bool:
        if step.touches_database:
            return self.database is not None
        if step.name == "collectstatic":
            return (self.folder.path / "static").is_dir()
        return not missing_catalogues()

    def take(self, step: Step, fingerprint: str) -> None:
        command = [sys.executable, "manage.py", *step.command]
        if run_to_end(command, self.log, self.surroundings):
            last = last_line(self.log)
            message = f"{step.title} failed ({last}): read {self.log}"
            raise CannotStartError(message)
        write_stamp(self.stamp, read_stamp(self.stamp) | {step.name: fingerprint})


def is_source(path: str, step: Step) -> bool:
    return any(fnmatch(path, pattern) for pattern in step.sources)


def fingerprints(data: Path) -> Iterator[tuple[str, str]]:
    """Yield every file of the project that a step may depend on."""
    for folder, subfolders, names in os.walk(ROOT):
        here = Path(folder)
        subfolders[:] = [
            name
            for name in subfolders
            if not name.startswith(".") and name not in UNREAD and here / name != data
        ]
        for name in names:
            if not name.endswith((".mo", ".pyc")):
                path = here / name
                digest = sha256(path.read_bytes()).hexdigest()
                yield str(path.relative_to(ROOT)), digest


def missing_catalogues() -> list[Path]:
    sources = (ROOT / "locale").glob("*/LC_MESSAGES/*.po")
    return [path for path in sources if not path.with_suffix(".mo").exists()]


def read_stamp(path: Path) -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return stamp


def write_stamp(path: Path, stamp: dict[str, str]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(stamp, indent=2))
    draft.replace(path)


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
