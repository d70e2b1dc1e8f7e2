"""Lists and map over 1,000,000 risks, unstored, and the same list at page 10,000.

    python -m portal.embedded exec --data var/benchmark -- python benchmarks/million_risks.py

Fills the database of that folder with made-up rows; delete the folder afterwards. Prints
the 95th percentile of each kind of request in ms. The raw GROUP BY over the risks is
measured beside the map's cells.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from corruption_map.counts import recount_all  # noqa: E402
from corruption_map.models import Risk, RiskCount  # noqa: E402

ROWS = 1_000_000
REQUESTS = 60
FILL = """
INSERT INTO corruption_map_risk (public_id, state, year, area_id, body_id, sphere_id,
    detection_source_id, title_kk, title_ru, title_en, description_kk, description_ru,
    description_en, body_note_kk, body_note_ru, body_note_en, process_kk, process_ru,
    process_en, response_kk, response_ru, response_en, amount_note_kk, amount_note_ru,
    amount_note_en, original_language, source_section, quote, quote_language,
    current_score, published_at, state_reason_kk, state_reason_ru, state_reason_en,
    updated_at, is_demo)
SELECT 'B' || n, CASE WHEN random() < 0.4 THEN 'closed' ELSE 'published' END,
    2022 + floor(random() * 5), areas.ids[1 + floor(random() * 20)],
    bodies.ids[1 + floor(random() * array_length(bodies.ids, 1))],
    spheres.ids[1 + floor(random() * array_length(spheres.ids, 1))],
    sources.ids[1 + floor(random() * array_length(sources.ids, 1))],
    'Тәуекел ' || n, 'Риск ' || n, 'Risk ' || n, 'Сипаттама', 'Описание', 'Text',
    '', '', '', '', '', '', '', '', '', '', '', '', 'kk', '', '', '',
    (1 + floor(random() * 5)) * (1 + floor(random() * 5)), now(), '', '', '', now(), true
FROM generate_series(1, %s) n,
    (SELECT array_agg(id) ids FROM territory_area WHERE kind IN ('region', 'city')) areas,
    (SELECT array_agg(id) ids FROM territory_publicbody) bodies,
    (SELECT array_agg(id) ids FROM corruption_map_sphere) spheres,
    (SELECT array_agg(id) ids FROM corruption_map_detectionsource) sources
"""
CHOICES = {
    "year": ["2022", "2024", "2026"],
    "area": ["KZ-35", "KZ-71", "KZ-10"],
    "sphere": ["customs", "land", "procurement"],
    "detection": ["external_assessment", "survey"],
    "level": ["low", "critical"],
    "status": ["published", "closed"],
    "kind": ["ministry", "akimat", "committee"],
}


def fill() -> None:
    if Risk.objects.filter(public_id__startswith="B").count() >= ROWS:
        return
    call_command("load_data", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [ROWS])
        cursor.execute("VACUUM ANALYZE corruption_map_risk")


def percentile_95(ask: Callable[[], None]) -> float:
    times = []
    for _request in range(REQUESTS):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(times, n=20)[-1]


def random_filter(picker: random.Random, names: list[str]) -> dict[str, str]:
    chosen = picker.sample(names, picker.randint(1, 3))
    return {name: picker.choice(CHOICES[name]) for name in chosen}


def main() -> None:
    fill()
    start = time.perf_counter()
    recount_all()
    print(f"recount of everything    {time.perf_counter() - start:8.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE corruption_map_riskcount")
    print(f"cells                    {RiskCount.objects.count():8}")
    client, picker = Client(), random.Random(1)
    names = list(CHOICES)

    def ask(path: str, query: dict[str, str]) -> None:
        answer = client.get(path, query)
        assert answer.status_code == 200, (path, query, answer.status_code)

    middle = Risk.objects.filter(year=2024).order_by("-pk")[100_000]
    page_10_000 = {"after": f"{middle.year}~{middle.pk}"}
    measured = {
        "list, no filter": lambda: ask("/en/risks/", {}),
        "list, any filter": lambda: ask("/en/risks/", random_filter(picker, names)),
        "list, filter, by level": lambda: ask(
            "/en/risks/", {**random_filter(picker, names), "order": "level"}
        ),
        "list, page ~10,000": lambda: ask("/en/risks/", page_10_000),
        "list, page ~10,000, filter": lambda: ask(
            "/en/risks/", {**page_10_000, **random_filter(picker, names)}
        ),
        "map, no filter": lambda: ask("/en/map/", {}),
        "map, any filter": lambda: ask(
            "/en/map/", random_filter(picker, [n for n in names if n != "area"])
        ),
        "area page": lambda: ask("/en/areas/KZ-35/", {}),
        "raw GROUP BY (limit)": raw_group_by,
    }
    for name, request in measured.items():
        request()
        print(f"{name:25}{percentile_95(request):8.0f} ms")


def raw_group_by() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT area_id, count(*) FROM corruption_map_risk"
            " WHERE state IN ('published', 'closed') GROUP BY 1"
        )
        cursor.fetchall()


if __name__ == "__main__":
    main()
