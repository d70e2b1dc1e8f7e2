"""Surveys: what a second stores, what a page and a weighting cost with many answers.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- python benchmarks/surveys.py
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from random import Random
from secrets import token_hex
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlencode

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django import forms  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import path, reverse  # noqa: E402
from django.utils.translation import override  # noqa: E402

from foundation.languages import languages  # noqa: E402
from foundation.publication import renew_pages  # noqa: E402
from surveys.flushing import add_counts, flush  # noqa: E402
from surveys.kept import keep, results_of  # noqa: E402
from surveys.models import Inbox, Wave, WeightScheme  # noqa: E402
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


def told(what: str, value: float, unit: str, digits: int = 1) -> None:
    sys.stdout.write(f"{what:58} {value:12,.{digits}f} {unit}\n")


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


class BareForm(forms.Form):
    """The same questions as Django has them, without a definition, without a wave."""


for name, most in CHOICES.items():
    BareForm.base_fields[name] = forms.TypedChoiceField(
        choices=[(n, n) for n in range(1, most + 1)], coerce=int
    )


def bare(request: HttpRequest) -> HttpResponse:
    """Check the answers and write one row of JSON: what nothing can do without."""
    form = BareForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_answers (answers) VALUES (%s)",
            [json.dumps(form.cleaned_data)],
        )
    return HttpResponse(status=302)


urlpatterns = [path("bare/", bare)]


def posted(client: Client, address: str, run: str, many: int = 300) -> float:
    """Post as a browser does, in one piece; return how many a second."""
    own = {"go": "send", "page": "0", "seed": "1"}
    bodies = [
        urlencode({**own, "key": f"{RUN}{run}{n}", **answers()}) for n in range(many)
    ]
    start = perf_counter()
    for body in bodies:
        answer = client.post(address, body, "application/x-www-form-urlencoded")
        if answer.status_code != HTTPStatus.FOUND:
            raise SystemExit(answer.content.decode()[:500])
    return many / (perf_counter() - start)


def compare_posts(wave: Wave) -> None:
    """Post to a bare endpoint and to the survey by turns, for the machine is shared."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bare_answers (answers jsonb)")
    with override("kk"):
        form = reverse("surveys:answer", args=[wave.public_id])
    client = Client(headers={"host": "127.0.0.1"})
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        naked = Client(headers={"host": "127.0.0.1"})
        naked.post("/bare/")
    shares, both = [], []
    for turn in range(5):
        with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
            without = posted(naked, "/bare/", f"b{turn}")
        ours = posted(client, form, f"s{turn}")
        shares.append(ours / without)
        both.append((without, ours))
    without, ours = sorted(both)[len(both) // 2]
    told("bare endpoint: form and one insert, in process", without, "a second")
    told("answers to 20 questions taken", ours, "a second")
    told("share of the bare endpoint, middle of five turns", sorted(shares)[2], "", 3)


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
    call_command("collectstatic", interactive=False, verbosity=0)
    add_survey(body())
    wave = Wave.objects.get(public_id=f"benchmark-{RUN}")
    compare_posts(wave)
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
    # No web process has them; each search for rubbish would walk over them.
    del found
    gc.collect()
    close_wave(wave=wave, by=None)
    told("rows of counts", float(wave.counts.count()), "")
    told("new weights over the counts of ten million", weigh(wave) * 1000, "ms")
    start = perf_counter()
    keep(wave)
    told(
        "all tables of a closed wave made, once", (perf_counter() - start) * 1000, "ms"
    )
    told_of_hundred("tables read back", results_of, wave)
    client = Client(headers={"host": "127.0.0.1"})
    with override("kk"):
        address = wave.get_absolute_url()
    client.get(address)
    told_of_hundred("result page made of them", client.get, address)


def told_of_hundred(name: str, work: Callable[[Any], object], what: Any) -> None:
    """Tell how long the 95th of a hundred takes, none of them read from a store.

    The machine is shared: how long this process itself worked is told beside.
    """
    waited, worked = [], []
    for _ in range(100):
        renew_pages()
        start, own = perf_counter(), process_time()
        work(what)
        waited.append(perf_counter() - start)
        worked.append(process_time() - own)
    told(f"{name}, 95th of a hundred", sorted(waited)[94] * 1000, "ms")
    told("  of the processor's time", sorted(worked)[94] * 1000, "ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
