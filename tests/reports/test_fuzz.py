"""Broken forms and files are answered politely, never with an error of ours."""

import os
import random

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from reports.form_tokens import seal_form
from reports.services.visits import open_by_receipt
from reports.uploads import folder
from tests.reports.test_reporter_pages import Reporter, hidden

pytestmark = pytest.mark.django_db
# `benchmarks/reports_fuzz.py` goes a hundred thousand.
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "250"))
SEED = int(os.environ.get("FUZZ_SEED", "11"))


def spoiled(body, source):
    """Cut, flip, repeat or move some bytes of a form."""
    body = bytearray(body)
    for _ in range(source.randrange(1, 6)):
        place = source.randrange(len(body) + 1)
        kind = source.randrange(5)
        if kind == 0:
            del body[place : place + source.randrange(40)]
        elif kind == 1 and place < len(body):
            body[place] ^= 1 << source.randrange(8)
        elif kind == 2:
            body[place:place] = body[: source.randrange(80)]
        elif kind == 3:
            body[place:place] = source.randbytes(source.randrange(12))
        else:
            body[place:place] = source.choice(
                [
                    b"\r\n",
                    b"--",
                    BOUNDARY.encode(),
                    b'; filename=""',
                    b"\0",
                    b"%",
                    b"\xff",
                ]
            )
    return bytes(body) or b"x"


@pytest.fixture
def forms(desk, filed):
    page = Reporter(Client()).page
    first = {n: hidden(page, n) for n in ("draft", "step")}
    state = open_by_receipt(filed().receipt).as_state()
    visit = seal_form("visit", state, minutes=60)
    return [
        ("write/", {**first, "action": "next", "subject": "theft", "what": "x"}),
        ("write/", {**first, "step": "files", "action": "add", "file": "x" * 300}),
        ("case/", {"visit": visit, "action": "message", "text": "Сәлем"}),
        ("case/", {"visit": visit, "action": "add", "file": "y" * 300}),
        ("case/", {"visit": visit, "action": "send-files", "pending": "x" * 80}),
        ("receipt/", {"receipt": "0" * 24}),
        ("kept/", {"sealed": "x", "receipt": "y"}),
    ]


def test_spoiled_forms_get_an_answer(forms):
    source = random.Random(SEED)
    client = Client(raise_request_exception=False)
    answers = set()

    for _ in range(ROUNDS):
        page, fields = source.choice(forms)
        body = encode_multipart(BOUNDARY, fields).replace(
            b'name="file"', b'name="file"; filename="a.txt"'
        )
        answer = client.generic(
            "POST",
            f"/en/report/{page}",
            spoiled(body, source),
            content_type=source.choice(
                [MULTIPART_CONTENT] * 5 + ["multipart/form-data"]
            ),
        )
        answers.add(answer.status_code)
        assert answer.headers["Cache-Control"].startswith("no-store")

    assert answers <= {200, 302, 400, 404, 413}
    assert all(path.stat().st_size > 60_000 for path in folder().iterdir())


def test_odd_answers_to_questions_are_asked_again(forms):
    source = random.Random(SEED)
    odd = ["", "\0", "\ud7ff", "x" * 30_000, "1e999", "KZ-99", "../", "𝔘", "-1", "[]"]
    client = Client(raise_request_exception=False)
    (_page, fields) = forms[0]

    for _ in range(ROUNDS // 5):
        sent = {**fields, source.choice(list(fields)): source.choice(odd)}
        answer = client.post("/en/report/write/", {**sent, "area": source.choice(odd)})
        assert answer.status_code == 200
