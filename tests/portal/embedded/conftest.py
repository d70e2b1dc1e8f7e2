import socket

import pytest

from tests.portal.embedded.miniature import make_project


@pytest.fixture
def project(tmp_path):
    project = make_project(tmp_path / "project")
    yield project
    for process in project.started:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])
