from typing import Any

from django.contrib import admin
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corruption_map.admin.base import ScopedAdmin, Step, user_of
from corruption_map.forms.staff import (
    CommentViewForm,
    PublishCommentForm,
    RejectCommentForm,
    ReplyForm,
    StepForm,
)
from corruption_map.models import PublicComment
from corruption_map.permissions import is_of_a_body, may_reply
from corruption_map.services.comments import (
    answering_body,
    moderate_comment,
    reply_to_comment,
)
from foundation.accounts.models import User
from foundation.read_only import ReadOnly
from foundation.territory.permissions import in_scope, is_agency

State = PublicComment.State

KINDS = {
    "iin": gettext_lazy("an IIN"),
    "phone": gettext_lazy("a phone number"),
    "email": gettext_lazy("an e-mail address"),
    "card": gettext_lazy("a card number"),
    "account": gettext_lazy("an account number"),
}


def marked_text(row: PublicComment) -> SafeString:
    """Return the comment with what may be personal data marked."""
    parts = []
    done = 0
    for found in row.personal_data:
        parts += [
            (row.text[done : found["start"]], ""),
            ("", row.text[found["start"] : found["end"]]),
        ]
        done = found["end"]
    parts.append((row.text[done:], ""))
    return format_html_join(
        "",
        "{}{}",
        ((plain, format_html("<mark>{}</mark>", m) if m else "") for plain, m in parts),
    )


def what_is_marked(row: PublicComment) -> str:
    kinds = dict.fromkeys(found["kind"] for found in row.personal_data)
    return ", ".join(str(KINDS.get(kind, kind)) for kind in kinds)


def _may_moderate(user: User, row: PublicComment) -> bool:
    return user.has_perm("corruption_map.moderate_publiccomment") and not is_of_a_body(
        user
    )


def _flagged(row: PublicComment) -> str:
    if not row.personal_data:
        return ""
    return _("It may hold %(what)s: look at it by itself") % {
        "what": what_is_marked(row)
    }


def _reject(row: PublicComment, form: StepForm, user: User) -> None:
    reason = form.cleaned_data["reason"]
    moderate_comment(comment=row, publish=False, by=user, reason=reason)


STEPS: tuple[Step[PublicComment], ...] = (
    Step(
        name="publish",
        label=gettext_lazy("Publish"),
        note=gettext_lazy("Readers see the comment beside the risk."),
        form=PublishCommentForm,
        may=_may_moderate,
        is_possible=lambda row: row.state == State.PENDING,
        do=lambda row, form, user: moderate_comment(
            comment=row, publish=True, by=user, reason=""
        ),
        obstacle=_flagged,
    ),
    Step(
        name="reject",
        label=gettext_lazy("Reject"),
        note=gettext_lazy("Readers do not see the comment, or see it no longer."),
        form=RejectCommentForm,
        may=_may_moderate,
        is_possible=lambda row: row.state != State.REJECTED,
        do=_reject,
        is_grave=True,
    ),
    Step(
        name="reply",
        label=gettext_lazy("Reply"),
        note=gettext_lazy(
            "The reply stands under the comment in the name of the body. It is written"
            " once: readers rate it."
        ),
        form=ReplyForm,
        may=lambda user, row: may_reply(user, answering_body(row)),
        is_possible=lambda row: row.state == State.PUBLISHED and row.replied_on is None,
        do=lambda row, form, user: reply_to_comment(
            comment=row, reply=form.texts("reply"), by=user
        ),
    ),
)


class ReplyFilter(admin.SimpleListFilter):
    title = gettext_lazy("reply")
    parameter_name = "reply"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", gettext_lazy("Published, without a reply"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "waiting":
            return queryset.published().filter(replied_on=None)
        return queryset


@admin.register(PublicComment)
class PublicCommentAdmin(ReadOnly, ScopedAdmin[PublicComment]):
    """The moderation queue: what waits stands first."""

    steps = STEPS
    audit_kind = "comment"
    form = CommentViewForm
    list_display = [
        "short_text",
        "state",
        "warning",
        "received_on",
        "about",
        "replied_on",
    ]
    list_filter = ["state", ReplyFilter, "received_on", "is_demo"]
    list_select_related = [
        "risk__body",
        "measure__executor",
    ]
    ordering = [
        Case(When(state=State.PENDING, then=Value(0)), default=Value(1)),
        "-received_on",
        "-pk",
    ]
    search_fields = ["=public_id", "=risk__public_id", "text"]
    actions = ["publish_many", "reject_many"]
    fields = [
        ("public_id", "state", "received_on"),
        "risk",
        "measure",
        "language",
        "marked",
        "warning",
        "rejection_reason",
        "reply_kk",
        "reply_ru",
        "reply_en",
        ("replied_on", "rating"),
    ]
    readonly_fields = [
        "public_id",
        "state",
        "received_on",
        "risk",
        "measure",
        "language",
        "marked",
        "warning",
        "rejection_reason",
        "reply_kk",
        "reply_ru",
        "reply_en",
        "replied_on",
        "rating",
    ]

    def scope(self, user: User) -> Q:
        if is_agency(user):
            return Q()
        area = "risk__area"
        mine = in_scope(user, body="risk__body", area=area) | in_scope(
            user, body="measure__executor", area=area
        )
        # What a moderator has not seen is not passed on to the body it is about.
        return mine & Q(state=State.PUBLISHED) if is_of_a_body(user) else mine

    def facts(self, row: PublicComment) -> list[tuple[str, str]]:
        facts: list[tuple[str, Any]] = [
            (_("Comment"), marked_text(row)),
            (_("Risk"), str(row.risk)),
            (_("State"), row.get_state_display()),
        ]
        if row.personal_data:
            facts.append((_("It may hold"), what_is_marked(row)))
        return facts

    @admin.display(description=gettext_lazy("comment"))
    def short_text(self, row: PublicComment) -> str:
        return row.text if len(row.text) <= 120 else f"{row.text[:119]}…"

    @admin.display(description=gettext_lazy("risk"), ordering="risk")
    def about(self, row: PublicComment) -> str:
        return str(row.risk)

    @admin.display(description=gettext_lazy("comment"))
    def marked(self, row: PublicComment) -> SafeString:
        return marked_text(row)

    @admin.display(description=gettext_lazy("may hold"))
    def warning(self, row: PublicComment) -> SafeString | str:
        if not row.personal_data:
            return ""
        return format_html("<mark>{}</mark>", what_is_marked(row))

    @admin.display(description=gettext_lazy("rating of the reply"))
    def rating(self, row: PublicComment) -> str:
        if row.mean_rating is None:
            return "–"
        return _("%(mean)s of 5 (%(count)s)") % {
            "mean": f"{row.mean_rating:.1f}",
            "count": row.rating_count,
        }

    @admin.action(description=gettext_lazy("Publish"), permissions=["moderate"])
    def publish_many(
        self, request: HttpRequest, queryset: QuerySet[PublicComment]
    ) -> HttpResponse | None:
        return self.do_many(request, queryset, "publish")

    @admin.action(description=gettext_lazy("Reject"), permissions=["moderate"])
    def reject_many(
        self, request: HttpRequest, queryset: QuerySet[PublicComment]
    ) -> HttpResponse | None:
        return self.do_many(request, queryset, "reject")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("corruption_map.moderate_publiccomment")
