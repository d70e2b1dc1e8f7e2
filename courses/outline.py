"""What a version is made of, read with few queries, and what of it is done."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from courses.models import Block, CourseVersion, Enrolment, Lesson, Module
from foundation.languages import Text, pick


@dataclass(frozen=True)
class LessonEntry:
    number: int
    lesson: Lesson
    is_done: bool
    is_begun: bool


@dataclass(frozen=True)
class ModuleEntry:
    module: Module
    lessons: list[LessonEntry]


@dataclass(frozen=True)
class Step:
    """Where a learner stands in a scenario: what was said and chosen, what comes."""

    text: Text
    chosen: Text | None
    consequence: Text | None


@dataclass(frozen=True)
class Scenario:
    steps: list[Step]
    choices: list[tuple[str, Text]]


def outline(version: CourseVersion, enrolment: Enrolment | None) -> list[ModuleEntry]:
    done = set()
    if enrolment:
        rows = enrolment.blocks.exclude(done_at=None)
        done = set(rows.values_list("block_id", flat=True))
    entries, number = [], 0
    modules = version.modules.prefetch_related(
        Prefetch("lessons", Lesson.objects.prefetch_related("blocks"))
    )
    for module in modules:
        lessons = []
        for lesson in module.lessons.all():
            number += 1
            met = [unit & done for unit in _units(list(lesson.blocks.all()))]
            lessons.append(
                LessonEntry(number, lesson, bool(met) and all(met), any(met))
            )
        entries.append(ModuleEntry(module, lessons))
    return entries


def _units(blocks: list[Block]) -> list[set[int]]:
    found: dict[str, set[int]] = {}
    for block in blocks:
        if block.is_required:
            found.setdefault(block.group or f"#{block.pk}", set()).add(block.pk)
    return list(found.values())


def lessons_in_order(version: CourseVersion) -> list[Lesson]:
    rows: QuerySet[Lesson] = Lesson.objects.filter(module__version=version)
    return list(rows.select_related("module").order_by("module__position", "position"))


def walk(block: Block, path: list[str]) -> Scenario:
    """Return a scenario as far as a path of choices leads through it."""
    steps: list[Step] = []
    here: dict[str, Any] | None = block.data["steps"].get(block.data["start"])
    for key in path:
        choice = _choice(here, key)
        if here is None or choice is None:
            break
        steps.append(
            Step(pick(here["text"]), pick(choice["text"]), pick(choice["consequence"]))
        )
        here = block.data["steps"].get(choice.get("next", ""))
    if here is not None:
        steps.append(Step(pick(here["text"]), None, None))
    choices = here["choices"] if here else []
    return Scenario(steps, [(c["key"], pick(c["text"])) for c in choices])


def _choice(step: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    choices = step["choices"] if step else []
    return next((choice for choice in choices if choice["key"] == key), None)
