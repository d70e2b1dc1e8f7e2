"""Two people at once: the second finds it done. Each fails without its lock."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from corruption_map.counts import recount_all
from corruption_map.models import Change, PublicComment, Risk, RiskCount
from corruption_map.services.comments import (
    moderate_comment,
    rate_reply,
    reply_to_comment,
)
from corruption_map.services.measures import change_deadline, move_measure
from corruption_map.services.progress import verify_progress
from corruption_map.services.risks import move_risk
from foundation.audit.models import AuditEvent
from tests.corruption_map.figures import figures
from tests.factories.corruption_map import (
    MeasureFactory,
    ProgressReportFactory,
    PublicCommentFactory,
    RiskFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions):
    """Run actions at the same time; return what each gave or raised."""
    outcomes = [None] * len(actions)
    ready = Barrier(len(actions))

    def run(place, action):
        ready.wait()
        try:
            outcomes[place] = action()
        except ValidationError as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [
        Thread(target=run, args=[place, action]) for place, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def refused(outcomes):
    return [each for each in outcomes if isinstance(each, ValidationError)]


def test_a_measure_is_verified_once(editor, second_editor):
    measure = MeasureFactory(reported=True, risk__published=True)

    outcomes = at_once(
        *(
            lambda by=by: move_measure(measure=measure, to="verified_done", by=by)
            for by in (editor, second_editor) * 3
        )
    )

    assert len(refused(outcomes)) == 5
    assert AuditEvent.objects.filter(action="move to verified_done").count() == 1


def test_a_risk_is_published_once(editor, second_editor):
    risk = RiskFactory(in_review=True)

    outcomes = at_once(
        *(
            lambda by=by: move_risk(risk=risk, to="published", by=by)
            for by in (editor, second_editor) * 3
        )
    )

    assert len(refused(outcomes)) == 5
    assert AuditEvent.objects.filter(action="move to published").count() == 1


def test_a_deadline_moves_from_where_it_stands(editor):
    measure = MeasureFactory(risk__published=True, deadline="2025-01-31")
    days = [f"2025-0{month}-01" for month in range(2, 8)]

    at_once(
        *(
            lambda day=day: change_deadline(
                measure=measure, to=day, reason={"en": "Because"}, act="", by=editor
            )
            for day in days
        )
    )

    changes = list(measure.deadline_changes.order_by("pk"))
    assert len(changes) == 6
    assert [c.before for c in changes[1:]] == [c.after for c in changes[:-1]]


def test_a_comment_is_moderated_once(editor, second_editor):
    comment = PublicCommentFactory()

    outcomes = at_once(
        *(
            lambda by=by: moderate_comment(
                comment=comment, publish=True, by=by, reason=""
            )
            for by in (editor, second_editor) * 3
        )
    )

    assert len(refused(outcomes)) == 5


def test_a_comment_is_replied_to_once(editor):
    comment = PublicCommentFactory(published=True)

    outcomes = at_once(
        *(
            lambda n=n: reply_to_comment(
                comment=comment, reply={"en": f"{n}"}, by=editor
            )
            for n in range(6)
        )
    )

    assert len(refused(outcomes)) == 5


def test_progress_is_verified_once(editor):
    report = ProgressReportFactory()

    outcomes = at_once(
        *(
            lambda: verify_progress(
                report=report, state="in_progress", finding={}, by=editor
            )
            for _ in range(6)
        )
    )

    assert len(refused(outcomes)) == 5


def test_no_rating_is_lost():
    comment = PublicCommentFactory(replied=True)
    stale = PublicComment.objects.get()

    at_once(*(lambda: rate_reply(comment=stale, stars=4) for _ in range(8)))

    comment.refresh_from_db()
    assert (comment.rating_count, comment.rating_sum) == (8, 32)


def test_risks_published_at_once_are_all_counted(editor):
    first = RiskFactory(in_review=True)
    same = {
        "area": first.area,
        "sphere": first.sphere,
        "detection_source": first.detection_source,
    }
    risks = [first, *RiskFactory.create_batch(5, in_review=True, **same)]

    at_once(
        *(
            lambda risk=risk: move_risk(risk=risk, to="published", by=editor)
            for risk in risks
        )
    )

    kept = figures()
    recount_all()
    assert kept == figures()
    plain = RiskCount.objects.filter(grain=RiskCount.Grain.PLAIN)
    assert (
        sum(plain.values_list("risks", flat=True)) == Risk.objects.public().count() == 6
    )
    assert not Change.objects.exists()
