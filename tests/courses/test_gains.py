"""The test before learning, and what was gained since."""

import pytest

from courses.models import Attempt, Course, CourseVersion
from courses.outline import lessons_in_order
from courses.progress import units
from courses.shipped import load_courses
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory, QuizFactory, VersionFactory


@pytest.mark.django_db
def test_the_gain_is_shown_after_learning(client, course_version):
    enrolment = EnrolmentFactory(version=course_version, learner__user=UserFactory())
    client.force_login(enrolment.learner.user)
    final = course_version.quizzes.get()
    pre = QuizFactory(version=VersionFactory(), role="pre")
    marks = {"max_mark": 10, "pass_num": 60, "pass_den": 100, "seed": 1, "number": 1}
    Attempt.objects.create(
        enrolment=enrolment, quiz=pre, state="submitted", mark=4, **marks
    )
    after = Attempt.objects.create(
        enrolment=enrolment, quiz=final, state="submitted", mark=7, **marks
    )

    page = client.get(f"/en{after.get_absolute_url()[3:]}result/").content.decode()

    assert "Before learning: 40" in page
    assert "50%" in page


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["honest-start", "honest-business"])
def test_a_short_course_begins_with_a_test_nobody_must_take(slug):
    load_courses()

    version = CourseVersion.objects.get(course__slug=slug)
    first = lessons_in_order(version)[0].blocks.get()

    assert first.quiz.role == "pre"
    assert first.quiz.slots.count() == 3
    assert first.pk not in set().union(*units(version))
    assert {c.audience for c in Course.objects.all()} == set(Course.Audience.values)
