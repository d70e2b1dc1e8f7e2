import io
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from corruption_map.evidence_files import LARGEST_FILE, check_evidence
from corruption_map.models import Change, Evidence
from corruption_map.services.evidence import add_evidence, remove_evidence
from tests.corruption_map.workbooks import repacked, risk_xlsx
from tests.factories.corruption_map import EvidenceFactory, MeasureFactory

PDF = b"%PDF-1.7 the order"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def add(measure, by, content=PDF, name="order.pdf", **values):
    file = SimpleUploadedFile(name, content)
    return add_evidence(
        measure=measure, title={"en": "The order"}, file=file, by=by, **values
    )


REFUSED = {
    "nothing": b"",
    "program": b"MZ\x90\x00",
    "script": b"<script>alert(1)</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "broken package": b"PK\x03\x04 not a package",
    "package with macros": repacked(risk_xlsx(), {"xl/vbaProject.bin": b"x"}),
    "package with a program": repacked(risk_xlsx(), {"xl/embeddings/x.exe": b"x"}),
    "another package": repacked(risk_xlsx(), drop=["xl/workbook.xml"]),
    "no package of office": repacked(risk_xlsx(), drop=["[Content_Types].xml"]),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_file_is_told_by_its_bytes(editor, kind):
    with pytest.raises(ValidationError, match="Send a PDF"):
        add(MeasureFactory(), editor, REFUSED[kind], "order.pdf")


TAKEN = {
    "pdf": PDF,
    "jpg": b"\xff\xd8\xff\xe0 picture",
    "png": b"\x89PNG\r\n\x1a\n picture",
    "xlsx": risk_xlsx(),
    "docx": repacked(
        risk_xlsx(), {"word/document.xml": b"<w/>"}, drop=["xl/workbook.xml"]
    ),
}


@pytest.mark.parametrize("extension", TAKEN)
def test_extension_follows_the_bytes(editor, extension):
    evidence = add(MeasureFactory(), editor, TAKEN[extension], "holiday.exe")

    assert Path(evidence.file.name).suffix == f".{extension}"
    assert evidence.sha256 == sha256(TAKEN[extension]).hexdigest()


def test_too_large_a_file_is_refused():
    file = SimpleUploadedFile("order.pdf", b"")
    file.size = LARGEST_FILE + 1

    with pytest.raises(ValidationError, match="larger than 20 MB"):
        check_evidence(file)


@pytest.mark.parametrize("both", [True, False])
def test_either_file_or_address(editor, both):
    file = io.BytesIO(PDF) if both else None
    url = "https://example.org/order" if both else ""

    with pytest.raises(ValidationError, match="either a file or an address"):
        add_evidence(measure=MeasureFactory(), title={}, file=file, url=url, by=editor)


def test_stranger_adds_no_evidence(stranger, body, media):
    with pytest.raises(PermissionDenied, match="what you work on"):
        add(MeasureFactory(executor=body), stranger)

    assert list(media.rglob("*.pdf")) == []


def test_cancelled_measure_takes_no_evidence(editor):
    measure = MeasureFactory(state="cancelled", state_reason_en="Because")

    with pytest.raises(ValidationError, match="cancelled measure"):
        add(measure, editor)


def test_adding_is_public(editor):
    add(MeasureFactory(risk__published=True), editor)

    assert Change.objects.get().after == "The order"


def test_removed_file_is_gone(editor, media, django_capture_on_commit_callbacks):
    evidence = add(MeasureFactory(risk__published=True), editor)

    with django_capture_on_commit_callbacks(execute=True):
        remove_evidence(evidence=evidence, by=editor)

    assert not Evidence.objects.exists()
    assert list(media.rglob("*.pdf")) == []
    assert Change.objects.first().before == "The order"


def test_stranger_removes_no_evidence(stranger, body):
    evidence = EvidenceFactory(measure__executor=body)

    with pytest.raises(PermissionDenied, match="what you work on"):
        remove_evidence(evidence=evidence, by=stranger)
