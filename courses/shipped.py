"""Load the courses of `data/courses/`: each is published once and then left alone."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from courses.models import (
    Block,
    BlockText,
    Course,
    CourseVersion,
    Lesson,
    Module,
    Question,
    QuestionBank,
    QuestionVersion,
    Quiz,
    QuizSlot,
)
from courses.reading import LANGUAGES, merge, read_module, read_questions
from courses.services.publishing import publish_version

FOLDER = settings.BASE_DIR / "data" / "courses"


@transaction.atomic
def load_courses() -> int:
    """Add the courses that are missing; return how many."""
    added = 0
    for path in sorted(FOLDER.glob("*/course.toml")):
        if not Course.objects.filter(slug=path.parent.name).exists():
            _load(path)
            added += 1
    return added


def _load(path: Path) -> None:
    about = tomllib.loads(path.read_text("utf-8"))
    folder = path.parent
    course = Course.objects.create(slug=folder.name, audience=about["audience"])
    version = CourseVersion.objects.create(
        course=course,
        number=1,
        minutes=about["minutes"],
        validity_months=about.get("validity_months"),
        **_columns("title", about["title"]),
        **_columns("summary", about["summary"]),
    )
    bank = QuestionBank.objects.create(slug=folder.name, name=about["title"]["en"])
    modules = sorted(
        {int(file.stem.split(".")[0]) for file in folder.glob("[0-9]*.txt")}
    )
    for number in modules:
        _load_questions(folder, bank, number)
        _load_module(folder, version, bank, number, about)
    if "pre" in about:
        _load_pre(version, bank, modules, about)
    _load_final(version, bank, modules, about)
    publish_version(version=version, by=None)


def _columns(field: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": texts[code] for code in LANGUAGES}


def _merged(folder: Path, name: str, read: Any) -> Any:
    paths = {code: folder / f"{name}.{code}.txt" for code in LANGUAGES}
    return merge({c: read(p.read_text("utf-8")) for c, p in paths.items()}, name)


def _load_questions(folder: Path, bank: QuestionBank, number: int) -> None:
    for key, row in _merged(folder, f"questions.{number}", read_questions).items():
        question = Question.objects.create(bank=bank, key=f"{folder.name}-{key}")
        body = row["body"]
        if row["kind"] == "short":
            body["answers"] = {
                code: [text.strip() for text in texts.split("|")]
                for code, texts in body["answers"][0].items()
            }
        parts = ("multiple", "matching", "ordering", "cloze")
        QuestionVersion.objects.create(
            question=question,
            kind=row["kind"],
            scoring="partial" if row["kind"] in parts else "all_or_nothing",
            body=body,
            tags=[f"m{number}"],
        )


def _load_module(
    folder: Path, version: CourseVersion, bank: QuestionBank, number: int, about: Any
) -> None:
    read = _merged(folder, str(number), read_module)
    module = Module.objects.create(
        version=version, position=number, **_columns("title", read["title"])
    )
    for place, row in enumerate(read["lessons"], start=1):
        lesson = Lesson.objects.create(
            module=module, position=place, **_columns("title", row["title"])
        )
        for position, part in enumerate(row["blocks"], start=1):
            quiz = None
            if part["kind"] == "quiz":
                quiz = _quiz(version, "practice", part["title"], review="always")
                _slot(quiz, 1, bank, number, about["practice_questions"])
            block = Block.objects.create(
                lesson=lesson,
                position=position,
                kind=part["kind"],
                quiz=quiz,
                data=part["data"],
            )
            for code in LANGUAGES:
                BlockText.objects.create(
                    block=block,
                    language=code,
                    title=part["title"][code],
                    html=part["html"][code],
                    state=BlockText.State.READY,
                )


def _quiz(
    version: CourseVersion, role: str, title: dict[str, str], **rules: Any
) -> Quiz:
    return Quiz.objects.create(
        version=version, role=role, **_columns("title", title), **rules
    )


def _slot(quiz: Quiz, place: int, bank: QuestionBank, number: int, count: int) -> None:
    QuizSlot.objects.create(
        quiz=quiz,
        position=place,
        mark=Decimal(1),
        bank=bank,
        tag=f"m{number}",
        count=count,
    )


def _load_final(
    version: CourseVersion, bank: QuestionBank, modules: list[int], about: Any
) -> None:
    """Put the final test into a module of its own."""
    final = about["final"]
    rules = {"time_limit_s": final["minutes"] * 60, "cooldown_s": final["cooldown_s"]}
    quiz = _quiz(version, "final", final["title"], **rules)
    _load_test(version, bank, modules, final, quiz, len(modules) + 1)


def _load_pre(
    version: CourseVersion, bank: QuestionBank, modules: list[int], about: Any
) -> None:
    """Put a test before learning in front; nobody has to take it."""
    pre = about["pre"]
    quiz = _quiz(version, "pre", pre["title"], max_attempts=1, review="never")
    _load_test(version, bank, modules, pre, quiz, 0, is_required=False)


def _load_test(
    version: CourseVersion,
    bank: QuestionBank,
    modules: list[int],
    words: Any,
    quiz: Quiz,
    position: int,
    *,
    is_required: bool = True,
) -> None:
    module = Module.objects.create(
        version=version, position=position, **_columns("title", words["module"])
    )
    lesson = Lesson.objects.create(
        module=module, position=1, **_columns("title", words["title"])
    )
    for place, number in enumerate(modules, start=1):
        _slot(quiz, place, bank, number, words["questions"])
    block = Block.objects.create(
        lesson=lesson, position=1, kind="quiz", quiz=quiz, is_required=is_required
    )
    for code in LANGUAGES:
        BlockText.objects.create(
            block=block,
            language=code,
            title=words["title"][code],
            html=words["text"][code],
            state=BlockText.State.READY,
        )
