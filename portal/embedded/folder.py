"""The data folder: its logs, its secret key, its private folders."""

import hashlib
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.environment import space_problem
from portal.embedded.errors import CannotStartError

ROOT = Path(__file__).resolve().parents[2]
NEEDED_MB = 300
# A socket path has room for about a hundred bytes, so sockets cannot lie below
# a data folder of any depth; and PostgreSQL's own user has to reach them.
SOCKETS = Path("/tmp")  # noqa: S108  a folder there is used only if it is ours


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "log"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def prepare(self) -> None:
        """Make the folder if it is missing and check that it can be used."""
        problem = space_problem(self.path, NEEDED_MB)
        if problem:
            raise CannotStartError(problem)
        try:
            # Others may pass through but not list it: PostgreSQL may have to run
            # as another user. Everything inside has a mode of its own.
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            message = f"The data folder {self.path} cannot be used: {error.strerror}"
            raise CannotStartError(message) from error
        refuse_another_owner(self.path, os.geteuid())
        refuse_another_owner(self.logs, os.geteuid())

    def secret_key(self) -> str:
        """Return the signing key of this folder, made on first use."""
        path = self.path / "secret_key"
        if not path.exists():
            draft = self.path / f"secret_key.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(50))
            draft.replace(path)
        return path.read_text().strip()

    def empty_socket_folder(self, name: str, uid: int) -> Path:
        """Make the folder for a service's socket; it belongs to the given user.

        What an earlier start left there is removed: PostgreSQL's lock file names
        a process, and by now another one may have that number.
        """
        digest = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        path = make_private(SOCKETS / f"portal-{digest}-{name}", uid)
        for leftover in path.iterdir():
            leftover.unlink()
        return path


def refuse_another_owner(path: Path, uid: int) -> None:
    owner = path.lstat().st_uid
    if owner != uid:
        message = (
            f"{path} belongs to user {owner} and not to user {uid}: start as the user "
            f"who made it, or hand it over with chown -R {uid} {path}"
        )
        raise CannotStartError(message)


def make_private(path: Path, uid: int) -> Path:
    """Make a folder only this user may enter, or refuse one that is not."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    is_ours = found.st_uid in {uid, os.geteuid()} and not found.st_mode & 0o077
    if not stat.S_ISDIR(found.st_mode) or not is_ours:
        message = (
            f"{path} is not a private folder of this user: remove it and try again"
        )
        raise CannotStartError(message)
    if found.st_uid != uid:
        os.chown(path, uid, -1, follow_symlinks=False)
    return path
