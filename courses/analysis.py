"""Keep the statistics of tests: first finished attempts only."""

import numpy as np
from django.db import transaction

from courses.item_analysis import DUBIOUS, Analysis, analyse
from courses.models import (
    Attempt,
    AttemptItem,
    ItemStatistic,
    Quiz,
    QuizStatistic,
)

# Below this a facility says that nearly nobody knows, or that the key is wrong.
HARD, EASY = 0.2, 0.98
ENOUGH = 10


def first_attempts(quiz: Quiz) -> list[int]:
    """Return the first attempt of each enrolment, where it is finished."""
    rows = Attempt.objects.filter(quiz=quiz).exclude(state=Attempt.State.VOID)
    first = rows.order_by("enrolment_id", "number").distinct("enrolment_id")
    return [a.pk for a in first if a.state != Attempt.State.OPEN]


@transaction.atomic
def analyse_quiz(quiz: Quiz) -> None:
    """Write a test's figures; a question is compared among those who got it."""
    Quiz.objects.select_for_update().get(pk=quiz.pk)
    marks: dict[int, dict[int, float]] = {}
    tops: dict[int, float] = {}
    rows = AttemptItem.objects.filter(attempt__in=first_attempts(quiz))
    for attempt, question, mark, top in rows.values_list(
        "attempt_id", "question_id", "mark", "max_mark"
    ):
        marks.setdefault(question, {})[attempt] = float(mark or 0)
        tops[question] = float(top)
    totals: dict[int, float] = {}
    for given in marks.values():
        for attempt, gained in given.items():
            totals[attempt] = totals.get(attempt, 0.0) + gained
    ItemStatistic.objects.filter(quiz=quiz).delete()
    ItemStatistic.objects.bulk_create(
        _statistic(quiz, question, given, totals, tops[question])
        for question, given in marks.items()
    )
    _whole(quiz, marks, tops, len(totals))


def _statistic(
    quiz: Quiz,
    question: int,
    given: dict[int, float],
    totals: dict[int, float],
    top: float,
) -> ItemStatistic:
    own = np.array(list(given.values()))
    rest = np.array([totals[attempt] - mark for attempt, mark in given.items()])
    item = analyse(np.column_stack([own, rest]), np.array([top, 1.0])).items[0]
    return ItemStatistic(
        quiz=quiz,
        question_id=question,
        attempts=len(own),
        facility=item.facility,
        deviation=item.deviation,
        discrimination=item.discrimination,
        efficiency=item.efficiency,
    )


def _whole(
    quiz: Quiz, marks: dict[int, dict[int, float]], tops: dict[int, float], people: int
) -> None:
    """Write alpha where all had the same questions; drawn tests have none."""
    same = [q for q, given in marks.items() if len(given) == people]
    found: Analysis | None = None
    if people > 1 and len(same) == len(marks) > 1:
        order = sorted(marks[same[0]])
        table = np.array([[marks[q][attempt] for q in same] for attempt in order])
        found = analyse(table, np.array([tops[q] for q in same]))
        for question, item in zip(same, found.items, strict=True):
            ItemStatistic.objects.filter(quiz=quiz, question_id=question).update(
                weight=item.weight
            )
    QuizStatistic.objects.update_or_create(
        quiz=quiz,
        defaults={
            "attempts": people,
            "alpha": found.alpha if found else None,
            "standard_error": found.standard_error if found else None,
        },
    )


def is_weak(row: ItemStatistic) -> bool:
    """Tell whether an author should look at a question."""
    if row.attempts < ENOUGH:
        return False
    if row.facility is not None and not HARD <= row.facility <= EASY:
        return True
    return row.efficiency is not None and row.efficiency < DUBIOUS
