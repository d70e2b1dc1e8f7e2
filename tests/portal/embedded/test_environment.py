import ast
import subprocess
import sys

import pytest

from portal.embedded import environment
from portal.embedded.folder import ROOT
from tests.portal.embedded.miniature import clean_environment

SCRIPT = ROOT / "portal/embedded/environment.py"
EVERYWHERE = sys.maxsize // environment.MEGABYTE


def make(folder, *locks):
    return subprocess.run(
        [sys.executable, "-I", SCRIPT, *locks],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 15), (4, 0)])
def test_an_unsupported_python_is_named(version):
    problem = environment.python_problem(version)

    assert problem.startswith(f"Python {version[0]}.{version[1]} is not supported")


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_a_supported_python_is_no_problem(minor):
    assert environment.python_problem((3, minor)) is None


@pytest.mark.parametrize(
    "name",
    [
        "portal/__init__.py",
        "portal/embedded/__init__.py",
        "portal/embedded/__main__.py",
        "portal/embedded/environment.py",
    ],
)
def test_what_runs_first_can_be_read_by_old_pythons(name):
    ast.parse((ROOT / name).read_text(), feature_version=(3, 6))


def test_the_script_needs_nothing_that_is_not_in_python():
    code = f"import runpy; runpy.run_path({str(SCRIPT)!r})"

    assert subprocess.call([sys.executable, "-I", "-S", "-c", code]) == 0


def test_a_full_disk_is_named(tmp_path):
    problem = environment.space_problem(tmp_path / "not/there/yet", EVERYWHERE)

    assert problem.startswith(f"The disk of {tmp_path} is nearly full")


def test_a_disk_with_room_is_no_problem(tmp_path):
    assert environment.space_problem(tmp_path, 1) is None


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "some.lock").write_text("")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    return tmp_path


def test_an_environment_that_lost_its_python_is_made_anew(checkout):
    (checkout / ".venv/bin/python").symlink_to("/nowhere/python")

    made = make(checkout, "some.lock")

    assert made.stdout.splitlines() == [
        "Making the environment .venv ...",
        "Installing the packages, which may take a minute ...",
    ]
    assert subprocess.call([checkout / ".venv/bin/python", "-c", "import pip"]) == 0
    assert (checkout / ".venv/some.lock").exists()


def test_an_environment_that_fits_is_left_alone(checkout):
    (checkout / ".venv/bin/python").symlink_to(sys.executable)
    (checkout / ".venv/some.lock").write_text("")

    again = make(checkout, "some.lock")

    assert (again.returncode, again.stdout) == (0, "")


def test_a_failed_installation_is_not_taken_for_done(checkout):
    python = checkout / ".venv/bin/python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ]\n')
    python.chmod(0o755)

    failed = make(checkout, "some.lock")

    assert failed.returncode == 1
    assert "The environment could not be made" in failed.stderr
    assert not (checkout / ".venv/some.lock").exists()
