"""Export of 1,000,000 rows, and the API over them, beside DRF's usual serializer.

    python -m portal.embedded exec --data var/benchmark -- python benchmarks/open_data.py

Fills the database of that folder with made-up risks (as `million_risks.py` does); delete
the folder afterwards. Each export runs in a process of its own, so that its memory is
its own; JSON is compared over the same 1,000 rows in one process.
"""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.http import StreamingHttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from rest_framework.renderers import JSONRenderer  # noqa: E402
from rest_framework.serializers import ModelSerializer  # noqa: E402

from benchmarks.million_risks import fill, percentile_95  # noqa: E402
from corruption_map.counts import recount_all  # noqa: E402
from corruption_map.datasets import RISKS  # noqa: E402
from corruption_map.models import Risk  # noqa: E402
from foundation.open_data.resources import _write_cursor  # noqa: E402
from foundation.open_data.writers import dump  # noqa: E402

FORMATS = ["csv", "json", "geojson"]
AREAS = ["KZ-35", "KZ-71", "KZ-10"]
KINDS = ["ministry", "akimat", "committee"]
YEARS = ["2022", "2024", "2026"]
ROWS = 1000


def export(file_format: str) -> None:
    """Read one whole export; print rows promised, bytes, seconds and MiB of growth."""
    client = Client(SERVER_NAME="localhost")
    client.get("/en/risks/export/csv/?area=KZ-10&year=2022&level=low&status=closed")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    answer = client.get(f"/en/risks/export/{file_format}/")
    assert isinstance(answer, StreamingHttpResponse)
    size = sum(
        len(piece) for piece in cast("Iterator[bytes]", answer.streaming_content)
    )
    took = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"export {file_format:8} {answer['X-Row-Count']:>9} rows"
        f" {size / 2**20:8.0f} MiB {took:7.1f} s {grown:6.0f} MiB more memory"
    )


def api() -> None:
    client, picker = Client(SERVER_NAME="localhost"), random.Random(1)
    last = Risk.objects.order_by("-pk").values_list("pk", flat=True)[50]

    def ask(query: dict[str, str]) -> None:
        answer = client.get("/api/v1/risks/", query)
        assert answer.status_code == 200, (query, answer.status_code)

    def three() -> dict[str, str]:
        return {
            "area": picker.choice(AREAS),
            "kind": picker.choice(KINDS),
            "year": picker.choice(YEARS),
        }

    requests: dict[str, Callable[[], None]] = {
        "API, first page": lambda: ask({}),
        "API, area+kind+year": lambda: ask(three()),
        "API, last page": lambda: ask({"cursor": _write_cursor(last)}),
        "API, area+kind+year, deep": lambda: ask(
            {**three(), "cursor": _write_cursor(last - 200_000)}
        ),
    }
    for name, request in requests.items():
        request()
        print(f"{name:28}{percentile_95(request):8.0f} ms, 95th percentile")


def json_ratio() -> None:
    class Usual(ModelSerializer[Risk]):
        class Meta:
            model = Risk
            fields = [f.name for f in Risk._meta.fields]

    rows = Risk.objects.order_by("pk")[:ROWS]

    def usual() -> bytes:
        return bytes(JSONRenderer().render(Usual(rows.all(), many=True).data))

    def ours() -> bytes:
        read, names = RISKS.reader(), RISKS.names
        selected = RISKS.rows().order_by("pk").values_list(*RISKS.lookups)[:ROWS]
        return dump([dict(zip(names, read(r), strict=True)) for r in selected])

    times: dict[str, list[float]] = {"usual": [], "ours": []}
    for _round in range(7):
        for name, make in (("usual", usual), ("ours", ours)):
            start = time.perf_counter()
            size = len(make())
            times[name].append((time.perf_counter() - start) / size)
    ratio = median(times["usual"]) / median(times["ours"])
    print(f"JSON of {ROWS} rows: {ratio:.1f} × DRF's ModelSerializer, by the byte")


def main() -> None:
    call_command("migrate", verbosity=0)
    fill()
    for file_format in FORMATS:
        subprocess.run([sys.executable, __file__, file_format], check=True)
    recount_all()  # the API knows the years from it
    api()
    json_ratio()


if __name__ == "__main__":
    export(sys.argv[1]) if len(sys.argv) > 1 else main()
