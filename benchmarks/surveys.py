"""Surveys: what a second stores, what a page and a weighting cost with many answers.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- python benchmarks/surveys.py
"""

import os
import sys
from pathlib import Path
from random import Random
from secrets import token_hex
from time import perf_counter
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils.translation import override  # noqa: E402

from foundation.languages import languages  # noqa: E402
from surveys.flushing import add_counts, flush  # noqa: E402
from surveys.models import Inbox, Wave, WeightScheme  # noqa: E402
from surveys.results import cross_tables, tables, totals_of  # noqa: E402
from surveys.services.fielding import close_wave  # noqa: E402
from surveys.services.publishing import compute_weights  # noqa: E402
from surveys.shipped import add_survey  # noqa: E402
from surveys.tally import count  # noqa: E402

CHOICES = {**{f"q{n}": 5 for n in range(17)}, "sex": 2, "age": 6, "area": 20}
DICE = Random(16)
# The services may hold an earlier run.
RUN = token_hex(6)


def body() -> dict[str, Any]:
    words = dict.fromkeys(languages(), "Сұрақ")
    items = [
        {
            "code": code,
            "kind": "single",
            "text": words,
            "choices": [{"code": n, "label": words} for n in range(1, most + 1)],
        }
        for code, most in CHOICES.items()
    ]
    wave = {
        "id": f"benchmark-{RUN}",
        "opens_on": "2020-01-01",
        "closes_on": "2099-01-01",
        "splits": ["sex", "age", "area"],
        "label": words,
        "population": words,
    }
    survey = {"code": f"benchmark-{RUN}", "number": 1, "audience": "citizens"}
    texts = dict.fromkeys(("title", "summary", "intro"), words)
    return {**survey, **texts, "items": items, "wave": wave}


def answers() -> dict[str, Any]:
    return {code: DICE.randint(1, most) for code, most in CHOICES.items()}


def told(what: str, value: float, unit: str) -> None:
    sys.stdout.write(f"{what:58} {value:12,.1f} {unit}\n")


def fill_inbox(wave: Wave, many: int) -> None:
    for start in range(0, many, 5_000):
        Inbox.objects.bulk_create(
            Inbox(
                wave=wave,
                receipt=f"{RUN}{start + n:050}",
                payload={
                    "language": "kk",
                    "seed": 0,
                    "texts": {},
                    "answers": answers(),
                },
            )
            for n in range(min(5_000, many - start))
        )


def submissions(client: Client, path: str, many: int = 400) -> float:
    forms = [
        {"go": "send", "page": "0", "seed": "1", "key": f"{RUN}{n}", **answers()}
        for n in range(many)
    ]
    start = perf_counter()
    for form in forms:
        client.post(path, form)
    return many / (perf_counter() - start)


def bare(client: Client, many: int = 400) -> float:
    start = perf_counter()
    for _ in range(many):
        client.get("/healthz")
    return many / (perf_counter() - start)


def weigh(wave: Wave) -> float:
    scheme = WeightScheme.objects.create(
        wave=wave,
        kind="rake",
        margins=[
            {"question": "sex", "targets": {"1": 48, "2": 52}},
            {"question": "age", "targets": {str(n): 5 for n in range(1, 7)}},
            {"question": "area", "targets": {str(n): 5 for n in range(1, 21)}},
        ],
    )
    for margin in scheme.margins:
        total = sum(margin["targets"].values())
        margin["targets"] = {k: n / total for k, n in margin["targets"].items()}
    start = perf_counter()
    compute_weights(scheme=scheme, by=None)
    if scheme.state != "ready":
        raise SystemExit(scheme.failure)
    return perf_counter() - start


def main(many: int) -> None:
    call_command("migrate", verbosity=0)
    add_survey(body())
    wave = Wave.objects.get(public_id=f"benchmark-{RUN}")
    with override("kk"):
        form = reverse("surveys:answer", args=[wave.public_id])
    client = Client(headers={"host": "127.0.0.1"})
    told("bare endpoint, in process", bare(client), "a second")
    told("answers to 20 questions taken", submissions(client, form), "a second")
    fill_inbox(wave, many)
    start = perf_counter()
    stored = flush(wave)
    told("stored and counted", stored / (perf_counter() - start), "a second")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('surveys_response')")
        told("of disk for each stored answer", cursor.fetchone()[0] / stored, "bytes")
    # The counts that ten million answers leave: as many rows, with larger numbers.
    found = count(
        wave.questionnaire.definition,
        wave.splits,
        ((answers(), set()) for _ in range(20_000)),
    )
    for key in found:
        found[key] *= 500
    add_counts(wave, found)
    close_wave(wave=wave, by=None)
    told("rows of counts", float(wave.counts.count()), "")
    told("new weights over the counts of ten million", weigh(wave) * 1000, "ms")
    times = []
    for _ in range(5):
        start = perf_counter()
        totals = totals_of(wave)
        tables(wave, totals)
        cross_tables(wave, totals)
        times.append(perf_counter() - start)
    told("tables of a result page anew, slowest of five", max(times) * 1000, "ms")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
