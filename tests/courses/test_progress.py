"""Progress is 0 to 100 %, and 100 exactly when the rule of completion holds."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Block, Enrolment
from courses.progress import mark_done
from tests.factories.courses import (
    BlockFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    VersionFactory,
)

# Of each block: the lesson it is in, whether it is required, and its group.
BLOCKS = st.lists(
    st.tuples(st.integers(0, 1), st.booleans(), st.sampled_from(["", "", "a", "b"])),
    min_size=1,
    max_size=6,
)
STEPS = st.lists(st.integers(0, 5), max_size=8)


def is_complete(blocks, done):
    """Say the rule in other words: each required block, or one of its group, is done."""
    required = [n for n, (_lesson, is_required, _g) in enumerate(blocks) if is_required]

    def is_met(number):
        lesson, _required, group = blocks[number]
        alike = [
            n
            for n in required
            if group and (blocks[n][0], blocks[n][2]) == (lesson, group)
        ]
        return bool(done & {number, *alike})

    return bool(required) and all(map(is_met, required))


@pytest.mark.django_db
@settings(
    # Ten thousand: `benchmarks/courses_laws.py`.
    max_examples=int(os.environ.get("PROGRESS_ROUNDS", "15")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(blocks=BLOCKS, steps=STEPS)
def test_progress_is_whole_exactly_when_the_rule_holds(blocks, steps):
    with transaction.atomic():
        module = ModuleFactory(version=VersionFactory())
        lessons = [LessonFactory(module=module, position=n) for n in (1, 2)]
        rows = [
            # The factory's own places would leave a small integer in a long run.
            BlockFactory(
                lesson=lessons[lesson],
                position=place,
                is_required=is_required,
                group=group,
            )
            for place, (lesson, is_required, group) in enumerate(blocks, 1)
        ]
        enrolment = EnrolmentFactory(version=module.version)
        done, last = set(), 0
        for step in steps:
            number = step % len(rows)
            done.add(number)
            mark_done(enrolment=enrolment, blocks=[rows[number]])
            now = Enrolment.objects.get(pk=enrolment.pk)
            assert last <= now.progress_bp <= 10000
            assert (now.progress_bp == 10000) == is_complete(blocks, done)
            assert (now.completed_at is not None) == is_complete(blocks, done)
            last = now.progress_bp
        assert Block.objects.filter(lesson__module=module).count() == len(rows)
        transaction.set_rollback(True)
