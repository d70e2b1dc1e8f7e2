import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from courses.models import (
    BlockText,
    CourseVersion,
    Lesson,
    Media,
    QuestionVersion,
    QuizSlot,
    SlotQuestion,
)
from courses.services.learning import enrol
from courses.services.publishing import content_sha256, next_draft, publish_version
from tests.courses.conftest import make_course
from tests.factories.courses import BlockFactory, BlockTextFactory, LearnerFactory

TABLES = [
    "courseversion", "module", "lesson", "block", "blocktext", "quiz", "quizslot",
    "slotquestion", "questionversion",
]  # fmt: skip


def rows_of(version):
    """Return every row of a version as the database holds it."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(
                f"SELECT to_jsonb(t)::text FROM courses_{table} t ORDER BY id"
            )
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


@pytest.mark.parametrize("table", TABLES)
def test_a_published_row_is_changed_neither_by_sql_nor_deleted(course_version, table):
    column = {
        "courseversion": "minutes",
        "blocktext": "title",
        "slotquestion": "slot_id",
    }
    name = column.get(table, "kind" if "question" in table else "position")
    name = {"quiz": "role", "block": "position"}.get(table, name)
    for statement in (
        f"UPDATE courses_{table} SET {name} = {name}",
        f"DELETE FROM courses_{table}",
    ):
        with (
            pytest.raises(DatabaseError, match="frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_published_text_is_not_changed_by_the_orm(course_version):
    text = BlockText.objects.first()
    text.html = "<p>Other</p>"

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        text.save()


def test_nothing_is_added_to_a_published_version(course_version):
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        BlockFactory(lesson=Lesson.objects.get())


def test_the_second_version_changes_no_byte_of_the_first(course_version):
    before = rows_of(course_version)

    draft = next_draft(version=course_version)
    draft.note_kk, draft.note_ru = "Түзетілді", "Исправлено"
    draft.save()
    publish_version(version=draft, by=None)

    after = rows_of(course_version)
    kept = {
        table: [row for row in rows if row in after[table]]
        for table, rows in before.items()
        if table != "courseversion"
    }
    assert kept == {t: rows for t, rows in before.items() if t != "courseversion"}
    course_version.refresh_from_db()
    assert course_version.state == CourseVersion.State.RETIRED
    assert content_sha256(course_version) == course_version.content_sha256


def test_a_learner_finishes_the_version_that_he_began(course_version):
    learner = LearnerFactory()
    first = enrol(learner=learner, version=course_version)
    draft = next_draft(version=course_version)
    draft.note_kk, draft.note_ru = "Түзетілді", "Исправлено"
    draft.save()
    second = publish_version(version=draft, by=None)

    assert enrol(learner=learner, version=second).pk == first.pk


def test_a_version_without_a_language_is_not_published(draft):
    BlockText.objects.filter(language="ru").delete()

    with pytest.raises(ValidationError, match="no finished text in ru"):
        publish_version(version=draft, by=None)


def test_a_video_without_captions_is_not_published(draft):
    media = Media.objects.create(sha256="0" * 64, file="x.mp4", language="kk")
    block = BlockFactory(lesson=Lesson.objects.get(), kind="video", media=media)
    for language in ("kk", "ru", "en"):
        BlockTextFactory(block=block, language=language)

    with pytest.raises(ValidationError, match="captions in its spoken language"):
        publish_version(version=draft, by=None)


def test_a_bank_with_too_few_questions_is_not_published(db):
    version = make_course(questions=0)
    bank = QuestionVersion.objects.model.question.field.related_model.bank.field.related_model
    QuizSlot.objects.create(
        quiz=version.quizzes.get(),
        position=1,
        bank=bank.objects.create(slug="empty", name="Empty"),
    )

    with pytest.raises(ValidationError, match="too few questions"):
        publish_version(version=version, by=None)


def test_the_pool_is_written_down_when_published(course_version):
    assert SlotQuestion.objects.count() == 5
