"""A made-up survey with made-up answers, marked on every page that shows one."""

from datetime import timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.publication import renew_pages
from foundation.search.services import index
from foundation.territory.models import Area
from surveys.answering import shown
from surveys.definition import Definition
from surveys.flushing import flush
from surveys.models import (
    Finding,
    Inbox,
    PolicyAction,
    QuotaCount,
    Receipt,
    Release,
    Survey,
    Wave,
    WeightScheme,
)
from surveys.services.fielding import close_wave
from surveys.services.publishing import compute_weights, publish_release
from surveys.shipped import add_survey, shipped

CODE = "demo-experience"
PEOPLE = 2_000
SEED = 1651
TITLE = {
    "kk": "Демонстрация: ойдан шығарылған жауаптар",
    "ru": "Демонстрация: вымышленные ответы",
    "en": "Demonstration: made-up answers",
}
ADULTS = [
    {
        "question": "sex",
        "targets": {"1": 52, "2": 48},
        "source": "Демонстрация / Demonstration",
        "date": "2025-01-01",
    }
]
FOUND = {
    "kk": "Демонстрация: көпшілігі қайда хабарлау керегін білмейді.",
    "ru": "Демонстрация: большинство не знает, куда сообщить.",
    "en": "Demonstration: most do not know where to report.",
}


@transaction.atomic
def load_demo_survey() -> int:
    """Add the made-up survey unless it is there; return how many answers it has."""
    if Survey.objects.filter(code=CODE).exists():
        return 0
    today = timezone.localdate()
    body = shipped("corruption-experience")
    body["code"], body["title"] = CODE, TITLE
    body["wave"] = {
        **body["wave"],
        "id": CODE,
        "splits": ["sex", "area"],
        "pairs": [["gave", "know"], ["trend", "know"]],
        "opens_on": (today - timedelta(days=90)).isoformat(),
        "closes_on": today.isoformat(),
    }
    add_survey(body, is_demo=True)
    wave = Wave.objects.get(public_id=CODE)
    areas = list(Area.objects.mapped().order_by("iso").values_list("iso", flat=True))
    dice = Random(SEED)  # noqa: S311  made-up rows need repeating, not secrecy
    Inbox.objects.bulk_create(
        Inbox(
            wave=wave,
            receipt=f"demo{number:060}",
            payload={
                "language": dice.choice(["kk", "ru", "en"]),
                "seed": dice.randrange(32),
                "answers": _answers(dice, wave.questionnaire.definition, areas),
                "texts": {},
            },
        )
        for number in range(PEOPLE)
    )
    flush(wave)
    _publish(close_wave(wave=wave, by=None))
    renew_pages()
    return PEOPLE


def _answers(dice: Random, definition: Definition, areas: list[str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in definition.questions:
        codes = [option.code for option in question.choices if not option.missing]
        if question.kind in {"single", "scale"}:
            # Who gave is asked more often than others.
            often = answers.get("gave") == 1 and dice.random() < 0.3
            rare = question.code in {"gave", "asked"} and dice.random() < 0.8
            rare = rare and not often
            answers[question.code] = 2 if rare else dice.choice(codes)
        elif question.kind == "multiple":
            answers[question.code] = sorted(dice.sample(codes, dice.randint(1, 2)))
        elif question.kind == "matrix":
            answers[question.code] = {
                str(row.code): dice.choice(codes) for row in question.rows
            }
        elif question.kind == "area" and areas:
            answers[question.code] = dice.choice(areas)
    return shown(definition, answers)[0]


def _publish(wave: Wave) -> None:
    scheme = WeightScheme.objects.create(wave=wave, kind="rake", margins=ADULTS)
    compute_weights(scheme=scheme, by=None)
    release = Release.objects.create(wave=wave, scheme=scheme, number=1)
    publish_release(release=release, by=None)
    finding = Finding.objects.create(
        wave=wave,
        is_public=True,
        **{f"text_{code}": text for code, text in FOUND.items()},
    )
    PolicyAction.objects.create(
        finding=finding, due_on=timezone.localdate() + timedelta(days=60)
    )
    index("survey-finding", finding.public_id)


@transaction.atomic
def remove_demo_survey() -> None:
    """Take the made-up survey away with all that rests on it, and nothing else."""
    survey = Survey.objects.filter(code=CODE, is_demo=True).first()
    if survey is None:
        return
    waves = Wave.objects.filter(questionnaire__survey=survey)
    PolicyAction.objects.filter(finding__wave__in=waves).delete()
    Finding.objects.filter(wave__in=waves).delete()
    Release.objects.filter(wave__in=waves).delete()
    for model in (WeightScheme, Inbox, Receipt, QuotaCount):
        model._default_manager.filter(wave__in=waves).delete()
    for wave in waves:
        wave.texts.all().delete()
        wave.responses.all().delete()
    waves.delete()
    survey.questionnaires.all().delete()
    survey.delete()
    renew_pages()
