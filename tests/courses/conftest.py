import pytest

from courses import credentials
from courses.models import Block, CourseVersion
from courses.services.publishing import publish_version
from tests.factories.courses import (
    BlockFactory,
    BlockTextFactory,
    LessonFactory,
    ModuleFactory,
    QuestionVersionFactory,
    QuizFactory,
    SlotFactory,
    VersionFactory,
)


@pytest.fixture(autouse=True)
def own_key(settings, tmp_path):
    """Sign with a key of this test's own, made in a folder of its own."""
    settings.VAR_DIR = tmp_path
    settings.PUBLIC_URL = "https://portal.example"
    credentials.signing_key.cache_clear()
    yield
    credentials.signing_key.cache_clear()


def make_course(questions=5, number=1, course=None, **rules):
    """Return a draft of one text and a final test of so many questions."""
    more = {"course": course} if course else {}
    version = VersionFactory(number=number, note_kk="Жаңа", note_ru="Новое", **more)
    lesson = LessonFactory(module=ModuleFactory(version=version))
    block = BlockFactory(lesson=lesson)
    for language in ("kk", "ru", "en"):
        BlockTextFactory(block=block, language=language)
    quiz = QuizFactory(version=version, **rules)
    BlockFactory(lesson=lesson, kind=Block.Kind.QUIZ, quiz=quiz)
    for _ in range(questions):
        SlotFactory(quiz=quiz, question=QuestionVersionFactory())
    return version


@pytest.fixture
def draft(db):
    return make_course()


@pytest.fixture
def course_version(draft):
    return CourseVersion.objects.get(pk=publish_version(version=draft, by=None).pk)
