"""What must stay true of the repository itself."""

import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "portal" / "settings.py").read_text()
READ = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.split() if (ROOT / name).is_file()]


def variables():
    return sorted(set(READ.findall(SETTINGS)))


@pytest.mark.parametrize("name", variables())
@pytest.mark.parametrize("page", [".env.example", "docs/deployment.md"])
def test_every_setting_is_documented(name, page):
    assert name in (ROOT / page).read_text()


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_dependency_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text()
    lists = re.findall(
        r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL
    )
    dependencies = "".join(lists).splitlines()

    assert len(lists) == 2
    assert [line for line in dependencies if "#" not in line] == []


def test_templates_hold_no_inline_script_or_style():
    pattern = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\bstyle=|<style|\son\w+=|\|safe\b"
    )

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked("templates/*.html")
        for match in pattern.finditer(path.read_text())
    ]

    assert found == []


def test_nothing_names_another_host_to_load_from():
    pattern = re.compile(r'(?:src|href)="https?://|url\(["\']?https?://|@import')

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked("templates/*.html", "static/css/*.css", "static/js/*.js")
        for match in pattern.finditer(path.read_text())
    ]

    assert found == []


def test_code_names_no_authority():
    """The agency's name and hotline are rows: agencies are renamed and dissolved."""
    pattern = re.compile(
        r"\b1424\b|антикоррупционная служба|Агентство Республики", re.IGNORECASE
    )

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked("*.py", "templates/*.html")
        if "tests" not in path.parts and "migrations" not in path.parts
        for match in pattern.finditer(path.read_text())
    ]

    assert found == []


def test_every_app_says_what_it_is_for():
    apps = [
        path.parent for path in tracked("*/apps.py") if path.parent.name != "portal"
    ]

    assert [app.name for app in apps if not (app / "README.md").exists()] == []
