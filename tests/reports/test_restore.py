"""A backup on a fresh machine: passphrases and receipts open it; nothing else is needed."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.db import connection

from portal.embedded.postgres import find_binaries
from reports.services import cases
from tests.databases import address_of
from tests.factories.reports import PASSPHRASE
from tests.reports.conftest import MARK
from tests.reports.test_cleaning import stored

EVIDENCE = b"evidence of the restored report " * 40

# Runs on the fresh machine and is told what people know by heart or keep.
FRESH_HOST = """
import django, json, sys
django.setup()
from django.core.management import call_command
from reports.crypto import unseal_file
from reports.models import Recipient, Tip
from reports.services import cases
from reports.services.vaults import open_vault, unlock
from reports.services.visits import open_by_receipt, read_report
from reports.uploads import path_of

passphrase, *receipts = sys.argv[1:]
row = Recipient.objects.get(shown_name="Aigerim")
secret = unlock(recipient=row, passphrase=passphrase, by=row.user)
vault = open_vault(secret=secret, user=row.user)
said, files = [], []
for tip in Tip.objects.all():
    case = cases.read_case(tip=tip, vault=vault, by=row.user)
    said.append(case.head.answers["what"])
    for file in case.files:
        with path_of(file.id).open("rb") as source:
            parts = list(unseal_file(file.key, file.id, source, file.size))
        files.append(b"".join(parts).decode())
back = [read_report(open_by_receipt(r)).turns[-1].text for r in receipts]
call_command("verify_audit", stdout=sys.stderr)
print(json.dumps([said, files, back]))
"""


def tool(name, *words):
    subprocess.run([find_binaries() / name, *words], check=True, timeout=120)


@pytest.fixture
def fresh_host(tmp_path):
    """Back up database and files, restore them under another key of Django's."""
    name = f"restored_{os.getpid()}"
    backup, folder = tmp_path / "backup.dump", tmp_path / "host"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')

    def run(*words, media):
        address = address_of(connection.settings_dict["NAME"])
        tool("pg_dump", "-Fc", "-f", backup, "-d", address)
        tool(
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "-d",
            address_of(name),
            backup,
        )
        shutil.copytree(media, folder / "media")
        return subprocess.run(
            [sys.executable, "-c", FRESH_HOST, *words],
            cwd=django_settings.BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "DATABASE_URL": address_of(name),
                "PORTAL_VAR": str(folder),
                "SECRET_KEY": "another-key-on-the-fresh-host-0123456789-0123456789",
            },
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )

    yield run
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db(transaction=True)
def test_a_backup_and_what_people_remember_are_enough(
    filed, desk, opened, fresh_host, settings
):
    filings = [filed(), filed(files=[{**stored(EVIDENCE, "смета.txt"), "type": ""}])]
    vault, by = opened(desk["aigerim"]), desk["aigerim"].user
    for filing in filings:
        cases.answer(tip=filing.tip, vault=vault, text="We look", is_note=False, by=by)

    done = fresh_host(
        PASSPHRASE, *(filing.receipt for filing in filings), media=settings.MEDIA_ROOT
    )

    assert done.returncode == 0, done.stderr
    said, files, back = json.loads(done.stdout.splitlines()[-1])
    assert said == [MARK, MARK]
    assert files == [EVIDENCE.decode()]
    assert back == ["We look", "We look"]


@pytest.mark.django_db(transaction=True)
def test_a_backup_opens_to_no_other_passphrase(filed, fresh_host, settings):
    filing = filed(files=[{**stored(EVIDENCE), "type": ""}])

    done = fresh_host("another passphrase", filing.receipt, media=settings.MEDIA_ROOT)

    assert done.returncode != 0
    assert "WrongPassphraseError" in done.stderr
    assert MARK not in done.stdout + done.stderr
