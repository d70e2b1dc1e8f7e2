"""What readers say of risks and measures, who lets it through, and what bodies reply."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.models import Measure, PublicComment, Risk
from corruption_map.permissions import check_in_scope, is_of_a_body, may_reply, risks_of
from corruption_map.personal_data import find
from corruption_map.services.changes import set_texts
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.languages import languages
from foundation.publication import renew_pages
from foundation.territory.models import PublicBody

LONGEST_COMMENT = 2000
STARS = range(1, 6)


def submit_comment(
    *, risk: Risk, measure: Measure | None, text: str, language: str
) -> PublicComment:
    """Take a reader's comment; nobody sees it before a moderator lets it through.

    Not audited: an event of the audit would keep the exact time.
    """
    text = text.strip()
    if not risk.is_public or (measure is not None and measure.risk_id != risk.pk):
        raise ValidationError(_("There is nothing public here to comment on"))
    if not text or len(text) > LONGEST_COMMENT:
        raise ValidationError(
            _("Write between 1 and %(longest)s characters"),
            params={"longest": LONGEST_COMMENT},
        )
    return PublicComment.objects.create(
        risk=risk,
        measure=measure,
        text=text,
        language=language if language in languages() else languages()[0],
        received_on=timezone.localdate(),
        personal_data=[found._asdict() for found in find(text)],
    )


@transaction.atomic
def moderate_comment(
    *, comment: PublicComment, publish: bool, by: User, reason: str
) -> PublicComment:
    """Publish or reject a comment, once; one that is public can still be taken down."""
    comment = _locked(comment)
    check_in_scope(by, risks_of(by), comment.risk)
    if is_of_a_body(by) or not by.has_perm("corruption_map.moderate_publiccomment"):
        raise PermissionDenied(_("Comments are moderated by the agency"))
    if not _may_become(comment, publish=publish):
        raise ValidationError(
            _("This comment is “%(state)s” already"),
            params={"state": comment.get_state_display()},
        )
    if not publish and not reason.strip():
        raise ValidationError({"reason": _("Say why the comment is rejected")})
    state = PublicComment.State
    comment.state = state.PUBLISHED if publish else state.REJECTED
    comment.rejection_reason = "" if publish else reason.strip()
    comment.save(update_fields=["state", "rejection_reason"])
    renew_pages()
    record(
        action="publish" if publish else "reject",
        kind="comment",
        public_id=comment.public_id,
        by=by,
    )
    return comment


def _locked(comment: PublicComment) -> PublicComment:
    rows = PublicComment.objects.select_for_update(of=("self",))
    return rows.select_related("risk__body", "measure__executor").get(pk=comment.pk)


def _may_become(comment: PublicComment, *, publish: bool) -> bool:
    if comment.state == PublicComment.State.PENDING:
        return True
    return comment.state == PublicComment.State.PUBLISHED and not publish


@transaction.atomic
def reply_to_comment(
    *, comment: PublicComment, reply: dict[str, str], by: User
) -> PublicComment:
    """Answer a published comment in the name of the body, once.

    Readers rate what they read, so a reply is not rewritten under its rating.
    """
    comment = _locked(comment)
    if not may_reply(by, answering_body(comment)):
        raise PermissionDenied(
            _("The body that a comment is about replies, or the agency")
        )
    if comment.state != PublicComment.State.PUBLISHED:
        raise ValidationError(_("Only a published comment is replied to"))
    if comment.replied_on is not None:
        raise ValidationError(_("This comment has been replied to already"))
    if not any(text.strip() for text in reply.values()):
        raise ValidationError(_("Write the reply in at least one language"))
    set_texts(comment, "reply", {code: text.strip() for code, text in reply.items()})
    comment.replied_on = timezone.localdate()
    comment.save(update_fields=["reply_kk", "reply_ru", "reply_en", "replied_on"])
    renew_pages()
    record(action="reply", kind="comment", public_id=comment.public_id, by=by)
    return comment


def answering_body(comment: PublicComment) -> PublicBody | None:
    """Return the body that a comment is about: the measure's executor or the risk's."""
    if comment.measure is not None and comment.measure.executor is not None:
        return comment.measure.executor
    return comment.risk.body


def rate_reply(*, comment: PublicComment, stars: int) -> None:
    """Add a reader's 1 to 5 stars to the reply.

    Stored pages are not renewed, else anybody could empty the store by rating.
    """
    if stars not in STARS:
        raise ValidationError(_("Give between 1 and 5 stars"))
    rated = PublicComment.objects.published().filter(
        pk=comment.pk, replied_on__isnull=False
    )
    if not rated.update(
        rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1
    ):
        raise ValidationError(_("There is no reply to rate"))
