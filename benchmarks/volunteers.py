"""Lists over 1,000,000 volunteers and 10,000 initiatives, sign-ups, certificate checks.

    python -m portal.embedded exec --data var/benchmark -- python benchmarks/volunteers.py

Fills the database of that folder with made-up rows; delete the folder afterwards. Prints
median and 95th percentile of each kind of request in ms; no page comes from the store.
With `sign-ups` behind it the lists are left out.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")
os.environ.setdefault(
    "STATICFILES_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage"
)
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.serving import Question, database, load, pressed, served  # noqa: E402
from foundation.accounts.models import User  # noqa: E402
from foundation.accounts.roles import sync_roles  # noqa: E402
from foundation.territory.models import Area, Scope  # noqa: E402
from volunteers.models import (  # noqa: E402
    Certificate,
    Initiative,
    SignUp,
    VolunteerProfile,
)
from volunteers.services.sign_ups import sign_up  # noqa: E402

VOLUNTEERS, INITIATIVES, CERTIFICATES = 1_000_000, 10_000, 100_000
REQUESTS = 60
# Sign-ups: so many initiatives of so many places, so many who want each.
FULL, SLOTS, WANTING, THREADS = 200, 10, 20, 8
# Over HTTP: connections, and the goal for a minute.
PORT, AT_ONCE, GOAL = 8315, 50, 2_000

FILL = f"""
INSERT INTO volunteers_volunteerprofile (public_id, name, email, language, area_id,
    languages, availability, age_band, guardian_name, guardian_email, state,
    state_reason, answer, applied_at, last_active_at, is_public, display_name,
    hours_total, last_confirmed_on, is_demo)
SELECT 'B' || n, 'Volunteer ' || n % 400000, 'b' || n || '@example.org', 'kk',
    areas.ids[1 + n % array_length(areas.ids, 1)], 'kk ru', 'weekends', '18_29', '', '',
    CASE WHEN n % 10 = 0 THEN 'applied' ELSE 'accepted' END, '', '',
    now() - n * interval '40 seconds', now(), n % 10 = 1, 'Volunteer ' || n, n % 200,
    CASE WHEN n % 3 = 1 THEN current_date - n % 360 END, true
FROM generate_series(1, {VOLUNTEERS}) n,
    (SELECT array_agg(id) ids FROM territory_area WHERE kind IN ('region', 'city')) areas;
INSERT INTO volunteers_initiative (public_id, direction_id, title_kk, title_ru, title_en,
    text_kk, text_ru, text_en, tasks_kk, tasks_ru, tasks_en, area_id, place, starts_at,
    ends_at, signup_until, slots, taken, next_turn, is_for_minors, state, report_kk,
    report_ru, report_en, updated_at, is_demo)
SELECT 'I' || n, directions.ids[1 + n % array_length(directions.ids, 1)],
    'Бастама ' || n, 'Инициатива ' || n, 'Initiative ' || n, repeat('Мәтін ', 100),
    repeat('Текст ', 100), repeat('Text ', 100), '', '', '',
    areas.ids[1 + n % array_length(areas.ids, 1)], '',
    now() + (n - 9000) * interval '1 hour', now() + (n - 8990) * interval '1 hour',
    now() + (n - 9000) * interval '1 hour', {SLOTS}, 0, 1, false,
    CASE WHEN n > 9000 THEN 'open' WHEN n % 20 = 0 THEN 'draft' ELSE 'reported' END,
    '', '', '', now(), true
FROM generate_series(1, {INITIATIVES}) n,
    (SELECT array_agg(id) ids FROM volunteers_direction) directions,
    (SELECT array_agg(id) ids FROM territory_area WHERE kind IN ('region', 'city')) areas;
INSERT INTO volunteers_signup (initiative_id, profile_id, state, turn, signed_up_at)
SELECT i.id, p.id, 'attended', k, now() FROM volunteers_initiative i
    CROSS JOIN generate_series(1, {SLOTS}) k JOIN volunteers_volunteerprofile p
    ON p.public_id = 'B' || (substr(i.public_id, 2)::int * 37 + k * 1009) % {VOLUNTEERS}
    WHERE i.state = 'reported';
INSERT INTO volunteers_certificate (serial, profile_id, name, hours, initiatives,
    first_on, last_on, issued_on, is_demo)
SELECT 'C' || id, id, name, 10, 1, current_date, current_date, current_date, true
    FROM volunteers_volunteerprofile LIMIT {CERTIFICATES};
"""


def fill() -> None:
    call_command("migrate", verbosity=0)
    call_command("load_data", verbosity=0)
    if not VolunteerProfile.objects.filter(public_id="B1").exists():
        with connection.cursor() as cursor:
            cursor.execute(FILL)
    with connection.cursor() as cursor:
        for model in (VolunteerProfile, Initiative, SignUp, Certificate):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def percentile_95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] * 1000


def timed(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


def lists(client: Client) -> dict[str, str]:
    """Return the pages to ask for, each list at its beginning and deep inside."""
    shown = VolunteerProfile.objects.shown().order_by("-last_confirmed_on", "-pk")
    person = shown[30_000]
    event = Initiative.objects.public().order_by("-starts_at", "-pk")[8_000]
    moment = event.starts_at.isoformat().replace("+00:00", "Z")
    serial = Certificate.objects.latest("pk").serial
    profile = "/admin/volunteers/volunteerprofile/"
    return {
        "first page": "/kk/volunteers/",
        "active volunteers": "/kk/volunteers/active/",
        "active volunteers, page 1,500": "/kk/volunteers/active/?after="
        f"{person.last_confirmed_on}~{person.pk}",
        "initiatives": "/kk/initiatives/",
        "initiatives to join": "/kk/initiatives/?state=joinable",
        "initiatives, area and direction": "/kk/initiatives/?area=KZ-35"
        "&direction=road-quality",
        "initiatives, page 400": f"/kk/initiatives/?after={moment}~{event.pk}",
        "one initiative": f"/kk/initiatives/{event.public_id}/",
        "certificate check": f"/kk/volunteers/certificates/{serial}/",
        "unknown certificate": "/kk/volunteers/certificates/0000000000/",
        "volunteer: certificate as PDF": "/kk/volunteers/me/certificates/"
        f"{serial}/file/",
        "volunteer: own page": "/kk/volunteers/me/",
        "staff: volunteers": profile,
        "staff: volunteers who applied": f"{profile}?state__exact=applied",
        "staff: volunteers, a name": f"{profile}?q=Volunteer+1234",
        "staff: volunteers, page 1,000": f"{profile}?p=1000",
        "staff: initiatives": "/admin/volunteers/initiative/",
        "staff: sign-ups": "/admin/volunteers/signup/",
        "staff: dashboard": "/admin/",
        "area staff: volunteers": profile,
        "area staff: who applied": f"{profile}?state__exact=applied",
        "area staff: volunteers, a name": f"{profile}?q=Volunteer+1234",
        "area staff: volunteers, page 1,000": f"{profile}?p=1000",
        "area staff: initiatives": "/admin/volunteers/initiative/",
        "area staff: sign-ups": "/admin/volunteers/signup/",
        "area staff: dashboard": "/admin/",
        # What an admin page costs before it shows any of the million rows.
        "staff: six directions (yardstick)": "/admin/volunteers/direction/",
    }


def agency() -> User:
    return User.objects.get_or_create(
        email="bench@example.org", defaults={"is_staff": True, "is_superuser": True}
    )[0]


def coordinator() -> User:
    """Return who reviews the volunteers of one region: a twentieth of them."""
    sync_roles()
    user = User.objects.get_or_create(
        email="area@example.org", defaults={"is_staff": True}
    )[0]
    user.groups.set(Group.objects.filter(name="volunteer coordinator"))
    area = Area.objects.get(iso="KZ-35")
    Scope.objects.get_or_create(user=user, kind=Scope.Kind.AREA, area=area)
    return user


def volunteer() -> User:
    """Return who holds the newest certificate."""
    profile = Certificate.objects.latest("pk").profile
    assert profile is not None
    if profile.user is None:
        profile.user = User.objects.get_or_create(email=profile.email)[0]
        profile.save(update_fields=["user"])
    return profile.user


def measure_lists() -> None:
    logins = {
        "staff": agency(),
        "area staff": coordinator(),
        "volunteer": volunteer(),
    }
    for name, path in lists(Client()).items():
        # Public pages are asked for as a stranger, those of staff with a login.
        client = Client()
        if user := logins.get(name.partition(":")[0]):
            client.force_login(user)

        def ask(client: Client = client, path: str = path) -> object:
            return client.get(path)

        ask()
        times = [timed(ask) for _request in range(REQUESTS)]
        middle = statistics.median(times) * 1000
        print(f"{name:34}{middle:8.0f}{percentile_95(times):8.0f} ms", flush=True)


Wish = tuple[Initiative, VolunteerProfile]


def wishes() -> tuple[list[Initiative], list[Wish]]:
    """Return initiatives with free places, and who wants one, some of them twice."""
    rows = Initiative.objects.filter(state="open", taken=0, next_turn=1)
    initiatives = list(rows.order_by("-starts_at")[:FULL])
    accepted = VolunteerProfile.objects.filter(state="accepted")
    people = list(accepted.order_by("pk")[: FULL * 5])
    chance = random.Random(1)
    pairs = [
        (initiative, profile)
        for initiative in initiatives
        for profile in chance.sample(people, WANTING)
    ]
    pairs += chance.sample(pairs, len(pairs) // 10)
    chance.shuffle(pairs)
    return initiatives, pairs


def want(wish: Wish) -> float:
    initiative, profile = wish
    return timed(lambda: sign_up(initiative=initiative, profile=profile))


def measure_sign_ups() -> None:
    """Sign up in threads, then count the places."""
    initiatives, jobs = wishes()
    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
        times = list(pool.map(want, jobs, timeout=900))
    whole = time.perf_counter() - start
    print(f"{len(jobs)} sign-ups, {len(jobs) / whole * 60:.0f} a minute,")
    print(f"    p95 {percentile_95(times):.0f} ms, load {load()};", end=" ")
    print(f"{wrong(initiatives)} initiatives wrong", flush=True)


def measure_sign_ups_over_http() -> None:
    """Let logins sign up by the form of the page, then count the places."""
    initiatives, jobs = wishes()
    cookies = {profile.pk: login(profile) for _initiative, profile in jobs}
    questions = [
        Question(
            f"/kk/initiatives/{initiative.public_id}/mine/", cookies[person.pk], {}
        )
        for initiative, person in jobs
    ]
    with served("portal.wsgi:application", PORT) as server:
        watched = {"server": server, "database": database()}
        run = pressed(PORT, questions, AT_ONCE, watched)
    print(f"{len(jobs)} sign-ups over HTTP, {AT_ONCE} at once: {run.rate * 60:.0f}")
    print(f"    a minute, goal {GOAL}, {run.rate * 60 / GOAL:.2f} of it; {run};")
    print(f"    {wrong(initiatives)} initiatives wrong")


def login(profile: VolunteerProfile) -> str:
    """Return the cookie of a volunteer who is signed in."""
    if profile.user is None:
        profile.user = User.objects.get_or_create(email=profile.email)[0]
        profile.save(update_fields=["user"])
    client = Client()
    client.force_login(profile.user)
    return f"sessionid={client.cookies['sessionid'].value}"


def wrong(initiatives: list[Initiative]) -> int:
    """Count initiatives with a place lost, doubled or out of turn."""
    count = 0
    for initiative in initiatives:
        initiative.refresh_from_db()
        found = list(initiative.sign_ups.order_by("turn"))
        states = [row.state for row in found]
        turns = [row.turn for row in found]
        is_right = (
            states == ["accepted"] * SLOTS + ["waiting"] * (WANTING - SLOTS)
            and turns == list(range(1, WANTING + 1))
            and initiative.taken == SLOTS
        )
        count += not is_right
    return count


if __name__ == "__main__":
    settings.TWO_FACTOR_REQUIRED = False
    # What else a test's environment brings, signals of each template, is not measured.
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    start = time.perf_counter()
    fill()
    print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
    if sys.argv[1:] != ["sign-ups"]:
        measure_lists()
    measure_sign_ups()
    measure_sign_ups_over_http()
