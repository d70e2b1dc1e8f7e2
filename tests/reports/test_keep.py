"""What a reporter may keep or ask: words, a proof, a feed, erasure."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import VerifyKey

from reports.attestation import make_proof, public_key, read_proof
from reports.form_tokens import seal_form
from reports.models import Tip
from reports.receipts import as_words
from reports.services import cases, holders
from reports.services.visits import (
    filing_proof,
    give_name,
    has_answer,
    open_by_receipt,
    read_report,
)
from tests.reports.conftest import MARK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
ATOM = "{http://www.w3.org/2005/Atom}"


def visited(client, receipt, action):
    state = seal_form("visit", open_by_receipt(receipt).as_state(), minutes=5)
    page = client.post("/en/report/case/", {"visit": state, "action": action})
    return page.content.decode()


def test_words_open_a_report(client, filed):
    receipt = filed().receipt

    said = " ".join(as_words(receipt, "kk"))
    page = client.post("/kk/report/receipt/", {"receipt": said})

    assert MARK in page.content.decode()


# The proof


def test_a_proof_is_checked_here_and_elsewhere(client, filed):
    filing = filed()

    page = visited(client, filing.receipt, "proof")
    proof = re.search(r'<pre class="key">([^<]+)</pre>', page)[1]
    checked = client.post(
        "/en/report/proof/", {"proof": proof, "receipt": filing.receipt}
    ).content.decode()

    assert "This portal signed it" in checked
    assert "as it was filed" in checked
    *lines, signature = proof.splitlines()
    VerifyKey(bytes.fromhex(public_key())).verify(
        "".join(f"{line}\n" for line in lines).encode(), bytes.fromhex(signature)
    )


def test_a_proof_tells_a_day_and_nothing_of_the_report(filed):
    filing = filed()

    lines = filing_proof(open_by_receipt(filing.receipt)).splitlines()

    assert lines[2] == filing.tip.received_on.isoformat()
    assert len(lines) == 5
    assert filing.tip.reference not in "".join(lines)
    assert str(filing.tip.pk) not in "".join(lines)


def test_equal_reports_have_different_proofs(filed):
    first, second = (filing_proof(open_by_receipt(filed().receipt)) for _ in "ab")

    assert first.splitlines()[3] != second.splitlines()[3]


def test_a_proof_of_another_report_is_told_apart(client, filed):
    proof = filing_proof(open_by_receipt(filed().receipt))

    page = client.post(
        "/en/report/proof/", {"proof": proof, "receipt": filed().receipt}
    ).content.decode()

    assert "This portal signed it" in page
    assert "It is not of a report" in page


@pytest.mark.usefixtures("db")
def test_a_proof_outlives_a_new_key(filed, opened, desk):
    filing = filed()
    before = filing_proof(open_by_receipt(filing.receipt))

    reader = opened(desk["aigerim"])
    holders.rekey(tip=Tip.objects.get(), vault=reader, by=desk["aigerim"].user)

    assert filing_proof(open_by_receipt(filing.receipt)) == before


def test_a_changed_proof_is_refused():
    proof = make_proof(date(2026, 1, 2), "ab" * 32)

    assert read_proof(f"\r\n{proof.replace(chr(10), chr(13) + chr(10))}") is not None
    for wrong in ("2026-01-03", "2027-01-02", "2026-99-99"):
        assert read_proof(proof.replace("2026-01-02", wrong)) is None
    assert read_proof(proof.replace("abab", "abac", 1)) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=700))
def test_any_text_is_no_proof(text):
    assert read_proof(text) is None


# The feed


def feed_of(client, address):
    page = client.get(address.removeprefix("http://testserver"))
    return page, ElementTree.fromstring(page.content)


def test_the_feed_tells_of_an_answer_and_of_nothing_else(client, filed, opened, desk):
    filing = filed()
    page = visited(client, filing.receipt, "")
    address = re.search(r"http://testserver/en/report/feed/\w+/", page)[0]
    quiet, empty = feed_of(client, address)

    reader, by = opened(desk["aigerim"]), desk["aigerim"].user
    step = {"tip": filing.tip, "vault": reader, "by": by}
    cases.answer(text="a note", is_note=True, **step)
    assert not feed_of(client, address)[1].findall(f"{ATOM}entry")
    cases.answer(text="said in secret", is_note=False, **step)
    answered, full = feed_of(client, address)

    assert empty.findall(f"{ATOM}entry") == []
    (entry,) = full.findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == "There is an answer"
    assert entry.find(f"{ATOM}updated").text[11:16] == "00:00"
    text = answered.content.decode()
    for secret in ("said in secret", filing.tip.reference, str(filing.tip.pk), MARK):
        assert secret not in text
    assert "no-store" in quiet.headers["Cache-Control"]
    assert "Set-Cookie" not in quiet.headers


def test_an_unknown_feed_looks_like_one_without_an_answer(client, filed):
    known = open_by_receipt(filed().receipt).feed
    shape = re.compile(rb"urn:acp:\w+|<updated>[^<]+")

    pages = [client.get(f"/en/report/feed/{t}/") for t in (known, "0" * 40, "x")]

    assert {page.status_code for page in pages} == {200}
    assert len({shape.sub(b"", page.content) for page in pages}) == 1


def test_the_address_of_a_feed_is_not_stored(filed):
    filing = filed()
    token = open_by_receipt(filing.receipt).feed

    row = Tip.objects.get()

    assert has_answer(token) == (False, 0)
    assert token.encode() not in bytes(row.feed)
    assert bytes(row.feed).hex() != token


# Erasure


def test_erasure_is_asked_for_and_taken_back(client, filed):
    receipt = filed().receipt

    visited(client, receipt, "erase")
    assert Tip.objects.get().erasure_asked_on is not None
    page = visited(client, receipt, "")
    visited(client, receipt, "keep")

    assert "Two members of staff decide" in page
    assert Tip.objects.get().erasure_asked_on is None


def test_a_name_is_taken_back_at_once(client, filed):
    receipt = filed(name="Named", contact="+7").receipt

    visited(client, receipt, "unname")

    report = read_report(open_by_receipt(receipt))
    assert (report.name, report.contact) == ("", "")


def test_an_empty_identity_is_as_long_as_a_full_one(filed):
    filing = filed(name="Named", contact="+7")
    before = len(Tip.objects.get().identity)

    give_name(visit=open_by_receipt(filing.receipt), name="", contact="")

    assert len(Tip.objects.get().identity) == before
