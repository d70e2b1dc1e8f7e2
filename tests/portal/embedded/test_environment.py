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


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A project whose environment lost its Python, as an upgrade may leave it."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "empty.lock").write_text("")
    (folder / "broken.lock").write_text("./not-there")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to("/nowhere/python")
    return folder


@pytest.fixture(scope="module")
def first(checkout):
    return make(checkout, "empty.lock")


def test_a_broken_environment_is_made_anew(checkout, first):
    assert first.stdout.splitlines() == [
        "Making the environment .venv ...",
        "Installing the packages, which may take a minute ...",
    ]
    assert subprocess.call([checkout / ".venv/bin/python", "-c", "import pip"]) == 0


def test_an_environment_is_made_once(checkout, first):
    again = make(checkout, "empty.lock")

    assert (again.returncode, again.stdout) == (0, "")


def test_a_failed_installation_is_not_taken_for_done(checkout, first):
    assert make(checkout, "broken.lock").returncode == 1

    again = make(checkout, "broken.lock")

    assert again.returncode == 1
    assert "The environment could not be made" in again.stderr.splitlines()[-1]
