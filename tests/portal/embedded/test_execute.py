import os
import signal
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.portal.embedded.miniature import read_until

CONNECT = "import os, psycopg; db = psycopg.connect(os.environ['DATABASE_URL']); "
COUNT = CONNECT + "print(db.execute('SELECT count(*) FROM kept').fetchone()[0])"
FILL_AND_WAIT = CONNECT + (
    "db.execute('CREATE TABLE kept AS SELECT generate_series(1, 1000)'); "
    "db.commit(); print('filled', flush=True); import time; time.sleep(60)"
)


def folder_of_sockets(database_url):
    return Path(unquote(urlsplit(database_url.strip()).netloc.partition("@")[2]))


def test_exec_passes_on_the_exit_code(project):
    assert project.execute("sh", "-c", "exit 7") == (7, "")


def test_exec_leaves_no_process_and_no_socket(project):
    _, database_url = project.execute("sh", "-c", "echo $DATABASE_URL")

    assert project.processes() == []
    assert not folder_of_sockets(database_url).exists()


def test_postgres_folds_kazakh_letters_and_finds_parts_of_words(project):
    code, output = project.python(
        CONNECT + "db.execute('CREATE EXTENSION pg_trgm'); "
        """print(*db.execute("SELECT lower('ӘҒҚҢӨҰҮҺІ'), similarity('жемқор', 'Жемқорлық') > 0.5").fetchone())"""
    )

    assert (code, output) == (0, "әғқңөұүһі True\n")


def test_redis_keeps_keys_without_a_time_to_live(project):
    code, output = project.python(
        "import os, redis; server = redis.from_url(os.environ['REDIS_URL']); "
        "print(*server.config_get('maxmemory', 'maxmemory-policy').values())"
    )

    assert (code, output) == (0, "268435456 volatile-lru\n")


def test_the_secret_key_stays_the_same_and_private(project):
    first = project.execute("sh", "-c", "echo $SECRET_KEY")
    second = project.execute("sh", "-c", "echo $SECRET_KEY")

    assert first == second
    assert len(first[1]) > 50
    assert (project.data / "secret_key").stat().st_mode & 0o777 == 0o600


def test_exec_keeps_what_the_caller_has_set(project):
    _, output = project.execute("sh", "-c", "echo $SECRET_KEY", SECRET_KEY="mine")

    assert output == "mine\n"


def test_exec_starts_nothing_when_both_services_are_named(new_project):
    code, output = new_project.execute(
        "sh",
        "-c",
        "echo $DATABASE_URL $REDIS_URL",
        DATABASE_URL="postgres://elsewhere/db",
        REDIS_URL="redis://elsewhere",
    )

    assert (code, output) == (0, "postgres://elsewhere/db redis://elsewhere\n")
    assert not (new_project.data / "redis").exists()


def test_exec_joins_services_that_run_already(project):
    host = project.start("exec", "--", "sh", "-c", "echo $DATABASE_URL; exec sleep 60")
    (database_url,) = read_until(host, "postgres://")

    _, output = project.execute("sh", "-c", "echo $DATABASE_URL")

    assert output.strip() == database_url


def test_the_host_waits_for_its_guest(project):
    host = project.start(
        "exec", "--", "sh", "-c", "echo up; while [ ! -e end ]; do sleep 0.05; done"
    )
    read_until(host, "up")
    guest = project.start("exec", "--", "sh", "-c", "echo in; sleep 1; touch left")
    read_until(guest, "in")

    (project.path / "end").touch()
    read_until(host, "Waiting for other commands")
    host.wait(30)

    assert (project.path / "left").exists()


def test_ctrl_c_ends_the_wait_for_a_guest(project):
    os.mkfifo(project.path / "fifo")
    host = project.start("exec", "--", "sh", "-c", "echo up; read line < fifo")
    read_until(host, "up")
    guest = project.start("exec", "--", "sh", "-c", "echo in; exec sleep 60")
    read_until(guest, "in")
    (project.path / "fifo").write_text("end")
    read_until(host, "Waiting for other commands")

    host.send_signal(signal.SIGINT)

    assert host.wait(30) == 130


def test_a_request_to_end_reaches_the_command(project):
    launcher = project.start("exec", "--", "sh", "-c", "echo up; exec sleep 60")
    read_until(launcher, "up")

    launcher.terminate()

    assert launcher.wait(30) == 128 + signal.SIGTERM
    assert project.processes() == []


def test_nothing_outlives_a_killed_launcher_and_the_data_stay(project):
    launcher = project.start("exec", "--", "python", "-c", FILL_AND_WAIT)
    read_until(launcher, "filled")

    launcher.kill()
    code, output = project.python(COUNT)

    assert (code, output) == (0, "1000\n")
    assert project.wait_until_empty() == []


def test_the_data_survive_a_killed_server(project):
    launcher = project.start("exec", "--", "python", "-c", FILL_AND_WAIT)
    read_until(launcher, "filled")
    pid = int((project.data / "pg18/postmaster.pid").read_text().split()[0])

    os.kill(pid, signal.SIGKILL)
    launcher.kill()
    code, output = project.call("exec", "--", "python", "-c", COUNT)

    assert (code, output) == (0, "1000\n")


def test_a_half_written_data_folder_is_put_aside(project):
    project.execute("true")
    (project.data / "pg18/global/pg_control").unlink()

    code, output = project.execute("true")

    assert code == 0
    assert len(list(project.data.glob("pg18.broken-*/PG_VERSION"))) == 1
    assert output.count("\n") == 1
    assert "half-written" in output


def test_an_interrupted_first_start_is_begun_again(new_project):
    unfinished = new_project.data / "pg18.new/base"
    unfinished.mkdir(parents=True)

    assert new_project.execute("true") == (0, "")
    assert not unfinished.exists()


def test_data_of_another_version_are_not_replaced_by_an_empty_database(new_project):
    (new_project.data / "pg15").mkdir(parents=True)

    code, output = new_project.execute("true")

    assert code == 1
    assert "pg15 was made by another PostgreSQL" in output
    assert not (new_project.data / "pg18").exists()


@pytest.mark.parametrize("service", ["postgres", "redis"])
def test_a_planted_socket_folder_is_refused(project, tmp_path, service):
    _, database_url = project.execute("sh", "-c", "echo $DATABASE_URL")
    planted = folder_of_sockets(database_url)
    planted = planted.with_name(planted.name.replace("postgres", service))
    planted.symlink_to(tmp_path)

    code, output = project.execute("true")
    planted.unlink()

    assert code == 1
    assert output == (
        f"{planted} is not a private folder of this user: remove it and try again\n"
    )
    assert project.processes() == []


def test_a_data_folder_that_is_a_file_is_refused(new_project):
    (new_project.path / "file").touch()

    code, output = new_project.call("exec", "--data", "file", "--", "true")

    assert code == 1
    assert output.count("\n") == 1
    assert "cannot be used" in output


def test_data_of_another_user_are_named(project):
    project.execute("true")
    owner = (project.data / "pg18").stat().st_uid
    if owner == os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(project.data / "pg18", 12345, -1)

    code, output = project.execute("true")

    assert code == 1
    assert "belongs to user 12345" in output
