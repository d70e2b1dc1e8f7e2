"""The portal itself, as a newcomer starts it in a fresh checkout."""

import shutil
import signal
from urllib.request import urlopen

import pytest

from portal.embedded.folder import ROOT
from tests.portal.embedded.miniature import Project, read_until

# Compressing every file takes longest of all, with the developer's brotli above all.
PLAIN_FILES = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
MADE_LATER = shutil.ignore_patterns(".*", "var", "__pycache__", "*.mo", "node_modules")


@pytest.fixture
def portal(tmp_path):
    checkout = tmp_path / "portal"
    shutil.copytree(ROOT, checkout, ignore=MADE_LATER)
    portal = Project(checkout, checkout / "var")
    yield portal
    for process in portal.started:
        process.terminate()
        process.communicate(timeout=60)


def start(portal, port):
    return portal.start("run", "--port", port, STATICFILES_STORAGE=PLAIN_FILES)


def test_a_newcomer_sees_real_data_and_the_next_start_prepares_nothing(portal, port):
    first = start(portal, port)
    lines = read_until(first, "ready ")
    page = urlopen(f"http://127.0.0.1:{port}/en/risks/").read().decode()
    readiness = urlopen(f"http://127.0.0.1:{port}/readyz").status
    first.send_signal(signal.SIGINT)
    code = first.wait(60)
    left = portal.processes()
    again = read_until(start(portal, port), "ready ")

    assert lines[-1] == f"ready http://127.0.0.1:{port}"
    assert 'href="/en/risks/' in page
    assert (readiness, code, left) == (200, 0, [])
    assert [line for line in again if "..." in line] == [
        line for line in again if "Starting" in line
    ]
