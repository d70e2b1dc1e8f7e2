"""A draft is put into another order by numbers."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from courses.models import Lesson
from courses.services.outlining import reorder
from courses.services.publishing import faults_to_publish
from tests.factories.accounts import UserFactory
from tests.factories.courses import BlockFactory, LessonFactory, ModuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def outlined(draft):
    """Two modules; in the first three lessons."""
    draft.modules.update(position=1)
    first = draft.modules.get()
    first.lessons.update(position=1)
    for position in (2, 3):
        LessonFactory(module=first, position=position)
    ModuleFactory(version=draft, position=2)
    return draft


def titles(module):
    return list(module.lessons.order_by("position").values_list("pk", "position"))


def address(version):
    return reverse("admin:courses_courseversion_outline", args=[version.pk])


def test_lessons_change_places(client, editor, outlined):
    module = outlined.modules.get(position=1)
    first, second, third = module.lessons.order_by("position")

    client.post(address(outlined), {f"lesson-{first.pk}": 3, f"lesson-{third.pk}": 1})

    assert titles(module) == [(third.pk, 1), (second.pk, 2), (first.pk, 3)]


def test_a_lesson_moves_into_another_module(client, editor, outlined):
    old, new = outlined.modules.order_by("position")
    lesson = old.lessons.get(position=2)

    client.post(address(outlined), {f"lesson-{lesson.pk}-module": new.pk})

    assert titles(new) == [(lesson.pk, 1)]
    assert [position for _pk, position in titles(old)] == [1, 2]


def test_blocks_and_modules_change_places(outlined):
    first, second = outlined.modules.order_by("position")
    lesson = first.lessons.get(position=1)
    block = BlockFactory(lesson=lesson, position=9)

    reorder(
        version=outlined,
        places={("module", second.pk): 0, ("block", block.pk): 0},
        homes={},
    )

    assert list(outlined.modules.order_by("position")) == [second, first]
    assert lesson.blocks.order_by("position")[0] == block


def test_a_published_version_keeps_its_order(client, editor, course_version):
    lesson = Lesson.objects.get(module__version=course_version)

    page = client.get(address(course_version)).content.decode()
    answer = client.post(address(course_version), {f"lesson-{lesson.pk}": 5})

    fields = re.findall(r"<(?:input type=.number.|select)[^>]*>", page)
    assert fields
    assert all("disabled" in field for field in fields)
    assert answer.status_code == 403
    with pytest.raises(ValidationError):
        reorder(version=course_version, places={}, homes={})


def test_a_lesson_leaves_its_version_never(outlined):
    foreign = ModuleFactory()
    lesson = Lesson.objects.filter(module__version=outlined)[0]

    with pytest.raises(ValidationError, match="within"):
        reorder(version=outlined, places={}, homes={lesson.pk: foreign.pk})


def test_the_outline_shows_which_translations_are_missing(client, editor, outlined):
    block = BlockFactory(lesson=Lesson.objects.filter(module__version=outlined)[0])

    page = client.get(address(outlined)).content.decode()

    assert page.count("translation-ready") == 3
    assert page.count("translation-missing") == 3
    assert f"block-{block.pk}" in page


def test_the_preview_finds_no_fault_that_publishing_does_not(draft):
    assert faults_to_publish(draft) == []
    assert not draft.quizzes.get().slots.filter(pool__isnull=False).exists()
