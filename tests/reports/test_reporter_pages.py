import re
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO
from itertools import count
from statistics import median
from time import perf_counter
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from reports import proof
from reports.form_tokens import open_form
from reports.models import SealedFile, Tip
from reports.receipts import new_receipt, parse_receipt
from reports.services.cases import read_case
from reports.services.visits import open_by_receipt, read_report
from reports.uploads import folder
from tests.factories.territory import AreaFactory
from tests.reports.conftest import MARK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

EVIDENCE = b"%PDF-1.7 the file's own marker 99c1 " * 200
PAGES = ["", "write/", "receipt/", "kept/", "case/", "leave/", "nowhere/"]
RECEIPT = re.compile(r'class="receipt">([^<]+)<')


def hidden(response, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return unescape(found[1])


class Reporter:
    """A browser without scripts: it sends what the page holds, and nothing else."""

    def __init__(self, client, language="en"):
        self.client = client
        self.root = f"/{language}/report/"
        self.page = client.get(f"{self.root}write/")

    @property
    def text(self):
        return unescape(self.page.content.decode())

    def send(self, action="next", **fields):
        state = {name: hidden(self.page, name) for name in ("draft", "step")}
        self.page = self.client.post(
            f"{self.root}write/", {**state, "action": action, **fields}
        )
        return self

    def tell(self, **more):
        self.send(subject="theft", what=MARK)
        self.send(when="spring", **more.pop("where", {}))
        self.send(who="the director", **more)
        return self

    def receipt(self):
        return RECEIPT.search(self.text)[1]


@pytest.fixture
def reporter(client, desk, monkeypatch):
    # The clock is not waited for; the wait has tests of its own.
    monkeypatch.setattr(proof, "PATIENCE_SECONDS", 0)
    return Reporter(client)


def signed_photo():
    photo, tags = BytesIO(), Image.Exif()
    tags[315] = "Photographer Marker"
    Image.new("RGB", (9, 9)).save(photo, "JPEG", exif=tags)
    return photo.getvalue()


def the_whole_way(reporter):
    reporter.tell(evidence="yes")
    reporter.send(evidence_where="in the safe")
    reporter.send(is_named="no")
    reporter.send("add", file=SimpleUploadedFile("смета.pdf", EVIDENCE))
    reporter.send().send()
    return reporter.receipt()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_report_is_written_and_read_back_without_scripts(
    client, desk, opened, monkeypatch, language
):
    monkeypatch.setattr(proof, "PATIENCE_SECONDS", 0)
    reporter = Reporter(client, language)

    receipt = the_whole_way(reporter)

    page = client.post(f"/{language}/report/receipt/", {"receipt": receipt.lower()})
    assert MARK in page.content.decode()
    assert "смета.pdf" in page.content.decode()
    tip = Tip.objects.get()
    case = read_case(tip=tip, vault=opened(desk["bolat"]), by=desk["bolat"].user)
    assert case.head.answers["evidence_where"] == "in the safe"
    assert case.head.language == language


def test_the_receipt_must_be_typed_back(client, reporter):
    receipt = the_whole_way(reporter)
    sealed = hidden(reporter.page, "sealed")

    wrong = client.post("/en/report/kept/", {"sealed": sealed, "receipt": "0" * 24})
    right = client.post("/en/report/kept/", {"sealed": sealed, "receipt": receipt})

    assert "not the receipt above" in wrong.content.decode()
    assert receipt in wrong.content.decode()
    assert receipt not in right.content.decode()


def test_the_receipt_is_in_no_address_title_or_header(reporter):
    receipt = the_whole_way(reporter)
    page = reporter.page
    title = re.search(r"<title>(.*?)</title>", reporter.text, re.DOTALL)[1]

    assert page.status_code == 200
    assert receipt not in title
    assert receipt not in str(page.headers)
    assert not re.search(r'(?:href|action)="[^"]*' + receipt[:9], reporter.text)


def test_titles_are_the_portals_name_and_nothing_more(client, desk):
    titles = {
        re.search(
            r"<title>(.*?)</title>", client.get(f"/en/report/{p}").content.decode()
        )[1]
        for p in ("", "write/", "receipt/")
    }

    assert len(titles) == 1
    assert "report" not in titles.pop().lower()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_no_page_leaves_a_trace(client, desk, page, method):
    response = getattr(client, method)(f"/en/report/{page}")

    assert response.headers["Cache-Control"].startswith("no-store")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert not response.cookies
    assert not client.cookies


def test_a_browser_without_origin_may_report(client, desk):
    strict = Client(enforce_csrf_checks=True, headers={"origin": "null"})

    page = strict.post("/en/report/receipt/", {"receipt": "x"})

    assert page.status_code == 200


def test_the_way_out_is_on_every_page(client, reporter):
    the_whole_way(reporter)
    pages = [client.get(f"/en/report/{page}") for page in ("", "write/", "receipt/")]

    for page in [*pages, reporter.page]:
        assert 'id="leave"' in page.content.decode()
    gone = client.get("/en/report/leave/")
    assert gone.status_code == 302
    assert gone.headers["Clear-Site-Data"]


def test_the_portal_says_when_nobody_would_read(client, db):
    start = client.get("/en/report/")

    assert "Reports cannot be taken here yet" in start.content.decode()
    assert client.get("/en/report/write/").status_code == 302


def test_the_official_ways_stay_on_the_first_page(client, desk):
    page = client.get("/en/report/").content.decode()

    assert "e-Otinish" in page
    assert "No. 188-VII" in page


# Questions


def test_a_hidden_branch_is_not_asked_and_not_stored(reporter):
    reporter.tell(money="no")
    # The page with "How much money" is passed over; who sends it anyway is not heard.
    assert "Who may know" in reporter.text
    reporter.send(is_named="no", amount="a million").send().send()

    answers = read_report(open_by_receipt(reporter.receipt())).head.answers
    assert "amount" not in answers


def test_going_back_and_changing_an_answer_drops_its_branch(reporter):
    reporter.tell(money="yes")
    reporter.send(amount="a million marker")
    reporter.send("back")
    reporter.send("back", amount="a million marker")
    reporter.send(who="x", money="no")
    reporter.send(is_named="no").send()

    assert "a million marker" not in reporter.text


def test_a_required_question_is_asked_again(reporter):
    reporter.send(subject="theft", what="")

    assert "Step 1 of" in reporter.text
    assert "This field is required" in reporter.text


def test_a_step_cannot_be_jumped_to_the_end(client, reporter):
    state = hidden(reporter.page, "draft")

    page = client.post(
        "/en/report/write/", {"draft": state, "step": "review", "action": "next"}
    )

    assert "Some questions still need an answer" in page.content.decode()
    assert Tip.objects.count() == 0


def test_a_changed_draft_is_refused(client, reporter):
    state = hidden(reporter.page, "draft")

    page = client.post("/en/report/write/", {"draft": state[:-8] + "AAAAAAAA"})

    assert "open too long" in page.content.decode()


def test_a_name_typed_but_not_wanted_is_dropped(reporter):
    reporter.tell().send(is_named="no", name="Typed Marker")
    reporter.send()

    assert "Typed Marker" not in reporter.text
    assert open_form("draft", hidden(reporter.page, "draft"))["name"] == ""


def test_an_excluded_person_is_not_among_the_readers(reporter, desk):
    reporter.tell().send(is_named="no", excluded=[str(desk["bolat"].public_id)])
    reporter.send()
    assert "Aigerim" in reporter.text
    assert "Bolat" not in reporter.text
    reporter.send()

    assert not Tip.objects.get().wraps.filter(recipient=desk["bolat"]).exists()


def test_an_area_is_offered_by_name(client, desk):
    AreaFactory(iso="KZ-99", name_en="Marker region")

    reporter = Reporter(client).send(subject="theft", what="x")

    assert "Marker region" in reporter.text


# Once, and not too soon


def test_a_form_sent_twice_files_one_report(reporter):
    reporter.tell().send(is_named="no").send()
    before = reporter.page
    reporter.send()
    reporter.page = before
    reporter.send()

    assert "sent already" in reporter.text
    assert Tip.objects.count() == 1


def test_a_form_too_young_waits_and_loses_nothing(client, desk):
    reporter = Reporter(client)

    reporter.tell().send(is_named="no").send().send()

    assert "Wait" in reporter.text
    assert MARK in reporter.text
    assert Tip.objects.count() == 0


def work_on(form):
    return [
        next(str(n) for n in count() if proof.is_piece_worked(form, piece, str(n)))
        for piece in range(proof.PIECES)
    ]


def test_a_young_form_with_its_work_done_is_taken(client, desk):
    reporter = Reporter(client)
    reporter.tell().send(is_named="no").send()
    form = bytes.fromhex(open_form("draft", hidden(reporter.page, "draft"))["form"])

    reporter.send(proof=",".join(work_on(form)))

    assert reporter.receipt()


def test_work_is_done_whole_in_its_order_and_for_its_form():
    numbers = work_on(b"form")

    assert proof.is_worked(b"form", ",".join(numbers))
    for spoiled in (
        numbers[:-1],
        [*numbers, numbers[-1]],
        [numbers[0]] * proof.PIECES,
        [""] * proof.PIECES,
        ["x" * 10**6, *numbers[1:]],
    ):
        assert not proof.is_worked(b"form", ",".join(spoiled))
    assert not proof.is_worked(b"another form", ",".join(numbers))


def test_a_flood_does_not_keep_a_person_waiting(client, desk, filed, monkeypatch):
    monkeypatch.setattr(proof, "FLOOD", 2)
    for _ in range(3):
        filed()
    reporter = Reporter(client)
    an_hour_ago = int(timezone.now().timestamp()) - 3600

    assert proof.seconds_to_wait(an_hour_ago) == 0
    assert proof.seconds_to_wait(an_hour_ago + 3590) > 0
    assert reporter.page.status_code == 200


# Receipts


def closed(receipt):
    tip = open_by_receipt(receipt).tip
    today = timezone.localdate()
    Tip.objects.filter(pk=tip.pk).update(
        state="closed", outcome="confirmed", closed_on=today, erase_on=today
    )


def test_wrong_unknown_and_ended_receipts_look_the_same(client, filed):
    ended = filed().receipt
    closed(ended)
    tries = ["", "nonsense", "0" * 24, "Ж" * 24, new_receipt(), ended, "x" * 9000]

    pages = [client.post("/en/report/receipt/", {"receipt": text}) for text in tries]

    assert {page.status_code for page in pages} == {200}
    assert len({page.content for page in pages}) == 1


def test_receipts_that_open_nothing_take_the_same_time(filed):
    ended = filed().receipt
    closed(ended)
    kinds = {"wrong": "0" * 23 + "1", "unknown": new_receipt(), "ended": ended}
    for text in kinds.values():
        open_by_receipt(text)
    times = {kind: [] for kind in kinds}

    for _ in range(200):
        for kind, text in kinds.items():
            start = perf_counter()
            open_by_receipt(text)
            times[kind].append(perf_counter() - start)

    medians = [median(taken) for taken in times.values()]
    assert max(medians) < 1.25 * min(medians)


def test_a_closed_case_is_read_until_it_is_erased(client, filed):
    receipt = filed().receipt
    tip = open_by_receipt(receipt).tip
    today = timezone.localdate()
    Tip.objects.filter(pk=tip.pk).update(
        state="closed",
        outcome="confirmed",
        closed_on=today,
        erase_on=today + timedelta(days=5),
    )

    page = client.post("/en/report/receipt/", {"receipt": receipt})

    assert "Confirmed" in page.content.decode()


# Coming back


@pytest.fixture
def back(client, filed):
    receipt = filed().receipt
    page = client.post("/en/report/receipt/", {"receipt": receipt})

    def act(action, **fields):
        visit = {"visit": hidden(page, "visit"), "action": action}
        return client.post("/en/report/case/", {**visit, **fields})

    act.receipt = receipt
    return act


def test_the_reporter_writes_and_gives_a_name(back):
    assert (
        '<p class="said">more to say</p>'
        in back("message", text="more to say").content.decode()
    )
    assert "Later Name" in back("name", name="Later Name").content.decode()


def test_the_reporter_adds_a_file_and_gets_it_back(back):
    page = sent_later(back, SimpleUploadedFile("note.html", b"<script>1</script>"))
    row = SealedFile.objects.get()
    assert "note.html" in page.content.decode()

    got = back(f"file-{row.id}")

    assert b"".join(got.streaming_content) == b"<script>1</script>"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def send_file(client, receipt, file):
    """Add a file to a report that was filed before, and send it after looking."""
    page = client.post("/en/report/receipt/", {"receipt": receipt})
    visit = {"visit": hidden(page, "visit")}
    page = client.post("/en/report/case/", {**visit, "action": "add", "file": file})
    sent = {**visit, "action": "send-files", "pending": hidden(page, "pending")}
    return client.post("/en/report/case/", sent)


def sent_later(back, file, action="send-files"):
    return back(action, pending=hidden(back("add", file=file), "pending"))


def test_what_a_later_file_tells_is_shown_before_it_is_sent(back):
    page = back("add", file=SimpleUploadedFile("x.jpg", signed_photo()))

    assert "Photographer Marker" in page.text
    assert not SealedFile.objects.exists()


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        ("send-files", {"x.jpg", "x-clean.jpg"}),
        ("send-clean", {"x-clean.jpg"}),
        ("drop-files", set()),
    ],
)
def test_the_reporter_decides_what_of_a_later_file_is_sent(back, action, kept):
    sent_later(back, SimpleUploadedFile("x.jpg", signed_photo()), action)

    report = read_report(open_by_receipt(back.receipt))
    assert {file.name for file in report.files} == kept


def test_later_files_sent_twice_are_kept_once(back):
    pending = hidden(back("add", file=SimpleUploadedFile("a.txt", b"a")), "pending")

    pages = [back("send-files", pending=pending) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert SealedFile.objects.count() == 1
    assert "waited too long" in back("send-files", pending="AAAA").text


def test_a_file_of_another_report_is_not_given(back, client, filed):
    sent_later(back, SimpleUploadedFile("a.txt", b"a"))
    row = SealedFile.objects.get()
    page = client.post("/en/report/receipt/", {"receipt": filed().receipt})

    visit = {"visit": hidden(page, "visit"), "action": f"file-{row.id}"}

    assert client.post("/en/report/case/", visit).status_code == 404
    assert back(f"file-{uuid4()}").status_code == 404
    assert back("file-x").status_code == 404


def test_a_page_open_too_long_opens_nothing(back, client):
    assert (
        "open too long"
        in client.post(
            "/en/report/case/", {"visit": "AAAA", "action": "message", "text": "x"}
        ).content.decode()
    )


# Uploads


def test_a_file_on_the_disk_is_ciphertext_without_its_hour(reporter):
    reporter.tell().send(is_named="no")
    reporter.send("add", file=SimpleUploadedFile("смета.pdf", EVIDENCE))
    (path,) = folder().iterdir()
    stored = path.read_bytes()
    written = datetime.fromtimestamp(
        path.stat().st_mtime, timezone.get_default_timezone()
    )

    assert not any(EVIDENCE[i : i + 16] in stored for i in range(len(EVIDENCE) - 16))
    assert (written.hour, written.minute, written.second) == (0, 0, 0)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_over_the_limit_leaves_nothing(reporter, settings):
    settings.TIP_FILE_BYTES = 100_000
    reporter.tell().send(is_named="no")

    reporter.send("add", file=SimpleUploadedFile("big.bin", b"b" * 300_000))

    assert "too large" in reporter.text
    assert list(folder().iterdir()) == []


def test_one_file_too_many_is_said(reporter, settings):
    settings.TIP_FILES = 1
    reporter.tell().send(is_named="no")
    for name in ("first.txt", "second.txt"):
        state = {n: hidden(reporter.page, n) for n in ("draft", "step")}
        file = SimpleUploadedFile(name, b"x")
        reporter.page = reporter.client.post(
            "/en/report/write/", {**state, "action": "add", "file": file}
        )

    assert "more files than fit" in reporter.text
    assert "first.txt" in reporter.text
    assert "second.txt" not in reporter.text


def test_a_file_can_be_taken_out_again(reporter):
    reporter.tell().send(is_named="no")
    reporter.send("add", file=SimpleUploadedFile("wrong.txt", b"x"))
    (record,) = open_form("draft", hidden(reporter.page, "draft"))["files"]

    reporter.send(f"remove-{record['id']}")

    assert "wrong.txt" not in reporter.text


def test_a_full_disk_refuses_files_and_takes_the_text(reporter, settings):
    settings.TIP_FREE_BYTES = 2**60
    reporter.tell().send(is_named="no")

    reporter.send("add", file=SimpleUploadedFile("a.bin", b"b"))
    assert "no room for files" in reporter.text
    reporter.send().send()

    assert reporter.receipt()


def test_no_file_goes_through_the_temporary_folder(reporter, settings, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(spool)
    reporter.tell().send(is_named="no")

    reporter.send("add", file=SimpleUploadedFile("a.bin", b"b" * 6_000_000))
    reporter.client.post(
        "/en/report/receipt/",
        {"receipt": "x", "other": SimpleUploadedFile("a.bin", b"b" * 6_000_000)},
    )

    assert list(spool.iterdir()) == []
    assert len(list(folder().iterdir())) == 1


def test_the_receipt_shown_is_whole(reporter):
    assert len(parse_receipt(the_whole_way(reporter))) == 24


def test_the_original_may_be_left_out(client, reporter, desk, opened):
    reporter.tell().send(is_named="no")
    reporter.send("add", file=SimpleUploadedFile("x.jpg", signed_photo()))
    assert "Photographer Marker" in reporter.text
    wanted = re.search(r'value="(only-[^"]+)"', reporter.text)[1]

    reporter.send(wanted)
    assert "Only the clean copy is sent" in reporter.text
    reporter.send().send()
    report = read_report(open_by_receipt(reporter.receipt()))

    assert [(file.name, file.of) for file in report.files] == [("x-clean.jpg", "")]
