"""Surveys: responses of a closed wave as CSV, how long and with how much memory.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- python benchmarks/survey_export.py 1000001
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import perf_counter

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.surveys import CHOICES, body, told  # noqa: E402
from surveys.models import Wave  # noqa: E402
from surveys.shipped import add_survey  # noqa: E402

FILL = """
INSERT INTO surveys_response (id, wave_id, language, seed, cell, answers)
SELECT gen_random_uuid(), %s, 'kk', 0, '', jsonb_build_object({pairs})
FROM generate_series(1, %s)
"""


def filled(many: int) -> Wave:
    told_of = body()
    told_of["code"] = told_of["wave"]["id"] = f"export-{token_hex(4)}"
    add_survey(told_of)
    wave = Wave.objects.get(public_id=told_of["wave"]["id"])
    pairs = ", ".join(
        f"'{code}', 1 + floor(random() * {most})::int" for code, most in CHOICES.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(pairs=pairs), [wave.pk, many])
    # Without the counts, which are another benchmark's.
    Wave.objects.filter(pk=wave.pk).update(state=Wave.State.CLOSED)
    return wave


def main(many: int) -> None:
    call_command("migrate", verbosity=0)
    wave = filled(many)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "responses.csv"
        start = perf_counter()
        subprocess.run(
            [sys.executable, "manage.py", "export_responses", wave.public_id, path],
            check=True,
            timeout=1_800,
        )
        took = perf_counter() - start
        with path.open() as lines:
            rows = sum(1 for _line in lines) - 1
        if rows != many:
            raise SystemExit(f"{rows} rows of {many}")
        told("rows exported, every one", float(rows), "")
        told("of a file", path.stat().st_size / 2**20, "MB")
        told("taken, start of the process with it", took, "s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    told("of memory at most", peak, "MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_001)
