"""End an attempt and grade it. The server's clock is the only one."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.grading import grade
from courses.models import Attempt, AttemptItem, Block, Enrolment, QuestionVersion, Quiz
from courses.progress import mark_done

# What a slow line may cost; an answer that comes later still is not counted.
GRACE = timedelta(seconds=5)


def is_over(attempt: Attempt, moment: datetime) -> bool:
    return attempt.deadline_at is not None and moment > attempt.deadline_at + GRACE


@transaction.atomic
def finish_attempt(*, attempt: Attempt) -> Attempt:
    """Grade what was saved; a second call changes nothing."""
    attempt = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("quiz", "enrolment")
        .get(pk=attempt.pk)
    )
    if attempt.state != Attempt.State.OPEN:
        return attempt
    now = timezone.now()
    late = is_over(attempt, now)
    items = list(attempt.items.select_related("question"))
    for item in items:
        item.mark = mark_of(item, item.question)
    AttemptItem.objects.bulk_update(items, ["mark"])
    attempt.mark = sum((item.mark or Decimal(0) for item in items), Decimal(0))
    attempt.state = Attempt.State.EXPIRED if late else Attempt.State.SUBMITTED
    # An attempt that ran out ended at its deadline, not when somebody noticed.
    attempt.submitted_at = attempt.deadline_at if late else now
    attempt.save(update_fields=["mark", "state", "submitted_at"])
    attempt.refresh_from_db()
    note_result(attempt)
    return attempt


def mark_of(item: AttemptItem, question: QuestionVersion) -> Decimal:
    return grade(
        question.kind, question.scoring, question.body, item.response, item.max_mark
    )


def note_result(attempt: Attempt) -> None:
    """Count the test's block as done: a final test once it is passed."""
    quiz = attempt.quiz
    if quiz.role == Quiz.Role.FINAL:
        counts = counting_attempt(attempt.enrolment, quiz)
        if counts is None or not counts.passed:
            return
    blocks = list(Block.objects.filter(quiz=quiz))
    mark_done(enrolment=attempt.enrolment, blocks=blocks)


def counting_attempt(enrolment: Enrolment, quiz: Quiz) -> Attempt | None:
    """Return the attempt that the test's rule counts."""
    finished = enrolment.attempts.filter(quiz=quiz).finished()
    order = {
        Quiz.GradeRule.BEST: "-mark",
        Quiz.GradeRule.LAST: "-submitted_at",
        Quiz.GradeRule.FIRST: "submitted_at",
    }[Quiz.GradeRule(quiz.grade_rule)]
    if order == "-mark":
        # Draws may differ in their highest mark, so shares are compared.
        return max(
            finished, key=lambda a: (a.mark / a.max_mark, -a.number), default=None
        )
    return finished.order_by(order).first()


def overdue_attempts() -> list[int]:
    over = Attempt.objects.filter(
        state=Attempt.State.OPEN, deadline_at__lt=timezone.now() - GRACE
    )
    return list(over.order_by("deadline_at").values_list("pk", flat=True)[:1000])
