import signal
import socket
import subprocess
from urllib.request import urlopen

import pytest

from tests.portal.embedded.miniature import read_until


def run(project, port, **variables):
    return project.start("run", "--port", port, **variables)


def pid_of(project, name):
    (pid,) = subprocess.check_output(
        ["pgrep", "--parent", str(project.started[0].pid), "--full", name], text=True
    ).split()
    return int(pid)


def test_run_serves_and_ctrl_c_stops_everything(new_project, port):
    launcher = run(new_project, port)
    lines = read_until(launcher, "ready ")
    page = urlopen(f"http://127.0.0.1:{port}/kk/").read()

    launcher.send_signal(signal.SIGINT)
    code = launcher.wait(90)

    assert [line.partition("] ")[2] or line for line in lines[1:]] == [
        "PostgreSQL is up",
        "Redis is up",
        "Migrating the database ...",
        "Compiling the messages ...",
        "Collecting the static files ...",
        "Loading the data ...",
        "Starting the web server, Celery worker and beat ...",
        "Staff need no second factor here: TWO_FACTOR_REQUIRED=True asks for one",
        "For a staff login, in another terminal: make staff EMAIL=you@example.org",
        f"ready http://127.0.0.1:{port}",
    ]
    assert page == b"/kk/"
    assert code == 0
    assert new_project.processes() == []


def start_and_stop(project, port):
    """Return the management commands that one start of the portal called."""
    notes = project.path / "commands.txt"
    notes.write_text("")
    launcher = run(project, port)
    read_until(launcher, "ready ")
    launcher.terminate()
    launcher.wait(90)
    return notes.read_text().split()


def test_a_second_start_repeats_only_what_has_changed(project, port):
    first = start_and_stop(project, port)
    second = start_and_stop(project, port)
    (project.path / "data/areas.csv").write_text("KZ-35\nKZ-10")
    third = start_and_stop(project, port)

    assert first == ["migrate", "compile_catalogues", "collectstatic", "load_data"]
    assert second == []
    assert third == ["load_data"]


def test_nothing_outlives_a_killed_launcher(project, port):
    launcher = run(project, port)
    read_until(launcher, "ready ")

    launcher.kill()

    assert project.wait_until_empty() == []


def test_a_second_launcher_is_turned_away_from_the_folder(project, port):
    first = project.start("exec", "--", "sh", "-c", "echo up; exec sleep 60")
    read_until(first, "up")

    code, output = project.call("run", "--port", port)

    assert code == 1
    assert output.endswith(
        f"The data folder {project.data} is in use by process {first.pid}: "
        "stop that one first, or set PORTAL_VAR to another folder\n"
    )


def test_a_port_in_use_is_named_before_anything_is_started(new_project, port):
    with socket.create_server(("127.0.0.1", int(port))):
        code, output = new_project.call("run", "--port", port)

    assert code == 1
    assert output.startswith(f"Port {port} is in use: stop what listens there")
    assert output.count("\n") == 1
    assert list(new_project.data.glob("pg*")) == []


@pytest.mark.parametrize("impossible", ["0", "-1", "65536"])
def test_an_impossible_port_is_refused(new_project, impossible):
    code, output = new_project.call("run", f"--port={impossible}")

    assert (code, output) == (
        1,
        f"There is no port {impossible}: choose one from 1024 to 65535\n",
    )


def test_a_failed_step_is_named_with_its_log_and_nothing_stays(project, port):
    (project.path / "fail-load_data").touch()

    code, output = project.call("run", "--port", port)

    assert code == 1
    assert output.splitlines()[-1] == (
        "Loading the data failed (ValueError: the miniature was told to fail): "
        f"read {project.data}/log/preparation.log"
    )
    assert project.processes() == []


@pytest.mark.parametrize(
    ("process", "name", "log"),
    [
        ("granian", "The web server", "web"),
        ("celery.*worker", "The Celery worker", "worker"),
        ("postgres", "PostgreSQL", "postgres"),
    ],
)
def test_a_dead_process_stops_the_others(project, port, process, name, log):
    launcher = run(project, port)
    read_until(launcher, "ready ")

    subprocess.run(["kill", "-9", str(pid_of(project, process))], check=True)
    output, _ = launcher.communicate(timeout=90)

    assert launcher.returncode == 1
    assert (
        output == f"{name} has ended unexpectedly: read {project.data}/log/{log}.log\n"
    )
    assert project.wait_until_empty() == []
