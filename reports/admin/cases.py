"""A recipient's cases: metadata while the vault is locked, the report when it is open."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_stubs_ext import StrPromise

from foundation.read_only import ReadOnly
from reports.admin.cookie import staff, vault_of
from reports.admin.figures import figures_page
from reports.admin.intake import intake_page
from reports.admin.rewards import REWARDS, reward_context
from reports.admin.vault import vault_page
from reports.admin.vault_pages import keys_page, search_page
from reports.admin.work import (
    WORK,
    Handler,
    export_answer,
    recuse_page,
    refusing,
    work_context,
)
from reports.crypto import SealBrokenError
from reports.deadlines import first_due_label, first_due_late, protected_until
from reports.downloads import attachment_response
from reports.forms import (
    ExtensionForm,
    MessageForm,
    MoveForm,
    ReasonForm,
    TemplateForm,
)
from reports.models import Deletion, Recipient, Tip, Wrap, late_on
from reports.questionnaires import read_schema, shown_answer
from reports.services import cases, disclosures, rewards
from reports.services.cases import MOVES, MoveError, NoKeyError
from reports.services.conversation import paired, read_file, read_head
from reports.services.vaults import OpenVault


class LateFilter(admin.SimpleListFilter):
    title = _("late")
    parameter_name = "late"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Tip]
    ) -> list[tuple[str, StrPromise]]:
        return [("yes", _("A deadline has passed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Tip]) -> QuerySet[Tip]:
        is_wanted = self.value() == "yes"
        return queryset.filter(late_on(timezone.localdate())) if is_wanted else queryset


class CaseList(ChangeList):
    """Sorts what is shown alone, and counts once where nothing narrows the list.

    Sealed texts beside ten thousand rows made a sort that went by way of the disk.
    """

    def get_queryset(self, *args: Any, **more: Any) -> QuerySet[Tip]:
        shown = [str(name) for name in self.list_display if name != "late"]
        rows: QuerySet[Tip] = super().get_queryset(*args, **more)
        return rows.only(*shown, "assignee__shown_name")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        is_narrowed = self.query or self.get_filters_params()
        total = self.root_queryset.count() if is_narrowed else self.result_count
        self.full_result_count, self.show_full_result_count = total, True


@admin.register(Tip)
class TipAdmin(ReadOnly, admin.ModelAdmin[Tip]):
    list_display = [
        "reference",
        "state",
        "late",
        "forward_due_on",
        "answer_due_on",
        "received_on",
        "assignee",
    ]
    list_filter = [
        LateFilter,
        "state",
        "outcome",
        "is_key_due",
        ("erasure_asked_on", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["assignee"]
    # The list counts for itself.
    show_full_result_count = False
    change_list_template = "admin/reports/cases.html"
    search_fields = ["reference"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tip]:
        """Nobody, superusers among them, sees a case they hold no key of."""
        return super().get_queryset(request) & Tip.objects.held_by(staff(request))

    def get_changelist(self, request: HttpRequest, **more: Any) -> type[CaseList]:
        return CaseList

    @admin.display(description=_("late"))
    def late(self, tip: Tip) -> str:
        """Say which of the two deadlines has passed; nothing while both are kept."""
        today, said = timezone.localdate(), list[str]()
        if tip.is_first_step_late(today):
            said.append(str(first_due_late()))
        if tip.is_answer_late(today):
            said.append(gettext("The answer is late"))
        return "; ".join(said)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("vault/", wrap(self.vault_view), name="reports_vault"),
            path("search/", wrap(self.search_view), name="reports_search"),
            path("intake/", wrap(self.intake_view), name="reports_intake"),
            path("keys/", wrap(self.keys_view), name="reports_keys"),
            path("figures/", wrap(self.figures_view), name="reports_figures"),
            path(
                "<uuid:tip>/file/<uuid:file>/",
                wrap(self.file_view),
                name="reports_tip_file",
            ),
            path(
                "<uuid:tip>/export/",
                wrap(self.export_view),
                name="reports_tip_export",
            ),
            path(
                "<uuid:tip>/recuse/",
                wrap(self.recuse_view),
                name="reports_tip_recuse",
            ),
        ]
        return own + super().get_urls()

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}

    def vault_view(self, request: HttpRequest) -> HttpResponse:
        return vault_page(request, self._context(request))

    def search_view(self, request: HttpRequest) -> HttpResponse:
        return search_page(request, self._context(request))

    def keys_view(self, request: HttpRequest) -> HttpResponse:
        return keys_page(request, self._context(request))

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        return figures_page(request, self._context(request))

    def intake_view(self, request: HttpRequest) -> HttpResponse:
        return intake_page(request, self._context(request))

    def export_view(self, request: HttpRequest, tip: UUID) -> HttpResponseBase:
        return export_answer(request, self._tip(request, tip))

    def recuse_view(self, request: HttpRequest, tip: UUID) -> HttpResponse:
        return recuse_page(request, self._tip(request, tip), self._context(request))

    def _tip(self, request: HttpRequest, wanted: Any) -> Tip:
        if not staff(request).has_perm("reports.answer_tip"):
            raise PermissionDenied
        try:
            return get_object_or_404(self.get_queryset(request), pk=wanted)
        except ValidationError:
            raise Http404 from None

    def file_view(
        self, request: HttpRequest, tip: UUID, file: UUID
    ) -> HttpResponseBase:
        row = self._tip(request, tip)
        vault = vault_of(request)
        if vault is None:
            return redirect("admin:reports_vault")
        sealed = get_object_or_404(row.files.all(), pk=file)
        key = cases.key_of(row, vault, Wrap.Purpose.CONTENT, staff(request))
        try:
            opened = read_file(sealed, key)
        except SealBrokenError:
            cases.refuse_broken(row, staff(request))
            raise Http404 from None
        cases.note_download(tip=row, file=sealed.id, by=staff(request))
        return attachment_response(opened)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        tip = self._tip(request, object_id)
        return case_page(request, tip, self._context(request))


@never_cache
@sensitive_post_parameters()
def case_page(request: HttpRequest, tip: Tip, context: dict[str, Any]) -> HttpResponse:
    vault = vault_of(request)
    more: dict[str, Any] = {}
    if vault is not None and request.method == "POST":
        handler = HANDLERS.get(request.POST.get("action", ""))
        answer = refusing(handler)(request, tip, vault) if handler else None
        if answer is None:
            # Who gave the case up sees it no more.
            is_held = Tip.objects.held_by(staff(request)).filter(pk=tip.pk).exists()
            return (
                redirect("admin:reports_tip_change", tip.pk)
                if is_held
                else redirect("admin:reports_tip_changelist")
            )
        more = answer
    today = timezone.localdate()
    context = {
        **context,
        "title": tip.reference,
        "tip": tip,
        "vault": vault,
        "is_overdue": tip.is_answer_late(today),
        "days_left": tip.days_left(today),
        "is_soon_erased": tip.warning_due(today) is not None,
        "first_due_label": first_due_label(),
        "first_due_late": first_due_late() if tip.is_first_step_late(today) else "",
        "protected_until": protected_until(tip.received_on),
        "deletion": Deletion.objects.filter(tip=tip).first(),
        "notice_due_on": cases.notice_due_on(tip),
        "move_form": MoveForm(states=MOVES[tip.state], prefix="move"),
        "extension_form": ExtensionForm(tip=tip, prefix="extend"),
        "message_form": MessageForm(prefix="message"),
        "template_form": TemplateForm(prefix="template"),
        "reason_form": ReasonForm(prefix="reason"),
        **(_opened(request, tip, vault) if vault is not None else {}),
        **more,
    }
    return TemplateResponse(request, "admin/reports/case.html", context)


def _opened(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any]:
    try:
        case = cases.read_case(tip=tip, vault=vault, by=staff(request))
    except SealBrokenError:
        return {"is_broken": True}
    except NoKeyError:
        raise Http404 from None
    questions = {q.id: q for q in read_schema(tip.questionnaire.schema).questions()}
    names = {
        str(public_id): name
        for public_id, name in Recipient.objects.values_list("public_id", "shown_name")
    }
    return {
        "case": case,
        "answers": [
            (questions[key].label, shown_answer(questions[key], value))
            for key, value in case.head.answers.items()
            if key in questions
        ],
        **work_context(request, tip, vault),
        **reward_context(request, tip, vault),
        "turns": [(turn, names.get(turn.author, "")) for turn in case.turns],
        "evidence": paired(case.files),
        "disclosures": tip.disclosures.filter(asked_by=vault.recipient),
        "has_name": tip.wraps.filter(
            recipient=vault.recipient,
            purpose=Wrap.Purpose.DISCLOSURE,
            expires_on__gt=timezone.localdate(),
        ).exists(),
    }


def _answer(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = MessageForm(request.POST, prefix="message")
    if not form.is_valid():
        return {"message_form": form}
    cases.answer(
        tip=tip,
        vault=vault,
        text=form.cleaned_data["text"],
        is_note=request.POST["action"] == "note",
        by=staff(request),
    )
    return None


def _move(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = MoveForm(request.POST, states=MOVES[tip.state], prefix="move")
    if not form.is_valid():
        return {"move_form": form}
    text = form.cleaned_data.pop("text")
    try:
        cases.move(tip=tip, by=staff(request), **form.cleaned_data)
    except MoveError:
        messages.error(request, gettext("Somebody else has moved the case meanwhile."))
    else:
        _tell(request, tip, vault, text)
    return None


def _tell(request: HttpRequest, tip: Tip, vault: OpenVault, text: str) -> None:
    if text:
        by = staff(request)
        cases.answer(tip=tip, vault=vault, text=text, is_note=False, by=by)


def _template(
    request: HttpRequest, tip: Tip, vault: OpenVault
) -> dict[str, Any] | None:
    """Put a prepared text, in the reporter's language, where the answer is written."""
    form = TemplateForm(request.POST, prefix="template")
    if not form.is_valid():
        return {"template_form": form}
    key = cases.key_of(tip, vault, Wrap.Purpose.CONTENT, staff(request))
    text = form.cleaned_data["template"].text_in(read_head(tip, key).language)
    return {"message_form": MessageForm(prefix="message", initial={"text": text})}


def _extend(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = ExtensionForm(request.POST, tip=tip, prefix="extend")
    if not form.is_valid():
        return {"extension_form": form}
    try:
        cases.extend(tip=tip, until=form.cleaned_data["until"], by=staff(request))
    except MoveError:
        messages.error(
            request, gettext("A case is extended once, before it is closed.")
        )
    else:
        _tell(request, tip, vault, form.cleaned_data["text"])
    return None


def _ask(request: HttpRequest, tip: Tip, vault: OpenVault) -> dict[str, Any] | None:
    form = ReasonForm(request.POST, prefix="reason")
    if not form.is_valid():
        return {"reason_form": form}
    disclosures.ask(
        tip=tip,
        asked_by=vault.recipient,
        reason=form.cleaned_data["reason"],
        by=staff(request),
    )
    return None


def _open_name(
    request: HttpRequest, tip: Tip, vault: OpenVault
) -> dict[str, Any] | None:
    try:
        identity = disclosures.read_identity(tip=tip, vault=vault, by=staff(request))
        payee = rewards.read_payee(tip=tip, vault=vault, by=staff(request))
    except (NoKeyError, SealBrokenError):
        messages.error(request, gettext("The name is not open to you."))
        return None
    return {"identity": identity, "payee": payee}


HANDLERS: dict[str, Handler] = {
    "answer": _answer,
    "template": _template,
    "note": _answer,
    "move": _move,
    "extend": _extend,
    "ask": _ask,
    "name": _open_name,
    **WORK,
    **REWARDS,
}
