"""Save answers of 1,000 open tests: by the service, and over HTTP as the page's script does.

Run beside throwaway services:
python -m portal.embedded exec --throwaway --data var/bench -- \\
    python benchmarks/courses_saving.py

First threads of one process call the service. Then a real server process answers saves as
fast as it can, and 1,000 people with a connection each, who save at a pace; a bare view
asked by the same client says what HTTP alone allows.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")
os.environ.setdefault(
    "STATICFILES_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage"
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from benchmarks.serving import (  # noqa: E402
    Question,
    database,
    load,
    paced,
    pressed,
    served,
)
from courses.models import Attempt, AttemptItem, Course  # noqa: E402
from courses.services.learning import enrol, new_guest  # noqa: E402
from courses.services.testing import save_answers, start_attempt  # noqa: E402

PORT, BARE_PORT = 8313, 8314
LEARNERS, SAVES, THREADS = 1_000, 5, 8
# Seconds between two answers of one person, and the goal for 95 of 100 saves.
PACES, GOAL_MS = (30.0, 15.0), 200


def prepare() -> list[tuple[Attempt, str]]:
    """Return open tests, each with the code of its guest."""
    call_command("migrate", verbosity=0)
    call_command("load_data", verbosity=0)
    version = Course.objects.get(slug="anti-corruption-standard").versions.get()
    quiz = version.quizzes.get(role="final")
    taken = []
    for _number in range(LEARNERS):
        learner, code = new_guest()
        enrolment = enrol(learner=learner, version=version)
        taken.append((start_attempt(enrolment=enrolment, quiz=quiz), code))
    with connection.cursor() as cursor:
        for model in (Attempt, AttemptItem):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
    return taken


def answered(number: int) -> dict[str, str]:
    name = f"q{number}"
    return {f"{name}.shown": "1", name: "1", f"{name}.0": "1"}


def forget() -> None:
    AttemptItem.objects.exclude(response=None).update(response=None)


def kept() -> int:
    return AttemptItem.objects.exclude(response=None).count()


def by_the_service(taken: list[tuple[Attempt, str]]) -> None:
    def save(job: tuple[int, int]) -> float:
        number, pk = job
        start = perf_counter()
        attempt = Attempt.objects.get(pk=pk)
        assert save_answers(attempt=attempt, sent=answered(number))
        return perf_counter() - start

    forget()
    jobs = [(number, row.pk) for number in range(1, SAVES + 1) for row, _code in taken]
    start = perf_counter()
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
        times = sorted(pool.map(save, jobs))
    whole = perf_counter() - start
    print(f"{THREADS} threads: {len(times) / whole:.0f} saves/s,", end=" ")
    print(f"p50 {times[len(times) // 2] * 1000:.0f} ms", end=" ")
    print(f"p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms,", end=" ")
    print(f"{kept()} answers kept; load {load()}", flush=True)


def over_http(taken: list[tuple[Attempt, str]], server: int) -> float:
    people = [
        [
            Question(
                f"/kk/courses/attempts/{attempt.public_id}/save/",
                f"learner={code}",
                answered(number),
                is_by_script=True,
            )
            for number in range(1, SAVES + 1)
        ]
        for attempt, code in taken
    ]
    forget()
    turns = [person[number] for number in range(SAVES) for person in people]
    watched = {"server": server, "database": database()}
    run = pressed(PORT, turns, THREADS, watched)
    print(
        f"{THREADS} at once, without a pause: {run}; {kept()} answers kept", flush=True
    )
    for every in PACES:
        forget()
        slow = paced(PORT, people, every)
        ratio = slow.percentile(95) / GOAL_MS
        print(f"{LEARNERS} people, an answer each {every:.0f} s: {slow}")
        print(f"    {kept()} answers kept; p95 / goal {ratio:.2f}", flush=True)
    return run.rate


if __name__ == "__main__":
    start = perf_counter()
    taken = prepare()
    print(f"{LEARNERS} tests begun in {perf_counter() - start:.0f} s", flush=True)
    by_the_service(taken)
    with served("portal.wsgi:application", PORT) as server:
        rate = over_http(taken, server)
    with served("benchmarks.bare:application", BARE_PORT):
        bare = pressed(BARE_PORT, [Question("/")] * 5_000, THREADS)
    print(f"the bare view: {bare}; saves / bare {rate / bare.rate:.3f}")
