"""Who counts as trained: the one definition, for every day."""

from django.db import migrations

# Persons by their main post on the day, in the body and those below it; without who is
# exempt that day. Trained is who has passed a final test of the course by the day, and
# whose pass has not run out by then. A body without staff has no row.
DEFINITION = """
CREATE FUNCTION courses_trained(course bigint, day date, zone text)
RETURNS TABLE (body_id bigint, staff bigint, trained bigint) LANGUAGE sql STABLE AS $$
WITH RECURSIVE below AS (
    SELECT id AS top, id AS body FROM territory_publicbody
    UNION
    SELECT below.top, child.id FROM below
    JOIN territory_publicbody child ON child.parent_id = below.body
),
passed AS (
    SELECT DISTINCT l.user_id
    FROM courses_attempt a
    JOIN courses_quiz q ON q.id = a.quiz_id AND q.role = 'final'
    JOIN courses_courseversion v ON v.id = q.version_id AND v.course_id = course
    JOIN courses_enrolment e ON e.id = a.enrolment_id
    JOIN courses_learner l ON l.id = e.learner_id
    WHERE a.passed AND (a.submitted_at AT TIME ZONE zone)::date <= day
    AND (v.validity_months IS NULL OR ((a.submitted_at AT TIME ZONE zone)::date
        + make_interval(months => v.validity_months))::date >= day)
),
exempt AS (
    SELECT DISTINCT o.user_id FROM courses_obligation o
    JOIN courses_requirement r ON r.id = o.requirement_id AND r.course_id = course
    WHERE o.exempt_period @> day
),
direct AS (
    SELECT e.body_id AS body, count(*) AS staff, count(p.user_id) AS trained
    FROM courses_employment e
    LEFT JOIN passed p ON p.user_id = e.user_id
    LEFT JOIN exempt x ON x.user_id = e.user_id
    WHERE e.is_primary AND e.period @> day AND x.user_id IS NULL
    GROUP BY e.body_id
)
SELECT below.top, sum(direct.staff)::bigint, sum(direct.trained)::bigint
FROM below JOIN direct ON direct.body = below.body
GROUP BY below.top
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_freeze")]

    operations = [
        migrations.RunSQL(
            DEFINITION, "DROP FUNCTION courses_trained(bigint, date, text);"
        )
    ]
