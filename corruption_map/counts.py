"""The map's figures: cells of public risks that agree in year, area, sphere and so on.

A change of a risk or measure recounts its area and year in the same transaction, so
map, list, API and file never differ. The day's change moves the overdue ones; Celery
recounts everything after midnight, and the first reader does where it has not.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from corruption_map.models import Level, Risk, RiskCount

# Two recounts of one cell in parallel would each miss the other's change.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('risk counts'), %s)"

INSERT = """
INSERT INTO corruption_map_riskcount (grain, year, area_id, state, level, is_demo,
    sphere_id, detection_source_id, body_kind_id,
    risks, score_sum, measures, measures_overdue, counted_on)
SELECT CASE GROUPING(sphere_id, detection_source_id, kind_id)
        WHEN 7 THEN 'plain' WHEN 3 THEN 'sphere' WHEN 5 THEN 'detection' ELSE 'kind' END,
    year, area_id, state, level, is_demo, sphere_id, detection_source_id, kind_id,
    count(*), sum(current_score), sum(measures), sum(overdue), %(today)s
FROM (
    SELECT r.year, r.area_id, r.state, r.sphere_id, r.detection_source_id, b.kind_id,
        r.current_score, {level} AS level,
        r.is_demo OR coalesce(m.has_demo, false) AS is_demo,
        coalesce(m.measures, 0) AS measures, coalesce(m.overdue, 0) AS overdue
    FROM corruption_map_risk r
    LEFT JOIN territory_publicbody b ON b.id = r.body_id
    LEFT JOIN (
        SELECT risk_id, count(*) AS measures, bool_or(is_demo) AS has_demo,
            count(*) FILTER (WHERE deadline < %(today)s AND state IN
                ('planned', 'in_progress', 'reported_done', 'returned')) AS overdue
        FROM corruption_map_measure {measures} GROUP BY risk_id
    ) m ON m.risk_id = r.id
    WHERE r.state IN ('published', 'closed') {risks}
) public_risk
GROUP BY year, area_id, state, level, is_demo,
    GROUPING SETS ((), (sphere_id), (detection_source_id), (kind_id))
"""
LEVEL = "CASE {whens} ELSE '' END".format(
    whens=" ".join(
        f"WHEN r.current_score BETWEEN {low} AND {high} THEN '{level}'"
        for level in Level
        for low, high in [level.scores]
    )
)
ONE_CELL = INSERT.format(
    level=LEVEL,
    measures=(
        "WHERE risk_id IN (SELECT id FROM corruption_map_risk"
        " WHERE area_id = %(area)s AND year = %(year)s)"
    ),
    risks="AND r.area_id = %(area)s AND r.year = %(year)s",
)
ALL_CELLS = INSERT.format(level=LEVEL, measures="", risks="")


@transaction.atomic
def recount(risks: Iterable[Risk]) -> None:
    """Count the areas and years of these risks anew."""
    today = timezone.localdate()
    # Sorted, so that two transactions take their locks in one order.
    for area, year in sorted({(risk.area_id, risk.year) for risk in risks}):
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [area * 10_000 + year])
            RiskCount.objects.filter(area=area, year=year).delete()
            cursor.execute(ONE_CELL, {"area": area, "year": year, "today": today})


@transaction.atomic
def recount_all(today: date | None = None) -> None:
    """Count everything anew: about 2 s for 1,000,000 risks."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE corruption_map_riskcount IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM corruption_map_riskcount")
        cursor.execute(ALL_CELLS, {"today": today or timezone.localdate()})


def ensure_counted_today() -> None:
    """Recount when the figures are of an earlier day or missing altogether."""
    oldest = RiskCount.objects.aggregate(day=Min("counted_on"))["day"]
    if oldest is None and not Risk.objects.public().exists():
        return
    if oldest is None or oldest < timezone.localdate():
        recount_all()
