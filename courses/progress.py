"""How far a learner is: 100 % exactly when the rule of completion holds."""

from django.db import transaction
from django.utils import timezone

from courses.models import Block, BlockProgress, CourseVersion, Enrolment


@transaction.atomic
def mark_done(*, enrolment: Enrolment, blocks: list[Block]) -> None:
    now = timezone.now()
    for block in blocks:
        progress, _is_new = BlockProgress.objects.get_or_create(
            enrolment=enrolment, block=block
        )
        if progress.done_at is None:
            progress.done_at = now
            progress.save(update_fields=["done_at"])
    recount(enrolment)


def units(version: CourseVersion) -> list[set[int]]:
    """Return what makes up the progress: required blocks; of a group, any one."""
    found: dict[tuple[int, str], set[int]] = {}
    rows = Block.objects.filter(lesson__module__version=version, is_required=True)
    for pk, lesson, group in rows.values_list("pk", "lesson_id", "group"):
        found.setdefault((lesson, group or f"#{pk}"), set()).add(pk)
    return list(found.values())


@transaction.atomic
def recount(enrolment: Enrolment) -> None:
    """Bring progress in step: 100 % exactly when every unit is done.

    What was completed stays so, whatever happens later.
    """
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.completed_at is None:
        done = set(
            locked.blocks.exclude(done_at=None).values_list("block_id", flat=True)
        )
        whole = units(locked.version)
        met = sum(bool(unit & done) for unit in whole)
        locked.progress_bp = met * 10000 // len(whole) if whole else 0
        if whole and met == len(whole):
            locked.completed_at = timezone.now()
        locked.save(update_fields=["progress_bp", "completed_at"])
    enrolment.progress_bp = locked.progress_bp
    enrolment.completed_at = locked.completed_at
