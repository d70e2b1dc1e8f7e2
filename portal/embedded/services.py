"""The local services, and the environment that leads a process to them."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded import postgres, redis
from portal.embedded.folder import DataFolder
from portal.embedded.processes import Service, Surroundings
from portal.embedded.signals import deafen

MEGABYTE = 1024 * 1024


@dataclass
class LocalServices:
    """What runs on a data folder, and the variables that say where.

    `database` tells one local database from another that took its place.
    """

    folder: DataFolder
    lock: int
    is_throwaway: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    database: str | None = None
    running: list[Service] = field(default_factory=list)
    sockets: list[Path] = field(default_factory=list)

    def start_missing(self) -> str | None:
        """Start what the environment does not name; return what was repaired."""
        repaired = None
        if "DATABASE_URL" not in os.environ:
            repaired = self.start_postgres()
        if "REDIS_URL" not in os.environ:
            self.start_redis()
        return repaired

    def start_postgres(self) -> str | None:
        """Start PostgreSQL; return what had to be repaired, if anything."""
        cluster = postgres.cluster_in(self.folder)
        sockets = self.folder.empty_socket_folder("postgres", cluster.uid)
        surroundings = Surroundings(postgres.ENVIRONMENT, Path("/"), self.lock)
        repaired = postgres.create_if_missing(cluster, surroundings)
        settings = postgres.SETTINGS | memory_settings()
        if self.is_throwaway:
            settings |= postgres.THROWAWAY_SETTINGS
        self.sockets.append(sockets)
        self.running.append(postgres.start(cluster, sockets, self.lock, settings))
        self.database = postgres.identity(cluster)
        self.variables["DATABASE_URL"] = postgres.database_url(sockets)
        return repaired

    def start_redis(self) -> None:
        settings = redis.SETTINGS
        if self.is_throwaway:
            settings = settings | redis.THROWAWAY_SETTINGS
        path = self.folder.empty_socket_folder("redis", os.geteuid()) / redis.SOCKET
        self.sockets.append(path.parent)
        self.running.append(redis.start(self.folder, path, self.lock, settings))
        self.variables["REDIS_URL"] = redis.cache_url(path)
        self.variables["CELERY_BROKER_URL"] = redis.broker_url(path)

    def stop(self) -> None:
        for service in reversed(self.running):
            service.stop()
        for folder in self.sockets:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def local_services(
    folder: DataFolder, lock: int, *, is_throwaway: bool = False
) -> Iterator[LocalServices]:
    """Yield services to start one by one; all that were started are stopped."""
    services = LocalServices(folder, lock, is_throwaway)
    try:
        yield services
    finally:
        deafen()
        services.stop()


def memory_settings() -> dict[str, str]:
    """Size PostgreSQL's memory for this machine, a small one included."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MEGABYTE
    return {
        "shared_buffers": f"{min(256, max(32, total // 8))}MB",
        "effective_cache_size": f"{max(64, total // 2)}MB",
    }


def names_all_services(env: Mapping[str, str]) -> bool:
    return "DATABASE_URL" in env and "REDIS_URL" in env


def trial_variables(folder: DataFolder, port: int) -> dict[str, str]:
    """Return what a trial on one machine sets, beside where the services are."""
    return {
        "SECRET_KEY": folder.secret_key(),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWO_FACTOR_REQUIRED": "False",
        "PORTAL_VAR": str(folder.path),
        "PYTHONUNBUFFERED": "1",
    }
