"""Whoever takes the server finds nothing: search everything it keeps for what was said.

Rows, the database's own files with its write-ahead log, sealed files, mail, Redis, the
temporary folder and the log of a view that failed are searched for marked words in
every encoding that could hide them.
"""

import base64
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.test import Client
from PIL import Image

from foundation.publication import page_redis
from reports import proof
from reports.form_tokens import seal_form
from reports.models import (
    Authority,
    Channel,
    MonthlyIndex,
    SealedFile,
    SearchShard,
    Tip,
)
from reports.receipts import new_receipt
from reports.services import cases, disclosures, find, holders, rewards, shards
from reports.services import desk as desk_service
from reports.services.handover import export_case
from reports.services.recovery import (
    grant_all_recovered,
    make_recovery_key,
    recover_root,
    share_root,
)
from reports.services.visits import answer_as_reporter, give_name, open_by_receipt
from reports.uploads import path_of
from reports.views import visit as visit_views
from tests.factories.reports import recipient
from tests.reports.test_reporter_pages import RECEIPT, Reporter, hidden

ADDRESS = "2001:db8:7f3a:99c1::feed"
AUTHOR = "photographermark41aa77"
AGENT = "MarkerBrowser-7f3a99c1"
MARKS = [
    "Сейфтегіқызылқалта7f3a",
    "reporter-said-99c1d4",
    "Дәуренмаркер5b2e",
    "call-me-5b2e77",
    "смета-маркер-c0ffee.pdf",
    "staffansweredmark41aa",
    "notemark41aa77",
    "fileguts-41aa77-99c1d4-evidence",
    "labelmark41aa77",
    "privatemark41aa77",
    "dictatedmark99c1d4",
]
CONTROL = "kept-openly-77aa41"
WHAT, SAID, NAME, CONTACT, FILE_NAME, ANSWER, NOTE, GUTS, LABEL, PRIVATE, SPOKEN = MARKS
EVIDENCE = "".join(f"{n:05d} {GUTS} " for n in range(200)).encode()


def disguises(word):
    """Return the ways a word may lie in a store."""
    plain = word.encode()
    found = {plain, quote(word).encode(), json.dumps(word)[1:-1].encode()}
    for encoded in (plain, word.encode("utf-16-le"), word.encode("utf-16-be")):
        found |= {encoded, encoded.hex().encode(), encoded.hex().upper().encode()}
        for shift in range(3):
            # The ends depend on what is beside the word.
            inner = base64.b64encode(b"\0" * shift + encoded)[4:-4]
            found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return {pattern for pattern in found if len(pattern) >= 8}


def assert_absent(stores, words):
    for name, content in stores:
        for word in words:
            for pattern in disguises(word):
                assert pattern not in content, f"{word!r} lies in {name}"


def rows():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            dump = io.BytesIO()
            with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                for part in copy:
                    dump.write(part)
            yield f"table {table}", dump.getvalue()


def database_files(since):
    """Return what was written since a time: nothing lies in a file from before it."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        (database,) = cursor.fetchone()
    for part in (f"base/{database}", "pg_wal"):
        for path in sorted(Path(folder, part).rglob("*")):
            if path.is_file() and path.stat().st_mtime >= since:
                yield f"{part}/{path.name}", path.read_bytes()


def redis_keys():
    redis = page_redis()
    for key in redis.scan_iter(count=1000):
        yield f"redis {key!r}", key + (redis.dump(key) or b"")


def files_under(folder):
    for path in Path(folder).rglob("*"):
        if path.is_file():
            yield str(path), path.name.encode() + path.read_bytes()


@pytest.fixture
def log():
    """Everything that is logged, formatted as the console would."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def spool(settings, tmp_path, monkeypatch):
    folder = tmp_path / "spool"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.django_db(transaction=True)
def test_nothing_said_lies_anywhere(desk, opened, log, spool, monkeypatch, settings):
    # Clocks of files are read less often.
    began = time.time() - 1
    monkeypatch.setattr(proof, "PATIENCE_SECONDS", 0)
    # A search leaves sealed words of each case behind.
    monkeypatch.setattr(shards, "CASES", 1)
    Channel.objects.update(name_en=CONTROL)
    client = Client(
        REMOTE_ADDR=ADDRESS,
        HTTP_X_FORWARDED_FOR=ADDRESS,
        HTTP_USER_AGENT=AGENT,
        raise_request_exception=False,
    )
    shares = [new_receipt() for _ in range(2)]
    publics = [share_root(share).public_key for share in shares]
    key = make_recovery_key(public_keys=publics, threshold=2)
    reporter = Reporter(client)
    reporter.send(subject="theft", what=WHAT)
    reporter.send(when=WHAT).send(who=WHAT)
    reporter.send(is_named="yes", name=NAME, contact=CONTACT)
    reporter.send("add", file=SimpleUploadedFile(FILE_NAME, EVIDENCE))
    reporter.send("add", file=SimpleUploadedFile("p.jpg", photo()))
    assert AUTHOR in reporter.text
    reporter.send().send()
    receipt = reporter.receipt()
    visit = open_by_receipt(receipt)
    answer_as_reporter(visit=visit, text=SAID)
    give_name(visit=visit, name=NAME, contact=CONTACT)
    work_on_it(visit.tip, desk, opened)
    reward_it(visit, desk, opened)
    hand_it_over(visit.tip, shares[0], desk, opened)
    grant_all_recovered(row=key, root=recover_root(key, shares), to=recipient("New"))
    codes = [receipt, *dictate(client), *shares]
    fail_in_the_view(client, visit, monkeypatch)

    stores = [
        *rows(),
        *database_files(began),
        *redis_keys(),
        *files_under(settings.MEDIA_ROOT),
        *files_under(spool),
        *files_under(django_settings.VAR_DIR / "log"),
        ("mail", "".join(str(m.message()) for m in mail.outbox).encode()),
        ("log", log.getvalue().encode()),
    ]
    # The text, the photo and its clean copy.
    assert SealedFile.objects.count() == 3
    assert_searched(stores)
    assert b"Internal Server Error" in dict(stores)["log"]
    plain = [code.replace("-", "") for code in codes]
    assert_absent(stores, [*MARKS, AUTHOR, *codes, *plain, ADDRESS, AGENT])
    windows = {EVIDENCE[i : i + 16] for i in range(len(EVIDENCE) - 16)}
    stored = b"".join(content for _name, content in files_under(settings.MEDIA_ROOT))
    assert not any(window in stored for window in windows)


def photo():
    sink, tags = io.BytesIO(), Image.Exif()
    tags[315] = AUTHOR
    Image.new("RGB", (40, 40), (9, 99, 199)).save(sink, "JPEG", exif=tags)
    return sink.getvalue()


def assert_searched(stores):
    """A word that is kept openly is found where it must be: the search does search."""
    seen = {
        name.split("/")[0] for name, content in stores if CONTROL.encode() in content
    }
    assert {"table reports_channel", "base", "pg_wal"} <= seen


def work_on_it(tip, desk, opened):
    reader, by = opened(desk["aigerim"]), desk["aigerim"].user
    cases.read_case(tip=tip, vault=reader, by=by)
    cases.answer(tip=tip, vault=reader, text=ANSWER, is_note=False, by=by)
    cases.answer(tip=tip, vault=reader, text=NOTE, is_note=True, by=by)
    cases.move(tip=tip, to="registered", by=by)
    desk_service.set_labels(tip=tip, labels=[LABEL], vault=reader, by=by)
    desk_service.write_private_note(tip=tip, text=PRIVATE, vault=reader, by=by)
    assert find.find(question=SAID, vault=reader, by=by).count
    assert SearchShard.objects.exists()
    holders.rekey(tip=Tip.objects.get(), vault=reader, by=by)
    asked = disclosures.ask(tip=tip, asked_by=reader.recipient, reason="x", by=by)
    disclosures.grant(
        disclosure=asked,
        vault=opened(desk["custodian"]),
        until=tip.received_on + cases.timedelta(days=3),
        by=desk["custodian"].user,
    )
    disclosures.read_identity(tip=tip, vault=reader, by=by)


def reward_it(visit, desk, opened):
    one, other = (
        {"vault": opened(desk[name]), "by": desk[name].user}
        for name in ("aigerim", "bolat")
    )
    tip = Tip.objects.get()
    for state in ("in_review", "answered"):
        cases.move(tip=tip, to=state, by=one["by"])
    cases.move(tip=tip, to="closed", outcome="confirmed", by=one["by"])
    index = MonthlyIndex.objects.first()
    step = {"gravity": "grave", "damage": None, "index": index, **one}
    rewards.propose(tip=tip, **step)
    rewards.approve(tip=tip, **other)
    visit.tip.refresh_from_db()
    payee = {"name": NAME, "number": CONTACT, "account": CONTACT}
    assert rewards.give_payee(visit=visit, payee=payee)
    assert rewards.read_payee(tip=tip, **one) == payee


def hand_it_over(tip, code, desk, opened):
    key = share_root(code).public_key
    authority = Authority.objects.create(name="Prosecutor", public_key=key)
    reader, by = opened(desk["aigerim"]), desk["aigerim"].user
    file = export_case(tip=Tip.objects.get(), to=authority, vault=reader, by=by)
    assert path_of(file).stat().st_size > len(EVIDENCE)


def dictate(client):
    """File by an operator's draft; return the receipt read out and the one after it."""
    said = {"form": token_hex(16), "opened": 0, "version": 1, "is_dictated": True}
    reporter = Reporter(client)
    draft = seal_form("draft", said, minutes=60)
    reporter.page = client.post("/en/report/write/", {"draft": draft})
    reporter.send(subject="theft", what=SPOKEN).send(when=SPOKEN).send(who=SPOKEN)
    reporter.send(is_named="no").send().send()
    code = reporter.receipt()
    first = client.post("/en/report/receipt/", {"receipt": code})
    own = RECEIPT.search(first.content.decode())[1]
    kept = {"sealed": hidden(first, "sealed"), "receipt": own}
    client.post("/en/report/kept/", kept)
    assert open_by_receipt(own).tip.is_receipt_shared is False
    return code, own


def fail_in_the_view(client, visit, monkeypatch):
    """Break the view in the middle of a message, with the message at hand."""

    def broken(**kwargs):
        raise RuntimeError("provoked")

    monkeypatch.setattr(visit_views, "answer_as_reporter", broken)
    state = seal_form("visit", visit.as_state(), minutes=5)
    page = client.post(
        "/en/report/case/", {"visit": state, "action": "message", "text": SAID}
    )
    assert page.status_code == 500
    assert page.headers["Cache-Control"].startswith("no-store")


def test_the_search_finds_what_it_should():
    """The harness itself must be able to fail."""
    for disguise in (
        WHAT.encode(),
        WHAT.encode("utf-16-le"),
        base64.b64encode(b"beside " + WHAT.encode() + b" this"),
        WHAT.encode().hex().encode(),
        json.dumps({"said": WHAT}).encode(),
        quote(WHAT).encode(),
    ):
        with pytest.raises(AssertionError, match="lies in"):
            assert_absent([("store", b"before " + disguise + b" after")], [WHAT])


def test_no_time_finer_than_a_day_stands_by_a_report():
    staff_only = {"VaultSession"}
    fine = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("reports").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, (models.DateTimeField, models.TimeField))
        and model.__name__ not in staff_only
    ]

    assert fine == []


def test_no_counter_tells_the_order_of_filing():
    counted = {
        model.__name__
        for model in apps.get_app_config("reports").get_models()
        if isinstance(model._meta.pk, models.AutoField)
    }

    # Rows that staff make; none of them is made when a report is filed.
    assert counted <= {
        "Channel", "Questionnaire", "Recipient", "Salt", "VaultSession", "Disclosure",
        "AnswerTemplate", "RecoveryKey", "Authority",
        "Figure", "FiguresRelease", "MonthlyIndex", "RewardRule",
    }  # fmt: skip


KILLED = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from reports.uploads import SealedUploadHandler
settings.MEDIA_ROOT = sys.argv[1]
settings.TIP_FREE_BYTES = 0
handler = SealedUploadHandler()
handler.new_file("file", "смета.pdf", "application/pdf", None)
for number in range(40):
    handler.receive_data_chunk(b"%05d fileguts-41aa77-99c1d4-evidence " % number * 200, 0)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_upload_leaves_no_plaintext(settings):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.MEDIA_ROOT)],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        check=False,
    )
    stored = b"".join(content for _name, content in files_under(settings.MEDIA_ROOT))

    assert done.returncode == -signal.SIGKILL
    assert len(stored) > 65_000
    assert_absent([("media", stored)], [GUTS, "смета.pdf"])


@pytest.mark.django_db
def test_reports_are_not_in_the_order_of_filing(filed):
    filings = [filed().tip.reference for _ in range(8)]

    listed = list(Tip.objects.values_list("reference", flat=True))

    assert listed == sorted(filings)
