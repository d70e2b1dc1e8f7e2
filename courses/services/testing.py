"""Tests: draw, save, submit and grade. The server's clock is the only one."""

import random
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.answers import is_in, read
from courses.grading import option_order
from courses.marking import finish_attempt, is_over
from courses.models import (
    Attempt,
    AttemptItem,
    Enrolment,
    Extension,
    QuestionVersion,
    Quiz,
    QuizSlot,
)

Drawn = list[tuple[QuestionVersion, Decimal]]


@transaction.atomic
def start_attempt(*, enrolment: Enrolment, quiz: Quiz) -> Attempt:
    """Return the open attempt, or draw a new one where the rules allow it."""
    # Parallel starts wait here, so that the second one finds the first one's attempt.
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    mine = enrolment.attempts.filter(quiz=quiz)
    for attempt in mine.filter(state=Attempt.State.OPEN):
        if not is_over(attempt, timezone.now()):
            return attempt
        finish_attempt(attempt=attempt)
    reason = why_not(enrolment, quiz)
    if reason:
        raise ValidationError(reason)
    return _draw(enrolment, quiz, (mine.aggregate(n=Max("number"))["n"] or 0) + 1)


def why_not(enrolment: Enrolment, quiz: Quiz) -> str:
    """Return why no new attempt may begin, or nothing."""
    finished = enrolment.attempts.filter(quiz=quiz).finished()
    if quiz.max_attempts is not None and finished.count() >= quiz.max_attempts:
        return _("No attempt is left")
    if quiz.role == Quiz.Role.PRE and finished.exists():
        return _("This test is taken once, before learning")
    last = finished.order_by("-submitted_at").first()
    if last and last.submitted_at:
        free_at = last.submitted_at + timedelta(seconds=quiz.cooldown_s)
        if free_at > timezone.now():
            minutes = int((free_at - timezone.now()).total_seconds() // 60) + 1
            return _("The next attempt may begin in %(minutes)s min") % {
                "minutes": minutes
            }
    return ""


def _draw(enrolment: Enrolment, quiz: Quiz, number: int) -> Attempt:
    seed = secrets.randbits(62)
    chance = random.Random(seed)  # noqa: S311  kept with the attempt, so it can be redone
    drawn: Drawn = []
    for slot in quiz.slots.all():
        drawn += _from_slot(slot, chance)
    if not drawn:
        raise ValidationError(_("The test has no questions yet"))
    if quiz.shuffle_questions:
        chance.shuffle(drawn)
    now = timezone.now()
    attempt = Attempt.objects.create(
        enrolment=enrolment,
        quiz=quiz,
        number=number,
        seed=seed,
        started_at=now,
        deadline_at=_deadline(enrolment, quiz, now),
        max_mark=sum((mark for _q, mark in drawn), Decimal(0)),
        pass_num=quiz.pass_num,
        pass_den=quiz.pass_den,
    )
    AttemptItem.objects.bulk_create(
        AttemptItem(
            attempt=attempt,
            position=place,
            question=question,
            max_mark=mark,
            option_order=option_order(
                question.kind, question.body, chance, quiz.shuffle_options
            ),
        )
        for place, (question, mark) in enumerate(drawn, start=1)
    )
    return attempt


def _from_slot(slot: QuizSlot, chance: random.Random) -> Drawn:
    pool = QuestionVersion.objects.filter(pools__slot=slot).order_by("pk")
    questions = list(pool)
    chosen = chance.sample(questions, min(slot.count, len(questions)))
    return [(question, slot.mark) for question in chosen]


def _deadline(enrolment: Enrolment, quiz: Quiz, now: datetime) -> datetime | None:
    if quiz.time_limit_s is None:
        return None
    more = Extension.objects.filter(learner=enrolment.learner_id).first()
    percent = 100 + (more.percent if more else 0)
    return now + timedelta(seconds=quiz.time_limit_s * percent // 100)


@transaction.atomic
def save_answers(*, attempt: Attempt, sent: Mapping[str, Any]) -> bool:
    """Keep the answers of a form; False where the attempt takes no more."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    now = timezone.now()
    if attempt.state != Attempt.State.OPEN or is_over(attempt, now):
        return False
    changed = []
    for item in attempt.items.select_related("question"):
        if not is_in(item, sent):
            continue
        response = read(item, sent)
        if response != item.response:
            item.response, item.answered_at = response, now
            changed.append(item)
    if changed:
        AttemptItem.objects.bulk_update(changed, ["response", "answered_at"])
    return True
