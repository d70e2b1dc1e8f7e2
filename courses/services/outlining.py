"""Put modules, lessons and blocks of a draft into another order."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Block, CourseVersion, Lesson, Module

# A kind of row and its number, such as ("lesson", 7), to the place it was given.
Places = dict[tuple[str, int], int]


@transaction.atomic
def reorder(*, version: CourseVersion, places: Places, homes: dict[int, int]) -> None:
    """Number everything anew by the places given; rows of one place keep their order.

    `homes` moves lessons into another module. What the form did not name stays where
    it is, and what belongs to another version is refused.
    """
    version = CourseVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != CourseVersion.State.DRAFT:
        raise ValidationError(_("Only a draft can be put into another order"))
    modules = {row.pk: row for row in version.modules.all()}
    lessons = list(Lesson.objects.filter(module__version=version))
    for lesson in lessons:
        home = homes.get(lesson.pk, lesson.module_id)
        if home not in modules:
            raise ValidationError(_("A lesson stays within its version"))
        lesson.module_id = home
    blocks = list(Block.objects.filter(lesson__module__version=version))
    _number("module", modules.values(), places, lambda row: 0)
    _number("lesson", lessons, places, lambda row: row.module_id)
    _number("block", blocks, places, lambda row: row.lesson_id)
    Module.objects.bulk_update(modules.values(), ["position"])
    Lesson.objects.bulk_update(lessons, ["position", "module"])
    Block.objects.bulk_update(blocks, ["position"])


def _number(kind: str, rows: Iterable[Any], places: Places, home: Any) -> None:
    """Give the rows of each home the positions 1, 2, 3 …"""
    ordered = sorted(
        rows,
        key=lambda row: (
            home(row),
            places.get((kind, row.pk), row.position),
            row.position,
            row.pk,
        ),
    )
    position, before = 0, None
    for row in ordered:
        position = position + 1 if home(row) == before else 1
        before = home(row)
        row.position = position
