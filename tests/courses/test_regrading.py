import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.utils import DatabaseError

from courses.analysis import analyse_quiz, first_attempts
from courses.marking import finish_attempt
from courses.models import ItemStatistic, QuestionVersion, Regrade
from courses.services.regrading import preview, regrade
from courses.services.testing import save_answers, start_attempt
from tests.courses.test_testing import sent
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory, choice, texts


@pytest.fixture
def attempt(course_version):
    enrolment = EnrolmentFactory(version=course_version)
    row = start_attempt(enrolment=enrolment, quiz=course_version.quizzes.get())
    save_answers(attempt=row, sent=sent(row, right=2))
    return finish_attempt(attempt=row)


def corrected(item, right="wrongone"):
    other = "rightone" if right == "wrongone" else "wrongone"
    choices = [choice(right, "1"), choice(other, "0")]
    body = {"stem": texts("Which?"), "choices": choices, "explanation": texts("So")}
    return QuestionVersion.objects.create(
        question=item.question.question, number=2, kind="single", body=body
    )


def test_a_corrected_key_gives_the_pass_that_was_earned(attempt):
    item = attempt.items.filter(mark=0).first()
    new = corrected(item)

    effect = preview(wrong=item.question, corrected=new)
    regrade(wrong=item.question, corrected=new, reason="Key", by=UserFactory())

    attempt.refresh_from_db()
    assert (effect.answers, effect.changed, effect.newly_passed) == (1, 1, 1)
    assert attempt.passed
    assert Regrade.objects.get().after == 1


def test_nobody_loses_a_pass(course_version):
    enrolment = EnrolmentFactory(version=course_version)
    row = start_attempt(enrolment=enrolment, quiz=course_version.quizzes.get())
    save_answers(attempt=row, sent=sent(row, right=3))
    row = finish_attempt(attempt=row)
    item = row.items.filter(mark=1).first()
    new = corrected(item)

    effect = preview(wrong=item.question, corrected=new)
    regrade(wrong=item.question, corrected=new, reason="Key", by=UserFactory())

    row.refresh_from_db()
    assert effect.kept == 1
    assert row.passed
    assert row.mark == 3


def test_a_question_is_not_regraded_by_another(attempt):
    first, second = attempt.items.all()[:2]

    with pytest.raises(ValidationError, match="same question"):
        regrade(
            wrong=first.question,
            corrected=second.question,
            reason="x",
            by=UserFactory(),
        )


def test_the_log_is_append_only(attempt):
    item = attempt.items.filter(mark=0).first()
    regrade(
        wrong=item.question, corrected=corrected(item), reason="K", by=UserFactory()
    )

    with (
        pytest.raises(DatabaseError, match="append-only"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM courses_regrade")


def test_statistics_take_first_finished_attempts_only(attempt):
    quiz = attempt.quiz
    second = start_attempt(enrolment=attempt.enrolment, quiz=quiz)
    start_attempt(enrolment=EnrolmentFactory(version=quiz.version), quiz=quiz)
    finish_attempt(attempt=second)

    analyse_quiz(quiz)
    analyse_quiz(quiz)

    assert first_attempts(quiz) == [attempt.pk]
    assert ItemStatistic.objects.filter(quiz=quiz).count() == 5
    assert set(ItemStatistic.objects.values_list("discrimination", flat=True)) == {None}


def test_staff_see_the_questions_to_look_at(client, settings, attempt):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    questions = list(QuestionVersion.objects.order_by("pk")[:4])
    figures = [(9, 0.1, 1), (10, 0.1, 90), (10, 0.5, 14.9), (10, 0.5, 15)]
    for question, (attempts, facility, efficiency) in zip(
        questions, figures, strict=True
    ):
        ItemStatistic.objects.create(
            quiz=attempt.quiz, question=question, attempts=attempts,
            facility=facility, efficiency=efficiency,
        )  # fmt: skip

    page = client.get("/admin/courses/itemstatistic/?weak=1")

    weak = {row.question_id for row in page.context["cl"].result_list}
    assert weak == {questions[1].pk, questions[2].pk}
