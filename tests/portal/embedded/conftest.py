import socket
import subprocess

import pytest

from tests.portal.embedded.miniature import make_project


@pytest.fixture
def new_project(tmp_path):
    """A checkout in which nothing was started yet."""
    project = make_project(tmp_path / "project")
    yield project
    for process in project.started:
        process.terminate()
        process.communicate(timeout=90)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """The database of a checkout, to copy instead of making it for each test."""
    project = make_project(tmp_path_factory.mktemp("cluster") / "project")
    assert project.execute("true") == (0, "")
    return project.data / "pg18"


@pytest.fixture
def project(new_project, cluster):
    """A checkout whose database was made by an earlier start."""
    new_project.data.mkdir(mode=0o711)
    subprocess.run(["cp", "-a", cluster, new_project.data], check=True)
    return new_project


@pytest.fixture
def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])
