"""The way of a report from the first question to the receipt, without a session.

What was said so far travels sealed in the page. Nothing is stored before the end, save
files, whose keys are in the page alone.
"""

import time
from dataclasses import asdict, dataclass, field
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from foundation.languages import current_language
from reports.file_texts import told
from reports.form_tokens import FormTooOldError, open_form, seal_form
from reports.forms import PeopleForm, QuestionsForm, ReceiptForm
from reports.models import Channel, Questionnaire, Recipient
from reports.proof import is_worked, seconds_to_wait
from reports.questionnaires import (
    FILES,
    PEOPLE,
    REVIEW,
    STEPS_AFTER,
    Form,
    read_schema,
    shown_answer,
)
from reports.receipts import ReceiptError, parse_receipt
from reports.services.filing import (
    DRAFT_MINUTES,
    AlreadySentError,
    Content,
    NobodyLeftError,
    file_tip,
    readers,
)
from reports.services.visits import change_receipt, open_by_state
from reports.views.pages import (
    only_clean,
    open_channel,
    receipt_page,
    reporter_page,
    uploaded,
)


@dataclass
class Draft:
    form: str
    opened: int
    version: int
    answers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    contact: str = ""
    excluded: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    is_dictated: bool = False

    def sealed(self) -> str:
        return seal_form("draft", asdict(self), minutes=DRAFT_MINUTES)


@dataclass
class Desk:
    """One request for one page of the way."""

    request: HttpRequest
    channel: Channel
    questionnaire: Questionnaire
    form: Form
    draft: Draft

    def steps(self) -> list[str]:
        asked = [s.id for s in self.form.sections if s.asked(self.draft.answers)]
        return [*asked, *STEPS_AFTER]

    def after(self, step: str) -> str:
        return self._beside(step, 1)

    def before(self, step: str) -> str:
        return self._beside(step, -1)

    def _beside(self, step: str, move: int) -> str:
        # A section that is asked no longer is passed over.
        order = [*(s.id for s in self.form.sections), *STEPS_AFTER]
        steps = self.steps()
        place = order.index(step) + move
        while 0 <= place < len(order) and order[place] not in steps:
            place += move
        return order[min(max(place, 0), len(order) - 1)]

    def page(self, step: str, **more: Any) -> HttpResponse:
        steps = self.steps()
        context = {
            "draft": self.draft.sealed(),
            "step": step,
            "number": steps.index(step) + 1,
            "total": len(steps),
            "is_first": step == steps[0],
            **more,
        }
        return render(self.request, "reports/write.html", context)


@reporter_page
def write(request: HttpRequest) -> HttpResponse:
    channel = open_channel()
    questionnaire = Questionnaire.objects.newest()
    if channel is None or questionnaire is None:
        return redirect("report")
    if request.method == "GET":
        draft = Draft(token_bytes(16).hex(), int(time.time()), questionnaire.version)
        desk = _desk(request, channel, questionnaire, draft)
        return _show(desk, desk.form.sections[0].id)
    try:
        draft = Draft(**open_form("draft", request.POST.get("draft", "")))
    except FormTooOldError:
        return render(request, "reports/too_old.html")
    questionnaire = Questionnaire.objects.get(version=draft.version)
    desk = _desk(request, channel, questionnaire, draft)
    step = request.POST.get("step", "")
    if step not in desk.steps():
        return _show(desk, desk.steps()[0])
    return _take(desk, step)


def _desk(
    request: HttpRequest, channel: Channel, questionnaire: Questionnaire, draft: Draft
) -> Desk:
    form = read_schema(questionnaire.schema)
    return Desk(request, channel, questionnaire, form, draft)


def _show(desk: Desk, step: str) -> HttpResponse:
    if step == REVIEW:
        return _review(desk)
    if step == FILES:
        return _files(desk)
    return desk.page(step, form=_form(desk, step, None), title=_title(desk, step))


def _form(desk: Desk, step: str, sent: Any) -> QuestionsForm | PeopleForm:
    draft = desk.draft
    if step == PEOPLE:
        initial = {
            "excluded": draft.excluded,
            "is_named": "yes" if draft.name else "no",
            "name": draft.name,
            "contact": draft.contact,
        }
        return PeopleForm(sent, people=_everybody(desk.channel), initial=initial)
    section = next(s for s in desk.form.sections if s.id == step)
    return QuestionsForm(sent, section=section, answers=draft.answers)


def _everybody(channel: Channel) -> list[Recipient]:
    return [*readers(channel), *Recipient.objects.custodians()]


def _title(desk: Desk, step: str) -> str:
    titles = {section.id: section.title for section in desk.form.sections}
    return titles.get(step) or _("Who may know")


def _take(desk: Desk, step: str) -> HttpResponse:
    """Keep what a page brought and show the one that was asked for."""
    wanted = desk.request.POST.get("action", "next")
    if step == REVIEW:
        return _show(desk, desk.before(step)) if wanted == "back" else _send(desk)
    if step == FILES:
        return _take_files(desk, wanted)
    form = _form(desk, step, desk.request.POST)
    if form.is_valid():
        _keep(desk, form)
    elif wanted != "back":
        return desk.page(step, form=form, title=_title(desk, step))
    return _show(desk, desk.before(step) if wanted == "back" else desk.after(step))


def _keep(desk: Desk, form: QuestionsForm | PeopleForm) -> None:
    draft = desk.draft
    if isinstance(form, PeopleForm):
        draft.name = form.cleaned_data["name"]
        draft.contact = form.cleaned_data["contact"]
        draft.excluded = form.cleaned_data["excluded"]
    else:
        draft.answers = desk.form.kept(draft.answers | form.cleaned_data)


def _files(desk: Desk, problem: str = "") -> HttpResponse:
    return desk.page(
        FILES,
        title=_("Files"),
        files=told(desk.draft.files),
        problem=problem,
        limit=settings.TIP_FILE_BYTES,
        limit_number=settings.TIP_FILES,
    )


def _take_files(desk: Desk, wanted: str) -> HttpResponse:
    records, refused = uploaded(desk.request)
    draft = desk.draft
    is_over = len(draft.files + records) > settings.TIP_FILES
    draft.files = (draft.files + records)[: settings.TIP_FILES]
    if wanted.startswith("remove-"):
        gone = wanted.removeprefix("remove-")
        draft.files = [record for record in draft.files if record["id"] != gone]
    elif wanted.startswith("only-"):
        meant = wanted.removeprefix("only-")
        draft.files = [only_clean(r) if r["id"] == meant else r for r in draft.files]
    elif is_over:
        return _files(desk, _("These are more files than fit; the last were not kept."))
    elif refused == "large":
        return _files(desk, _("This file is too large; nothing of it was kept."))
    elif refused == "full":
        return _files(desk, _("There is no room for files now; the text can be sent."))
    elif wanted == "back":
        return _show(desk, desk.before(FILES))
    elif wanted == "next":
        return _show(desk, desk.after(FILES))
    return _files(desk)


def _review(desk: Desk, problem: str = "", wait: int = 0) -> HttpResponse:
    draft = desk.draft
    kept = desk.form.kept(draft.answers)
    questions = {question.id: question for question in desk.form.questions()}
    excluded = {UUID(person) for person in draft.excluded}
    return desk.page(
        REVIEW,
        title=_("Read it once more"),
        answers=[
            (questions[name].label, shown_answer(questions[name], value))
            for name, value in kept.items()
        ],
        name=draft.name,
        contact=draft.contact,
        files=told(draft.files),
        readers=readers(desk.channel, excluded),
        missing=[question.label for question in desk.form.missing(draft.answers)],
        problem=problem,
        wait=wait,
        proof_form=draft.form,
    )


def _send(desk: Desk) -> HttpResponse:
    draft, post = desk.draft, desk.request.POST
    if desk.form.missing(draft.answers):
        return _review(desk)
    form = bytes.fromhex(draft.form)
    wait = seconds_to_wait(draft.opened)
    if wait and not is_worked(form, post.get("proof", "")):
        return _review(desk, wait=wait)
    content = Content(
        answers=desk.form.kept(draft.answers),
        language=current_language(),
        name=draft.name,
        contact=draft.contact,
        excluded=[UUID(person) for person in draft.excluded],
        files=draft.files,
        is_dictated=draft.is_dictated,
    )
    try:
        filed = file_tip(
            channel=desk.channel,
            questionnaire=desk.questionnaire,
            content=content,
            form=form,
        )
    except NobodyLeftError:
        return _review(
            desk, _("Nobody would be left to read it. Go back and untick one.")
        )
    except AlreadySentError:
        return render(desk.request, "reports/already_sent.html")
    held = {"receipt": filed.receipt, "is_dictated": draft.is_dictated}
    return receipt_page(desk.request, held, ReceiptForm())


@reporter_page
def kept(request: HttpRequest) -> HttpResponse:
    """Let the reporter prove to have kept the receipt, before it is gone for good."""
    if request.method == "GET":
        return redirect("reports:receipt")
    try:
        held = open_form("receipt", request.POST.get("sealed", ""))
    except FormTooOldError:
        return render(request, "reports/too_old.html")
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return receipt_page(request, held, form)
    try:
        is_same = parse_receipt(form.cleaned_data["receipt"]) == held["receipt"]
    except ReceiptError:
        is_same = False
    if not is_same:
        form.add_error("receipt", _("This is not the receipt above; type it once more"))
        return receipt_page(request, held, form)
    if "visit" in held:
        visit = open_by_state(held["visit"])
        if visit is None or not visit.tip.is_receipt_shared:
            return render(request, "reports/too_old.html")
        change_receipt(visit=visit, receipt=held["receipt"])
    return render(request, "reports/kept.html")
