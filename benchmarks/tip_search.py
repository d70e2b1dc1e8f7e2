"""How long list, search and a bulk grant take over 10,000 sealed reports.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- python benchmarks/tip_search.py
"""

import os
import sys
import time
from http import HTTPStatus
from pathlib import Path
from statistics import median

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("VAULT_MEMORY_MIB", "8")
os.environ.setdefault(
    "STATICFILES_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage"
)
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from foundation.accounts.models import User  # noqa: E402
from foundation.accounts.roles import sync_roles  # noqa: E402
from reports.models import Channel, Questionnaire, Recipient  # noqa: E402
from reports.services import find, holders  # noqa: E402
from reports.services.filing import Content, file_tip  # noqa: E402
from reports.services.vaults import (  # noqa: E402
    OpenVault,
    create_vault,
    open_vault,
    unlock,
)
from reports.shipped import load_reports  # noqa: E402

TIPS = 10_000
PASSPHRASE = "only for the benchmark"
TEXT = "Әкімдіктің мектептерінде жалған құжаттар жасалды, директор ақша сұрады. " * 14
RARE = "сирек кездесетін көпір"
QUESTIONS = ["көпір", "құжат", "взятка", "payment"]
ROUNDS = 5
VISITS = 60
LISTS = {"the list": "", "the list, last page": "?p=100", "the list, due first": "?o=3"}


def person(name: str) -> Recipient:
    user = User.objects.create_user(f"{name}@example.org", is_staff=True)
    row, _code = create_vault(
        user=user,
        kind=Recipient.Kind.RECIPIENT,
        channel=Channel.objects.get(),
        shown_name=name,
        passphrase=PASSPHRASE,
        by=None,
    )
    return row


def opened(row: Recipient) -> OpenVault:
    secret = unlock(recipient=row, passphrase=PASSPHRASE, by=row.user)
    vault = open_vault(secret=secret, user=row.user)
    assert vault is not None
    return vault


def file_all() -> None:
    questionnaire = Questionnaire.objects.newest()
    assert questionnaire is not None
    for number in range(TIPS):
        text = f"{TEXT} {number} {RARE if number % 100 == 0 else ''}"
        file_tip(
            channel=Channel.objects.get(),
            questionnaire=questionnaire,
            content=Content({"subject": "theft", "what": text}, "kk"),
            form=os.urandom(16),
        )
    # A database of this size has looked at its own rows; a throwaway one never does.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def look_at_lists(reader: Recipient) -> None:
    settings.TWO_FACTOR_REQUIRED = False
    reader.user.groups.set(Group.objects.filter(name="tip recipient"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader.user)
    vault = {"action": "unlock", "unlock-passphrase": PASSPHRASE}
    client.post("/admin/reports/tip/vault/", vault)
    for name, question in LISTS.items():
        spent = []
        for _visit in range(VISITS):
            began = time.perf_counter()
            answer = client.get(f"/admin/reports/tip/{question}")
            spent.append(time.perf_counter() - began)
            assert answer.status_code == HTTPStatus.OK
        p95 = sorted(spent)[VISITS * 95 // 100]
        print(f"{name}: median {median(spent) * 1000:.0f} ms, p95 {p95 * 1000:.0f}")


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    sync_roles()
    load_reports()
    reader = person("reader")
    file_all()
    look_at_lists(reader)
    vault = opened(reader)
    by = reader.user
    began = time.perf_counter()
    searches = 0
    while not searches or find.unopened(vault):
        find.find(question="first", vault=vault, by=by)
        searches += 1
    took = time.perf_counter() - began
    print(f"the first {searches} searches, which open each key: {took:.2f} s")
    for question in QUESTIONS:
        spent = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            found = find.find(question=question, vault=vault, by=by)
            spent.append(time.perf_counter() - began)
        middle, worst = sorted(spent)[ROUNDS // 2], max(spent)
        print(
            f"{question}: {found.count} found, median {middle:.2f} s, worst {worst:.2f}"
        )
    began = time.perf_counter()
    done = holders.grant_all(to=person("new"), vault=vault, by=by, seconds=600)
    print(f"granted {done[0]} in {time.perf_counter() - began:.1f} s")
