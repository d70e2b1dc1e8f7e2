"""A case handed to an authority opens to it alone, whole and signed."""

import hashlib
import io
import json
import zipfile
from base64 import b64encode

import pytest
from django.core.management import CommandError, call_command
from nacl.signing import VerifyKey
from pypdf import PdfReader

from reports.attestation import public_key
from reports.crypto import SealBrokenError
from reports.models import Authority
from reports.receipts import new_receipt
from reports.services import cases, handover
from reports.services.recovery import share_root
from reports.uploads import folder, path_of
from tests.factories.accounts import UserFactory
from tests.reports.conftest import MARK
from tests.reports.test_cleaning import stored
from tests.reports.test_staff_pages import events, unlocked
from tests.reports.test_staff_pages import one_factor as one_factor
from tests.reports.test_staff_pages import people as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
EVIDENCE = b"evidence " * 20_000


@pytest.fixture
def code():
    return new_receipt()


@pytest.fixture
def authority(code):
    key = share_root(code).public_key
    return Authority.objects.create(name="Prosecutor", public_key=key)


@pytest.fixture
def export(people, filed, opened, authority):
    record = {**stored(EVIDENCE, "../смета.txt"), "type": "text/plain"}
    tip = filed(files=[record], name="Named Marker").tip
    reader, by = opened(people["aigerim"]), people["aigerim"].user
    step = {"tip": tip, "vault": reader, "by": by}
    cases.answer(text="Which store?", is_note=False, **step)
    cases.answer(text="a note", is_note=True, **step)
    return path_of(handover.export_case(to=authority, **step))


def opened_archive(path, code):
    sink = io.BytesIO()
    with path.open("rb") as source:
        handover.open_export(share_root(code), source, sink.write)
    return zipfile.ZipFile(sink)


def test_the_authority_reads_report_conversation_and_files(export, code):
    archive = opened_archive(export, code)

    facts = json.loads(archive.read("case.json"))
    (name,) = [n for n in archive.namelist() if n.startswith("files/")]
    text = PdfReader(io.BytesIO(archive.read("case.pdf"))).pages[0].extract_text()
    assert MARK in [value for _label, value in facts["answers"]]
    assert [turn["text"] for turn in facts["conversation"]] == ["Which store?"]
    assert archive.read(name) == EVIDENCE
    assert ".." not in name
    assert "Which store?" in text
    inside = b"".join(archive.read(n) for n in archive.namelist())
    assert b"a note" not in inside
    assert b"Named Marker" not in inside


def test_the_manifest_is_signed_and_fits(export, code):
    archive = opened_archive(export, code)
    manifest = archive.read("manifest.json")
    signature, key = archive.read("manifest.sig").decode().split()

    assert key == public_key()
    VerifyKey(bytes.fromhex(key)).verify(
        b"acp manifest 1\n" + manifest, bytes.fromhex(signature)
    )
    for name, digest in json.loads(manifest)["sha256"].items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest


def test_nobody_else_opens_it_and_the_disk_has_no_plaintext(export):
    sealed = export.read_bytes()

    assert MARK.encode() not in sealed
    assert EVIDENCE[:16] not in sealed
    with pytest.raises(SealBrokenError):
        opened_archive(export, new_receipt())


@pytest.mark.parametrize("at", [0, 20, 40, 1300, -1])
def test_a_changed_export_is_refused(export, code, at):
    sealed = bytearray(export.read_bytes())
    sealed[at] ^= 1
    export.write_bytes(bytes(sealed))

    with pytest.raises(SealBrokenError):
        opened_archive(export, code)


def test_a_cut_export_leaves_no_archive(export, code, tmp_path, monkeypatch):
    export.write_bytes(export.read_bytes()[:-1])
    monkeypatch.setattr(
        "reports.management.commands.open_export.getpass", lambda _text: code
    )

    with pytest.raises(CommandError):
        call_command("open_export", str(export), str(tmp_path / "out.zip"))

    assert not (tmp_path / "out.zip").exists()


def test_a_recipient_gets_the_file_and_the_disk_keeps_none(
    people, filed, authority, code, tmp_path
):
    tip = filed().tip
    url = f"/admin/reports/tip/{tip.pk}/export/"
    client = unlocked(people["aigerim"])

    answer = client.post(url, {"to": authority.pk})
    path = tmp_path / "got"
    path.write_bytes(b"".join(answer.streaming_content))

    assert "case.json" in opened_archive(path, code).namelist()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert list(folder().iterdir()) == []
    assert events("export") == [tip.reference]
    assert unlocked(people["custodian"]).post(url).status_code in (403, 404)


def test_a_key_is_added_once_and_never_changed_in_place(client, code):
    client.force_login(UserFactory(root=True))
    key = b64encode(share_root(code).public_key).decode()
    url = "/admin/reports/authority/add/"

    wrong = client.post(url, {"name": "Court", "key": "bm90IGEga2V5"})
    client.post(url, {"name": "Court", "key": key})

    row = Authority.objects.get()
    assert "no such key" in wrong.content.decode()
    assert bytes(row.public_key) == share_root(code).public_key
    page = client.post(f"/admin/reports/authority/{row.pk}/change/", {"name": "X"})
    assert page.status_code == 403
