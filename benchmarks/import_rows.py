"""Time the import and export of tables; the rows are rolled back afterwards.

python -m portal.embedded exec -- python benchmarks/import_rows.py [rows ...]
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from corruption_map.exports import csv_lines, workbook  # noqa: E402
from corruption_map.forms.rows import check_table  # noqa: E402
from corruption_map.models import Risk  # noqa: E402
from corruption_map.services.imports import import_risks  # noqa: E402
from corruption_map.sheets import RISKS  # noqa: E402
from foundation.accounts.models import User  # noqa: E402
from foundation.tables.reading import read_table  # noqa: E402

Result = TypeVar("Result")

GOAL = "goal: 1,000 rows checked and written in 10 s"
ROWS = [1_000, 5_000]


def rows(number: int) -> list[list[str]]:
    values = {
        "year": "2024",
        "area": "KZ-35",
        "body": "akimat-KZ-35",
        "sphere": "customs",
        "detection_source": "survey",
        "description_kk": "Қызметкер өтінішті өз қалауымен қайтара алады. ",
        "description_ru": "Сотрудник может вернуть заявление по усмотрению. ",
        "amount_kzt": "1250000.50",
        "current_likelihood": "3",
        "current_impact": "4",
        "current_assessed_on": "2024-05-06",
    }
    return [
        [
            {**values, "title_kk": f"Тәуекел {n}", "title_ru": f"Риск {n}"}.get(
                code, ""
            )
            for code in RISKS.codes()
        ]
        for n in range(number)
    ]


def timed(what: str, action: Callable[[], Result]) -> Result:
    start = time.perf_counter()
    result = action()
    print(f"  {what:<28} {time.perf_counter() - start:6.2f} s")
    return result


def measure(number: int) -> None:
    user = User(email=f"benchmark-{number}@demo.invalid", is_superuser=True)
    user.save()
    table = rows(number)
    for form, content in (
        ("CSV", "".join(csv_lines(RISKS, table)).encode()),
        ("workbook", workbook(RISKS, table)),
    ):
        print(f"{number:,} rows, {form}, {len(content) / 1e6:.1f} MB")
        start = time.perf_counter()
        read = timed("read", partial(read_table, RISKS, content))
        checked = timed("check", partial(check_table, RISKS, read, user))
        assert not checked.mistakes, checked.mistakes[:3]
        timed("write", partial(import_risks, rows=checked.rows, by=user))
        print(f"  {'all of it':<28} {time.perf_counter() - start:6.2f} s")
    stored = Risk.objects.filter(title_ru__startswith="Риск ")
    timed("export CSV", lambda: sum(map(len, csv_lines(RISKS, RISKS.rows(stored)))))
    timed("export workbook", lambda: workbook(RISKS, RISKS.rows(stored)))


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("load_data", verbosity=0)
    print(GOAL)
    for number in [int(text) for text in sys.argv[1:]] or ROWS:
        with transaction.atomic():
            measure(number)
            transaction.set_rollback(True)
