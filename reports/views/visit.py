"""A reporter comes back: the key to the report is in the page and in no cookie."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.crypto import SealBrokenError
from reports.deadlines import first_due_label, first_due_late, protected_until
from reports.downloads import attachment_response
from reports.file_texts import told
from reports.form_tokens import FormTooOldError, open_form, seal_form
from reports.forms import MessageForm, NameForm, PayeeForm, ReceiptForm
from reports.models import SealedFile, Tip
from reports.questionnaires import read_schema, shown_answer
from reports.receipts import new_receipt
from reports.services.conversation import (
    DAYS_KEPT_AFTER_A_MESSAGE,
    paired,
    read_file,
    read_files,
)
from reports.services.rewards import give_payee, has_payee, rewarded
from reports.services.visits import (
    Visit,
    add_reporters_files,
    answer_as_reporter,
    ask_for_erasure,
    filing_proof,
    give_name,
    open_by_receipt,
    open_by_state,
    read_report,
)
from reports.uploads import path_of
from reports.views.pages import only_clean, receipt_page, reporter_page, uploaded

VISIT_MINUTES = 30
Record = dict[str, Any]


@reporter_page
def receipt(request: HttpRequest) -> HttpResponse:
    """Open a report by its receipt; every receipt that opens none looks the same."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    visit = None
    if request.method == "POST":
        visit = open_by_receipt(request.POST.get("receipt", "")[:400])
    if visit is not None and visit.tip.is_receipt_shared:
        return _new_receipt(request, visit)
    if visit is not None:
        return _case(request, visit)
    context = {"form": ReceiptForm(), "is_refused": form.is_bound}
    return render(request, "reports/open.html", context)


def _new_receipt(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show a receipt nobody else has seen; typed back, it takes the old one's place."""
    held = {"receipt": new_receipt(), "visit": visit.as_state()}
    return receipt_page(request, held, ReceiptForm())


@reporter_page
def case(request: HttpRequest) -> HttpResponseBase:
    if request.method == "GET":
        return redirect("reports:receipt")
    try:
        visit = open_by_state(open_form("visit", request.POST.get("visit", "")))
    except FormTooOldError:
        visit = None
    if visit is None:
        return render(request, "reports/too_old.html")
    if visit.tip.is_receipt_shared:
        return _new_receipt(request, visit)
    action = request.POST.get("action", "")
    if action.startswith("file-"):
        return _download(visit, action.removeprefix("file-"))
    return _act(request, visit, action)


def _act(request: HttpRequest, visit: Visit, action: str) -> HttpResponse:
    message, name, payee = MessageForm(), NameForm(), PayeeForm(prefix="payee")
    said, waiting = "", list[Record]()
    if action == "message":
        message = MessageForm(request.POST)
        if message.is_valid():
            answer_as_reporter(visit=visit, text=message.cleaned_data["text"])
            # A word puts the erasure off.
            visit.tip.refresh_from_db(fields=["erase_on"])
            message, said = MessageForm(), _("Your message is sealed and sent.")
    elif action == "name":
        name = NameForm(request.POST)
        if name.is_valid():
            give_name(visit=visit, **name.cleaned_data)
            name, said = NameForm(), _("Your name is sealed for the custodians alone.")
    elif action == "payee":
        payee = PayeeForm(request.POST, prefix="payee")
        if payee.is_valid() and give_payee(visit=visit, payee=payee.cleaned_data):
            payee, said = PayeeForm(prefix="payee"), _("To whom it is paid is sealed.")
    elif action == "add":
        waiting, said = _received(request, visit)
    elif action in LATER:
        said = _decide_files(request, visit, action)
    elif action in STEPS:
        said = STEPS[action](visit)
    proof = _proof(visit) if action == "proof" else ""
    return _case(
        request,
        visit,
        message_form=message,
        name_form=name,
        payee_form=payee,
        waiting=told(waiting),
        pending=seal_form("pending", {"files": waiting}, minutes=VISIT_MINUTES),
        said=said,
        proof=proof,
    )


def _proof(visit: Visit) -> str:
    try:
        return filing_proof(visit)
    except SealBrokenError:
        # The page that follows says so.
        return ""


def _unname(visit: Visit) -> str:
    give_name(visit=visit, name="", contact="")
    return _("Your name is erased here; a backup may hold it, sealed, for some time.")


def _ask_for_erasure(visit: Visit) -> str:
    ask_for_erasure(visit=visit, is_wanted=True)
    return _("Staff are asked to erase your report.")


def _ask_no_more(visit: Visit) -> str:
    ask_for_erasure(visit=visit, is_wanted=False)
    return _("Staff are asked no more to erase your report.")


LATER = {"send-files", "send-clean", "drop-files"}
STEPS = {"unname": _unname, "erase": _ask_for_erasure, "keep": _ask_no_more}


def _received(request: HttpRequest, visit: Visit) -> tuple[list[Record], str]:
    """Seal the files that came; they are sent when the reporter saw what they tell."""
    records, refused = uploaded(request)
    try:
        sent = len(paired(read_files(visit.tip, visit.content_key)))
    except SealBrokenError:
        sent = settings.TIP_FILES
    room = max(0, settings.TIP_FILES - sent)
    _drop(records[room:])
    if refused or len(records) > room:
        text = _("A file was too large or there is no room for it; it was not kept.")
        return records[:room], text
    return records, ""


def _decide_files(request: HttpRequest, visit: Visit, action: str) -> str:
    """Send the files the reporter has looked at, whole or cleaned, or none of them."""
    try:
        records = open_form("pending", request.POST.get("pending", ""))["files"]
    except FormTooOldError:
        return _("The files waited too long; choose them again.")
    if action == "drop-files":
        _drop(records)
        return _("Nothing was sent.")
    if action == "send-clean":
        records = [only_clean(record) for record in records]
    add_reporters_files(visit=visit, records=records)
    return _("Your file is sealed and sent.")


def _drop(records: list[Record]) -> None:
    for record in records:
        for unwanted in (record, record.get("clean", record)):
            path_of(UUID(unwanted["id"])).unlink(missing_ok=True)


def _case(request: HttpRequest, visit: Visit, **more: Any) -> HttpResponse:
    tip, today = visit.tip, timezone.localdate()
    try:
        report, sums = read_report(visit), rewarded(visit)
    except SealBrokenError:
        # Better nothing than something another hand has put there.
        return render(request, "reports/broken.html")
    questions = {q.id: q for q in read_schema(tip.questionnaire.schema).questions()}
    context = {
        "visit": seal_form("visit", visit.as_state(), minutes=VISIT_MINUTES),
        "tip": tip,
        "is_overdue": tip.is_answer_late(today),
        "days_left": tip.days_left(today),
        "is_soon_erased": tip.warning_due(today) is not None,
        "days_kept": DAYS_KEPT_AFTER_A_MESSAGE,
        "first_due_label": first_due_label(),
        "first_due_late": first_due_late() if tip.is_first_step_late(today) else "",
        "protected_until": protected_until(tip.received_on),
        "report": report,
        "evidence": paired(report.files),
        "answers": [
            (questions[key].label, shown_answer(questions[key], value))
            for key, value in report.head.answers.items()
            if key in questions
        ],
        "feed": settings.PUBLIC_URL + reverse("reports:feed", args=[visit.feed]),
        "is_closed": tip.state == Tip.State.CLOSED,
        "message_form": MessageForm(),
        "name_form": NameForm(),
        "sums": sums,
        "has_payee": sums is not None and has_payee(visit),
        "payee_form": PayeeForm(prefix="payee"),
        **more,
    }
    return render(request, "reports/case.html", context)


def _download(visit: Visit, wanted: str) -> HttpResponseBase:
    try:
        file = UUID(wanted)
    except ValueError:
        raise Http404 from None
    row = get_object_or_404(SealedFile, pk=file, tip=visit.tip)
    return attachment_response(read_file(row, visit.content_key))
