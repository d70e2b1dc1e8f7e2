from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.utils import timezone

from courses.marking import finish_attempt
from courses.models import Attempt, Enrolment, Extension, Quiz
from courses.services.publishing import publish_version
from courses.services.testing import save_answers, start_attempt
from courses.tasks import close_overdue_attempts
from tests.courses.conftest import make_course
from tests.factories.courses import EnrolmentFactory, LearnerFactory


@pytest.fixture
def enrolment(course_version):
    return EnrolmentFactory(version=course_version)


@pytest.fixture
def quiz(course_version):
    return course_version.quizzes.get()


def sent(attempt, right=None):
    """Return the form with so many right answers, the others wrong."""
    form = {}
    for n, item in enumerate(attempt.items.all()):
        wanted = 0 if right is None or n < right else 1
        form[f"q{item.position}.shown"] = "1"
        form[f"q{item.position}"] = str(item.option_order.index(wanted))
    return form


def test_all_right_answers_pass(enrolment, quiz):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)

    save_answers(attempt=attempt, sent=sent(attempt))
    attempt = finish_attempt(attempt=attempt)

    assert attempt.passed
    assert attempt.percent == 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mark", "top"),
    [
        (3, 5),
        (6, 10),
        (9, 15),
        (12, 20),
        (15, 25),
        (18, 30),
        (27, 45),
        (39, 65),
        (57, 95),
    ],
)
def test_sixty_per_cent_pass_and_one_step_less_does_not(enrolment, quiz, mark, top):
    exact = Attempt.objects.create(
        enrolment=enrolment, quiz=quiz, number=1, seed=1, mark=mark, max_mark=top,
        pass_num=60, pass_den=100, state="submitted", submitted_at=timezone.now(),
    )  # fmt: skip
    less = Attempt.objects.create(
        enrolment=enrolment, quiz=quiz, number=2, seed=1, max_mark=top,
        mark=Decimal(mark) - Decimal("0.00001"), pass_num=60, pass_den=100,
        state="submitted", submitted_at=timezone.now(),
    )  # fmt: skip
    exact.refresh_from_db()
    less.refresh_from_db()

    assert exact.passed
    assert exact.percent == 60
    assert not less.passed
    assert less.percent < 60


def test_an_open_attempt_has_not_passed(enrolment, quiz):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)

    assert not Attempt.objects.get(pk=attempt.pk).passed


def test_a_second_tab_shows_the_same_questions(enrolment, quiz):
    first = start_attempt(enrolment=enrolment, quiz=quiz)
    second = start_attempt(enrolment=enrolment, quiz=quiz)

    assert first.pk == second.pk


def test_answers_after_the_deadline_do_not_count_but_saved_ones_do(enrolment, quiz):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)
    save_answers(attempt=attempt, sent=sent(attempt, right=2))
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=6))

    assert not save_answers(attempt=attempt, sent=sent(attempt))
    attempt = finish_attempt(attempt=attempt)

    assert attempt.state == Attempt.State.EXPIRED
    assert attempt.mark == 2
    assert attempt.submitted_at == attempt.deadline_at


def test_the_sweep_closes_what_ran_out_once(enrolment, quiz):
    start_attempt(enrolment=enrolment, quiz=quiz)
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=6))

    close_overdue_attempts()
    before = Attempt.objects.get()
    close_overdue_attempts()

    assert before.state == Attempt.State.EXPIRED
    assert Attempt.objects.get().submitted_at == before.submitted_at


def test_a_person_with_more_time_has_a_later_deadline(enrolment, quiz):
    Extension.objects.create(learner=enrolment.learner, percent=50, reason="Sight")
    quiz.time_limit_s = 600

    attempt = start_attempt(enrolment=enrolment, quiz=quiz)

    assert attempt.deadline_at - attempt.started_at == timedelta(seconds=900)


@pytest.mark.django_db
def test_no_attempt_beyond_the_limit():
    version = publish_version(version=make_course(max_attempts=1), by=None)
    enrolment = EnrolmentFactory(version=version)
    finish_attempt(
        attempt=start_attempt(enrolment=enrolment, quiz=version.quizzes.get())
    )

    with pytest.raises(ValidationError, match="No attempt is left"):
        start_attempt(enrolment=enrolment, quiz=version.quizzes.get())


@pytest.mark.django_db
def test_no_attempt_within_the_waiting_time():
    version = publish_version(version=make_course(cooldown_s=600), by=None)
    enrolment = EnrolmentFactory(version=version)
    finish_attempt(
        attempt=start_attempt(enrolment=enrolment, quiz=version.quizzes.get())
    )

    with pytest.raises(ValidationError, match="10 min"):
        start_attempt(enrolment=enrolment, quiz=version.quizzes.get())


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_no_page_before_submission_holds_a_key(client, enrolment, quiz, language):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)
    client.force_login(enrolment.learner.user)
    learn = f"/{language}/courses/learn/{enrolment.public_id}/"
    pages = [
        client.get(learn),
        client.get(f"{learn}1/"),
        client.get(f"{learn}test/{quiz.pk}/"),
        client.get(f"/{language}/courses/attempts/{attempt.public_id}/"),
        client.post(
            f"/{language}/courses/attempts/{attempt.public_id}/save/", sent(attempt)
        ),
        client.get(f"/{language}/courses/attempts/{attempt.public_id}/result/"),
        client.get("/api/v1/courses/"),
    ]

    text = "".join(page.content.decode() for page in pages)
    secrets = ['rightone"', 'wrongone"', "fraction", "Because of the law", ">why"]
    assert [page.status_code for page in pages] == [200, 200, 200, 200, 200, 302, 200]
    assert [secret for secret in secrets if secret in text] == []


def test_the_language_changes_nothing_but_the_words(client, enrolment, quiz):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)
    client.force_login(enrolment.learner.user)
    client.post(f"/kk/courses/attempts/{attempt.public_id}/", sent(attempt))
    names = []
    for language in ("kk", "ru"):
        page = client.get(f"/{language}/courses/attempts/{attempt.public_id}/")
        shown = page.context["questions"]
        names.append([(q.name, [o.is_chosen for o in q.options]) for q in shown])

    assert names[0] == names[1]
    assert any(True in chosen for _name, chosen in names[0])


def test_others_cannot_save_into_an_attempt(client, enrolment, quiz):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)
    client.force_login(LearnerFactory().user)

    answer = client.post(
        f"/en/courses/attempts/{attempt.public_id}/save/", sent(attempt)
    )

    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_starts_open_one_attempt():
    version = publish_version(version=make_course(), by=None)
    enrolment = EnrolmentFactory(version=version)
    quiz = Quiz.objects.get()

    def start(_n):
        try:
            return start_attempt(
                enrolment=Enrolment.objects.get(pk=enrolment.pk), quiz=quiz
            ).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        started = set(pool.map(start, range(50)))

    assert len(started) == 1
    assert Attempt.objects.count() == 1


def test_percent_is_the_same_wherever_it_is_shown(client, enrolment, quiz):
    attempt = start_attempt(enrolment=enrolment, quiz=quiz)
    save_answers(attempt=attempt, sent=sent(attempt, right=4))
    attempt = finish_attempt(attempt=attempt)
    client.force_login(enrolment.learner.user)

    page = client.get(f"/en/courses/attempts/{attempt.public_id}/result/")

    assert '<strong class="number" id="percent">80 %</strong>' in page.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor(mark * 1000 / max_mark) FROM courses_attempt")
        assert cursor.fetchone()[0] == attempt.permille
