"""Save answers of 1,000 open attempts at once: the service with its real database.

    .venv/bin/python -m portal.embedded exec --throwaway --data var/test -- \
        .venv/bin/python manage.py shell -c "import benchmarks.courses_saving"

Threads of one process call the service; HTTP is not measured here.
"""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from django.core.management import call_command
from django.db import connections

from courses.models import Attempt, AttemptItem, Course, Learner
from courses.services.learning import enrol
from courses.services.testing import save_answers, start_attempt

LEARNERS, SAVES, THREADS = 1_000, 5, 8

call_command("migrate", verbosity=0)
call_command("load_data", verbosity=0)
version = Course.objects.get(slug="anti-corruption-standard").versions.get()
quiz = version.quizzes.get(role="final")
attempts = []
for n in range(LEARNERS):
    learner = Learner.objects.create(guest_sha256=f"{n:064}")
    enrolment = enrol(learner=learner, version=version)
    attempts.append(start_attempt(enrolment=enrolment, quiz=quiz).pk)


def save(job: tuple[int, int]) -> float:
    number, pk = job
    start = perf_counter()
    attempt = Attempt.objects.get(pk=pk)
    name = f"q{number + 1}"
    sent = {f"{name}.shown": "1", name: "1", f"{name}.0": "1"}
    assert save_answers(attempt=attempt, sent=sent)
    return perf_counter() - start


jobs = [(number, pk) for number in range(SAVES) for pk in attempts]
start = perf_counter()
with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
    times = sorted(pool.map(save, jobs))
whole = perf_counter() - start
kept = AttemptItem.objects.exclude(response=None).count()
print(f"{len(times) / whole:.0f} saves/s, p50 {times[len(times) // 2] * 1000:.0f} ms")
print(f"p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms, {kept} answers kept")
