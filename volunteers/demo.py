"""Made-up volunteers and initiatives, marked as made up in every one of them.

Organisations, people and places do not exist; nobody of them has a login.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from foundation.publication import renew_pages
from foundation.search.registry import kinds
from foundation.search.services import reindex
from foundation.territory.models import Area
from volunteers.models import (
    Certificate,
    ChecklistItem,
    Direction,
    Hours,
    Initiative,
    Observation,
    Organisation,
    Result,
    SignUp,
    VolunteerProfile,
)

SEED = 2023
PEOPLE = 60
INITIATIVES = 40
TITLES = {
    "public-control": (
        "Аулада жөндеу қалай жүріп жатыр",
        "Как идет ремонт во дворе",
        "How a yard is repaired",
    ),
    "procurement": (
        "Мектеп жиһазының бағасын салыстыру",
        "Сравнение цен на школьную мебель",
        "Comparing prices of school furniture",
    ),
    "roads": (
        "Жол учаскесін қарау",
        "Осмотр участка дороги",
        "Looking at a road section",
    ),
    "students": (
        "Колледждегі адалдық сабағы",
        "Урок честности в колледже",
        "A lesson of integrity at a college",
    ),
    "legal-help": (
        "Өтініш жазуға көмек күні",
        "День помощи с обращениями",
        "A day of help with appeals",
    ),
    "research": (
        "Ашық деректерді талдау",
        "Разбор открытых данных",
        "Looking through open data",
    ),
}
MARK = ("Демонстрация", "Демонстрация", "Demonstration")


def _texts(field: str, values: tuple[str, str, str]) -> dict[str, str]:
    codes = ("kk", "ru", "en")
    return {f"{field}_{code}": text for code, text in zip(codes, values, strict=True)}


def _marked(values: tuple[str, str, str], number: int) -> tuple[str, str, str]:
    kk, ru, en = (
        f"{mark} {number}: {text}" for mark, text in zip(MARK, values, strict=True)
    )
    return kk, ru, en


@transaction.atomic
def load_demo() -> int:
    """Add the made-up rows, unless they are there; return how many initiatives."""
    if Initiative.objects.filter(is_demo=True).exists():
        return 0
    areas = list(Area.objects.filter(label_latitude__isnull=False).order_by("iso"))
    if not areas or not Direction.objects.exists():
        raise CommandError("Load the real data first: manage.py load_data")
    dice = Random(SEED)  # noqa: S311 - made-up rows need repeating, not secrecy
    organisations = [_organisation(number, dice.choice(areas)) for number in (1, 2, 3)]
    people = [_person(number, dice.choice(areas)) for number in range(1, PEOPLE + 1)]
    directions = list(Direction.objects.all())
    for number in range(1, INITIATIVES + 1):
        direction = directions[number % len(directions)]
        organisation = dice.choice([*organisations, None])
        initiative = _initiative(number, direction, organisation, areas, dice)
        _fill(initiative, dice.sample(people, dice.randint(3, 12)), dice)
    for person in people:
        _sum_up(person)
    _publish()
    return INITIATIVES


@transaction.atomic
def remove_demo() -> int:
    """Delete the made-up rows and nothing else; return how many initiatives."""
    initiatives = Initiative.objects.filter(is_demo=True)
    removed = initiatives.count()
    Certificate.objects.filter(is_demo=True).delete()
    Observation.objects.filter(initiative__in=initiatives).delete()
    SignUp.objects.filter(initiative__in=initiatives).delete()
    initiatives.delete()
    VolunteerProfile.objects.filter(is_demo=True).delete()
    Organisation.objects.filter(is_demo=True).delete()
    _publish()
    return removed


def _publish() -> None:
    reindex(kinds()["initiative"])
    renew_pages()


def _organisation(number: int, area: Area) -> Organisation:
    names = ("Ерікті ұйым", "Организация волонтеров", "Organisation of volunteers")
    return Organisation.objects.create(
        public_id=f"DEMOORG{number}",
        area=area,
        state=Organisation.State.APPROVED,
        is_demo=True,
        **_texts("name", _marked(names, number)),
    )


def _person(number: int, area: Area) -> VolunteerProfile:
    return VolunteerProfile.objects.create(
        public_id=f"DEMOV{number}",
        name=f"Демонстрация {number}",
        email=f"volunteer{number}@demo.invalid",
        language="kk",
        area=area,
        languages="kk ru",
        availability=VolunteerProfile.Availability.WEEKENDS,
        age_band=VolunteerProfile.AgeBand.FROM_18,
        state=VolunteerProfile.State.ACCEPTED,
        display_name=f"Демонстрация {number}" if number % 2 else "",
        is_public=bool(number % 2),
        is_demo=True,
    )


def _initiative(
    number: int,
    direction: Direction,
    organisation: Organisation | None,
    areas: list[Area],
    dice: Random,
) -> Initiative:
    area = None if direction.code == "research" else dice.choice(areas)
    starts_at = _at_ten(timezone.now() + timedelta(days=dice.randint(-200, 40)))
    titles = TITLES.get(direction.code, TITLES["research"])
    is_over = starts_at < timezone.now()
    return Initiative.objects.create(
        public_id=f"DEMOI{number}",
        organisation=organisation,
        direction=direction,
        area=area,
        latitude=_near(area.label_latitude, dice) if area else None,
        longitude=_near(area.label_longitude, dice) if area else None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=5),
        signup_until=starts_at - timedelta(hours=2),
        slots=8,
        state=Initiative.State.REPORTED if is_over else Initiative.State.OPEN,
        is_demo=True,
        **_texts("title", _marked(titles, number)),
        **_texts("text", _marked(titles, number)),
        **(_texts("report", _marked(titles, number)) if is_over else {}),
    )


def _at_ten(moment: datetime) -> datetime:
    local = timezone.localtime(moment)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)


def _near(degrees: float | None, dice: Random) -> float | None:
    return None if degrees is None else round(degrees + dice.uniform(-0.4, 0.4), 4)


def _fill(initiative: Initiative, people: list[VolunteerProfile], dice: Random) -> None:
    """Give the made-up people places, hours and something they saw."""
    is_over = initiative.state == Initiative.State.REPORTED
    questions = ("Белгі бар ма?", "Есть ли знак?", "Is there a sign?")
    question = ChecklistItem.objects.create(
        initiative=initiative, **_texts("text", questions)
    )
    for turn, person in enumerate(people, start=1):
        has_place = turn <= initiative.slots
        state = SignUp.State.ATTENDED if is_over else SignUp.State.ACCEPTED
        sign_up = SignUp.objects.create(
            initiative=initiative,
            profile=person,
            turn=turn,
            state=state if has_place else SignUp.State.WAITING,
        )
        if is_over and has_place:
            hours = Decimal(dice.randint(2, 10)) / 2
            Hours.objects.create(
                sign_up=sign_up,
                proposed=hours,
                confirmed=hours,
                confirmed_on=timezone.localdate(initiative.ends_at),
            )
        if is_over and initiative.area and turn <= 3:
            _see(initiative, person, question, dice)
    initiative.taken = min(len(people), initiative.slots)
    initiative.next_turn = len(people) + 1
    initiative.save(update_fields=["taken", "next_turn"])
    if is_over:
        Result.objects.create(
            initiative=initiative,
            value=dice.randint(3, 40),
            **_texts("name", ("Байқау саны", "Наблюдений", "Observations")),
        )


def _see(
    initiative: Initiative,
    person: VolunteerProfile,
    question: ChecklistItem,
    dice: Random,
) -> None:
    assert initiative.area is not None
    Observation.objects.create(
        initiative=initiative,
        profile=person,
        reference=f"Демонстрация {initiative.public_id}",
        reference_key=f"демонстрация{initiative.public_id.lower()}",
        area=initiative.area,
        latitude=initiative.latitude,
        longitude=initiative.longitude,
        seen_on=timezone.localdate(initiative.starts_at),
        answers={str(question.pk): dice.choice(["yes", "yes", "no"])},
        note_language="kk",
        state=Observation.State.VERIFIED,
        verified_on=timezone.localdate(initiative.ends_at),
        is_demo=True,
    )


def _sum_up(person: VolunteerProfile) -> None:
    hours = Hours.objects.confirmed().filter(sign_up__profile=person)
    confirmed = list(hours.values_list("confirmed", "confirmed_on"))
    if not confirmed:
        return
    person.hours_total = sum((row[0] or Decimal(0) for row in confirmed), Decimal(0))
    person.last_confirmed_on = max(row[1] for row in confirmed if row[1])
    person.save(update_fields=["hours_total", "last_confirmed_on"])
