"""A production installation has no warning of Django's own check."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def check(**environment):
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "k7Qw9Zp-" * 8,
            "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "PUBLIC_URL": "https://portal.example.org",
            "ALLOWED_HOSTS": "portal.example.org",
            **environment,
        },
    )  # fmt: skip


def test_a_production_installation_is_without_warning():
    done = check()

    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_a_missing_secret_stops_the_start_and_is_named():
    done = check(SECRET_KEY="")

    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr
