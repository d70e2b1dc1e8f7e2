"""Count the share of staff trained for 2,000 bodies and 500,000 employees.

    .venv/bin/python -m portal.embedded exec --throwaway --data var/test -- \
        .venv/bin/python manage.py shell -c "import benchmarks.courses_kpi"
"""

from collections.abc import Callable
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import connection

from courses.datasets import TRAINING
from courses.models import Course, TrainedShare
from courses.training import trained_on, write_shares

BODIES, STAFF = 2_000, 500_000
DAY = date(2026, 3, 10)

FILL = f"""
INSERT INTO territory_publicbody (code, abbreviation, name_kk, name_ru, name_en, kind_id,
    note_kk, note_ru, note_en, names_confirmed, is_demo, parent_id, area_id)
SELECT 'b' || n, '', 'b', 'b', 'b', (SELECT min(id) FROM territory_bodykind),
    '', '', '', true, true, NULL,
    (SELECT min(id) FROM territory_area) FROM generate_series(1, {BODIES}) n;
UPDATE territory_publicbody SET parent_id = (SELECT id FROM territory_publicbody p
    WHERE p.code = 'b' || ((substr(territory_publicbody.code, 2)::int + 9) / 10))
    WHERE code ~ '^b[0-9]+$' AND code <> 'b1';
INSERT INTO accounts_user (email, name, password, language, is_staff, is_superuser,
    is_active, password_is_temporary, date_joined)
SELECT 'u' || n || '@example.org', '', '', 'kk', false, false, true, false, now()
    FROM generate_series(1, {STAFF}) n;
INSERT INTO courses_employment (user_id, body_id, position_group, period, is_primary)
SELECT u.id, (SELECT min(id) FROM territory_publicbody WHERE code ~ '^b[0-9]+$')
    + u.id % {BODIES}, '', '[2026-01-01,)', true
    FROM accounts_user u WHERE u.email LIKE 'u%@example.org';
INSERT INTO courses_learner (user_id) SELECT id FROM accounts_user
    WHERE email LIKE 'u%@example.org' AND id % 10 < 7;
INSERT INTO courses_enrolment (public_id, learner_id, version_id, started_at, progress_bp)
SELECT 'e' || l.id, l.id, v.id, '2026-01-02', 0 FROM courses_learner l,
    (SELECT id FROM courses_courseversion ORDER BY id LIMIT 1) v;
INSERT INTO courses_attempt (public_id, enrolment_id, quiz_id, number, seed, started_at,
    submitted_at, state, mark, max_mark, pass_num, pass_den)
SELECT 'a' || e.id, e.id, q.id, 1, 1, '2026-01-02', '2026-01-02', 'submitted',
    10 + e.id % 15, 24, 60, 100 FROM courses_enrolment e
    JOIN courses_quiz q ON q.version_id = e.version_id AND q.role = 'final';
ANALYZE;
"""


def timed(name: str, work: Callable[[], Any]) -> Any:
    start = perf_counter()
    found = work()
    print(f"{name}: {perf_counter() - start:.2f} s")
    return found


call_command("migrate", verbosity=0)
call_command("load_data", verbosity=0)
with connection.cursor() as cursor:
    timed("fill", lambda: cursor.execute(FILL))
course = Course.objects.order_by("versions__id")[0]
found = timed("count one day anew", lambda: trained_on(course, DAY))
timed("count and keep one day", lambda: write_shares(course, DAY))
read = TRAINING.reader()
rows = timed(
    "read the day's snapshot",
    lambda: [
        read(row)
        for row in TrainedShare.objects.filter(as_of=DAY).values_list(*TRAINING.lookups)
    ],
)
print(f"{len(found)} bodies counted, {len(rows)} rows read")
