"""Surveys: responses of a closed wave as files, how long and with how much memory.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- python benchmarks/survey_export.py 1000001 csv
"""

import os
import subprocess
import sys
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.surveys import CHOICES, body, told  # noqa: E402
from surveys.microdata import rows  # noqa: E402
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
        # As PostgreSQL does by itself within a minute.
        cursor.execute("ANALYZE surveys_response")
    # Without the counts, which are another benchmark's.
    Wave.objects.filter(pk=wave.pk).update(state=Wave.State.CLOSED)
    wave.refresh_from_db()
    return wave


def main(many: int, kinds: list[str]) -> None:
    call_command("migrate", verbosity=0)
    wave = filled(many)
    start = perf_counter()
    next(rows(wave))
    told("until the first row, in a process that runs", perf_counter() - start, "s", 3)
    with TemporaryDirectory() as folder:
        for kind in kinds:
            written(wave, Path(folder) / f"responses.{kind}")


def written(wave: Wave, path: Path) -> None:
    """Write one file in a process of its own and say what it cost."""
    start = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "export_responses", wave.public_id, path],
        stdout=subprocess.PIPE,
        text=True,
    )
    begun, memory = 0.0, 0
    while process.poll() is None:
        if not begun and path.exists() and path.stat().st_size:
            begun = perf_counter() - start
        memory = max(memory, most_memory(process.pid))
        sleep(0.01)
    took = perf_counter() - start
    assert process.stdout is not None
    words = process.stdout.read()
    many = wave.responses.count()
    if process.returncode or not words.startswith(f"{many} "):
        raise SystemExit(f"{path.suffix}: {words} of {many}")
    told(f"{path.suffix}: rows exported, every one", float(many), "")
    told(f"{path.suffix}: of a file", path.stat().st_size / 2**20, "MB")
    told(
        f"{path.suffix}: until the first bytes, start of the process with it",
        begun,
        "s",
    )
    told(f"{path.suffix}: taken, start of the process with it", took, "s")
    told(f"{path.suffix}: of memory at most", memory / 1024, "MB")


def most_memory(pid: int) -> int:
    """Return the kilobytes a process has held at most.

    What the system tells once it has ended counts this process too, of which it was a copy
    for a moment.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    return next(
        (int(row.split()[1]) for row in status.splitlines() if row.startswith("VmHWM")),
        0,
    )


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_001
    main(many, sys.argv[2:] or ["csv"])
