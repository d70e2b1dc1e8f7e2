"""An upload that breaks off leaves nothing behind, and the report is as it was."""

import io

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from reports.form_tokens import seal_form
from reports.models import SealedFile
from reports.services.visits import open_by_receipt, read_report
from reports.uploads import folder
from tests.reports.test_reporter_pages import Reporter, hidden

pytestmark = pytest.mark.django_db
CHUNK = 64 * 1024


class Cut(io.BytesIO):
    """A connection that is reset after so many bytes."""

    def __init__(self, content, at):
        super().__init__(content[:at])
        self.at = at

    def read(self, size=-1):
        got = super().read(size)
        if not got:
            raise ConnectionResetError
        return got


def forms(filing):
    visit = seal_form("visit", open_by_receipt(filing.receipt).as_state(), minutes=60)
    page = Reporter(Client()).page
    draft = {name: hidden(page, name) for name in ("draft", "step")}
    return {
        "case/": {"visit": visit, "action": "add"},
        "write/": {**draft, "step": "files", "action": "add"},
    }


def body_of(fields):
    """Return a form with a whole small file and a large one."""
    two = [io.BytesIO(b"a" * 300), io.BytesIO(b"b" * (3 * CHUNK))]
    for number, file in enumerate(two):
        file.name = f"{number}.txt"
    return encode_multipart(BOUNDARY, {**fields, "file": two})


def answer(page, body, at):
    sent = Client().generic(
        "POST",
        f"/en/report/{page}",
        body,
        content_type=MULTIPART_CONTENT,
        **{"wsgi.input": Cut(body, at)},
    )
    return sent.status_code, sent.content


def left():
    return list(folder().iterdir()) if folder().exists() else []


@pytest.mark.parametrize("page", ["case/", "write/"])
@pytest.mark.parametrize("missing", [1, CHUNK, 3 * CHUNK - 5])
def test_a_broken_upload_leaves_nothing_behind(desk, filed, page, missing):
    filing = filed()
    body = body_of(forms(filing)[page])

    status, text = answer(page, body, len(body) - 40 - missing)

    assert status == 400
    assert b"Traceback" not in text
    assert left() == []
    assert not SealedFile.objects.exists()
    # What was there before is whole, and the next try goes through.
    assert read_report(open_by_receipt(filing.receipt)).files == []
    assert answer(page, body, len(body))[0] == 200
    assert len(left()) == 2
