"""The user PostgreSQL runs as when the launcher is root, which it refuses to be."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from portal.embedded.errors import CannotStartError
from portal.embedded.processes import Account

USER = "nobody"
# Which capability root can hand on differs between machines and containers. The
# first only lets the server pass through closed folders and read.
CAPABILITIES = ["dac_read_search", "dac_override"]


def unprivileged_account(program: Path, folder: Path) -> Account | None:
    """Return the user to run a program as, or None to stay who we are.

    A checkout below a closed home, such as /root, is out of reach for that user
    unless it keeps one capability of root's.
    """
    if os.geteuid() != 0:
        return None
    for account in accounts():
        if can_reach(account, program, folder):
            return account
    raise CannotStartError(
        f"PostgreSQL does not run as root, and the user {USER} cannot reach {folder}: "
        "move the project to a folder open to others (such as /srv), start it as an "
        "ordinary user, or set DATABASE_URL"
    )


def accounts() -> Iterator[Account]:
    found = pwd.getpwnam(USER)
    yield Account(found.pw_uid, found.pw_gid)
    if setpriv := shutil.which("setpriv"):
        for capability in CAPABILITIES:
            prefix = (
                setpriv,
                f"--reuid={found.pw_uid}",
                f"--regid={found.pw_gid}",
                "--clear-groups",
                f"--inh-caps=-all,+{capability}",
                f"--ambient-caps=-all,+{capability}",
                f"--bounding-set=-all,+{capability}",
                # Without this, access() would answer as if there were no capability.
                "--securebits=+no_setuid_fixup",
                "--no-new-privs",
                "--pdeathsig=INT",
            )
            yield Account(found.pw_uid, found.pw_gid, prefix)


def can_reach(account: Account, program: Path, folder: Path) -> bool:
    test = 'test -x "$1" && cd "$2"'
    answer = subprocess.run(
        [*account.prefix, "/bin/sh", "-c", test, "sh", program, folder],
        cwd="/",
        capture_output=True,
        check=False,
        user=None if account.prefix else account.uid,
        group=None if account.prefix else account.gid,
        extra_groups=None if account.prefix else [],
    )
    return answer.returncode == 0
