"""Correct a key and grade again: seen before it is done, and written down."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.marking import mark_of, note_result
from courses.models import Attempt, AttemptItem, QuestionVersion, Regrade
from foundation.accounts.models import User
from foundation.audit.services import record


@dataclass(frozen=True)
class Effect:
    """What a regrading would do: counted before anybody confirms it."""

    answers: int
    changed: int
    newly_passed: int
    kept: int


def _answers(wrong: QuestionVersion) -> list[AttemptItem]:
    rows = AttemptItem.objects.filter(question=wrong, mark__isnull=False)
    return list(rows.select_related("attempt__quiz", "attempt__enrolment"))


def preview(*, wrong: QuestionVersion, corrected: QuestionVersion) -> Effect:
    answers = _answers(wrong)
    changed = passed = kept = 0
    for item in answers:
        before, after = item.mark or Decimal(0), mark_of(item, corrected)
        attempt = item.attempt
        would = (attempt.mark - before + after) * attempt.pass_den >= (
            attempt.pass_num * attempt.max_mark
        )
        changed += after != before
        passed += would and not attempt.passed
        kept += bool(attempt.passed) and not would
    return Effect(len(answers), changed, passed, kept)


@transaction.atomic
def regrade(
    *, wrong: QuestionVersion, corrected: QuestionVersion, reason: str, by: User
) -> Effect:
    """Grade the answers to a question by its corrected version.

    Nobody loses a pass: an attempt that passed and would no longer keeps its mark,
    for the fault was not the learner's.
    """
    if corrected.question_id != wrong.question_id or corrected.kind != wrong.kind:
        raise ValidationError(_("Choose a version of the same question and kind"))
    if not reason.strip():
        raise ValidationError(_("Name the reason: it is written down for good"))
    effect = preview(wrong=wrong, corrected=corrected)
    for item in _answers(wrong):
        _regrade_one(item, corrected, reason.strip()[:300], by)
    record(
        action="regrade",
        kind="question",
        public_id=wrong.question.key,
        by=by,
        detail=f"{effect.changed}/{effect.answers}",
    )
    return effect


def _regrade_one(
    item: AttemptItem, corrected: QuestionVersion, reason: str, by: User
) -> None:
    attempt = Attempt.objects.select_for_update().get(pk=item.attempt_id)
    before, after = item.mark or Decimal(0), mark_of(item, corrected)
    if before == after:
        return
    mark = attempt.mark - before + after
    would = mark * attempt.pass_den >= attempt.pass_num * attempt.max_mark
    if attempt.passed and not would:
        return
    item.mark = after
    item.save(update_fields=["mark"])
    attempt.mark = mark
    attempt.save(update_fields=["mark"])
    Regrade.objects.create(
        item=item, corrected=corrected, before=before, after=after, reason=reason, by=by
    )
    attempt.refresh_from_db()
    note_result(attempt)
