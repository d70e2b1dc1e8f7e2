"""How many reports of 10 KB, sealed to three recipients, are taken in a second.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- python benchmarks/tips.py
"""

import os
import sys
import time
from pathlib import Path
from uuid import uuid4

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("VAULT_MEMORY_MIB", "8")
django.setup()

from collections.abc import Callable  # noqa: E402
from concurrent.futures import ProcessPoolExecutor  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from nacl import bindings as sodium  # noqa: E402

from foundation.accounts.models import User  # noqa: E402
from reports import crypto  # noqa: E402
from reports.models import Channel, Questionnaire, Recipient, SpentProof  # noqa: E402
from reports.services.filing import Content, file_tip, salt  # noqa: E402
from reports.services.vaults import create_vault  # noqa: E402
from reports.shipped import load_reports  # noqa: E402

FILINGS = 1000
WORKERS = 2
TEXT = "Бюджет ақшасы " * 400


def prepare() -> None:
    call_command("migrate", verbosity=0)
    load_reports()
    salt()
    channel = Channel.objects.get()
    for number in range(3 - Recipient.objects.count()):
        user = User.objects.create_user(f"bench{number}@example.org", is_staff=True)
        create_vault(
            user=user,
            kind=Recipient.Kind.RECIPIENT,
            channel=channel,
            shown_name=f"Recipient {number}",
            passphrase="only for the benchmark",
            by=None,
        )


def file_many(count: int) -> float:
    channel, questionnaire = Channel.objects.get(), Questionnaire.objects.newest()
    assert questionnaire is not None
    began = time.perf_counter()
    for _ in range(count):
        file_tip(
            channel=channel,
            questionnaire=questionnaire,
            content=Content({"subject": "theft", "what": TEXT}, "kk"),
            form=os.urandom(16),
        )
    return time.perf_counter() - began


def store_many(count: int) -> float:
    """Insert one small row in a transaction of its own: what filing cannot beat."""
    began = time.perf_counter()
    for _ in range(count):
        SpentProof.objects.create(form=os.urandom(32), forget_on="2030-01-01")
    return time.perf_counter() - began


def seal_many(count: int) -> float:
    """Do the cryptography of a filing and nothing else."""
    people = list(Recipient.objects.all())
    tip = uuid4()
    place = crypto.Place("tip", "head", tip, tip)
    began = time.perf_counter()
    for _ in range(count):
        key = crypto.new_key()
        for _column in range(3):
            crypto.seal_text(key, "", place)
        crypto.seal_text(key, TEXT, place)
        for person in people:
            info = crypto.wrap_info(tip, person.public_id, "content", 1)
            crypto.wrap(key, bytes(person.public_key), info)
    return time.perf_counter() - began


def in_parallel(work: Callable[[int], float], count: int) -> float:
    connections.close_all()
    with ProcessPoolExecutor(WORKERS) as pool:
        # A fresh process and a fresh connection are not what is measured.
        list(pool.map(work, [10] * WORKERS * 2))
        began = time.perf_counter()
        list(pool.map(work, [count // WORKERS] * WORKERS))
        return count / (time.perf_counter() - began)


class Nowhere:
    """Where bytes are written that nobody reads."""

    def write(self, content: bytes) -> int:
        return len(content)


def file_speed(megabytes: int = 100) -> tuple[float, float]:
    """Return MB/s of the sealed file and of the bare secretstream."""
    chunk = os.urandom(crypto.CHUNK_BYTES)
    rounds = megabytes * 2**20 // len(chunk)
    sealer = crypto.FileSealer(crypto.new_key(), uuid4(), Nowhere())
    began = time.perf_counter()
    for _ in range(rounds):
        sealer.write(chunk)
    sealer.finish()
    ours = megabytes / (time.perf_counter() - began)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_push(state, crypto.new_key())
    sink = Nowhere()
    began = time.perf_counter()
    for _ in range(rounds):
        sink.write(
            sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, None, 0)
        )
    return ours, megabytes / (time.perf_counter() - began)


if __name__ == "__main__":
    prepare()
    print(f"a text of {len(TEXT.encode())} bytes, {WORKERS} processes")
    print(f"filed and sealed to three: {in_parallel(file_many, FILINGS):7.0f} /s")
    print(f"one bare row:              {in_parallel(store_many, FILINGS):7.0f} /s")
    print(f"the cryptography alone:    {in_parallel(seal_many, FILINGS):7.0f} /s")
    ours, raw = file_speed()
    print(f"a file sealed: {ours:.0f} MB/s, bare secretstream {raw:.0f} MB/s")
