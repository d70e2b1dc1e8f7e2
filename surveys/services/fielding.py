"""Open a wave, close it, and start the next wording."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from surveys.checking import problems
from surveys.closing import finish
from surveys.expressions import ExpressionError, check
from surveys.models import Choice, Questionnaire, QuotaCount, Wave
from surveys.pairs import check_pairs
from surveys.services.telling import tell_of_wave


@transaction.atomic
def open_wave(*, wave: Wave, by: User | None) -> Wave:
    """Field a wave: its questionnaire is frozen, what it promises cannot change."""
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    questionnaire = Questionnaire.objects.select_for_update().get(
        pk=wave.questionnaire_id
    )
    if wave.state != Wave.State.DRAFT:
        raise ValidationError(_("The wave was opened already"))
    if questionnaire.state == Questionnaire.State.RETIRED:
        raise ValidationError(_("The questionnaire is retired: take its newest number"))
    definition = questionnaire.definition
    errors = [p for p in problems(definition) if p.is_error]
    if errors:
        raise ValidationError([f"{p.item}: {p.text}" for p in errors])
    check_splits(wave)
    check_pairs(wave, definition)
    check_strata(wave)
    check_quotas(wave)
    if questionnaire.state == Questionnaire.State.DRAFT:
        questionnaire.freeze()
        questionnaire.save(update_fields=["state", "body", "body_sha256"])
    for quota in wave.quotas:
        QuotaCount.objects.get_or_create(
            wave=wave, name=quota["name"], defaults={"most": quota["most"]}
        )
    wave.state = Wave.State.OPEN
    wave.save(update_fields=["state"])
    tell_of_wave(wave, "open", by)
    return wave


def check_splits(wave: Wave) -> None:
    definition = wave.questionnaire.definition
    for name in wave.splits:
        question = definition.question(name)
        if question is None or question.kind not in {"single", "scale", "area"}:
            raise ValidationError(
                _("Results cannot be split by “%(name)s”") % {"name": name}
            )
    if len(wave.splits) > 4:
        raise ValidationError(_("Split by four questions at most"))


def check_quotas(wave: Wave) -> None:
    questions = wave.questionnaire.definition.questions
    codes = {q.code for q in questions if q.kind != "text"}
    for quota in wave.quotas:
        try:
            check(quota["when"], codes)
            int(quota["most"]), str(quota["name"])
        except (KeyError, TypeError, ValueError, ExpressionError) as error:
            raise ValidationError(
                _("A quota is broken: %(error)s") % {"error": error}
            ) from error


def check_strata(wave: Wave) -> None:
    """Refuse design weights that are none, or of people who get no letter."""
    if not wave.strata:
        return
    if not wave.needs_code:
        raise ValidationError(_("A sample open to everybody has no design weights"))
    is_good = isinstance(wave.strata, dict) and all(
        re.fullmatch(r"[\w.-]{1,40}", name)
        and isinstance(weight, int | float)
        and not isinstance(weight, bool)
        and 0 < weight < float("inf")
        for name, weight in wave.strata.items()
    )
    if not is_good:
        raise ValidationError(
            _("Write a weight above 0 for each stratum, named by letters and digits")
        )


def close_wave(*, wave: Wave, by: User | None) -> Wave:
    """Close a wave for good, store what still waits and forget who was asked."""
    with transaction.atomic():
        wave = Wave.objects.select_for_update().get(pk=wave.pk)
        if wave.state != Wave.State.OPEN:
            raise ValidationError(_("Only an open wave can be closed"))
        wave.state = Wave.State.CLOSED
        wave.save(update_fields=["state"])
        tell_of_wave(wave, "close", by)
    finish(wave)
    return wave


@transaction.atomic
def next_questionnaire(*, questionnaire: Questionnaire, by: User) -> Questionnaire:
    """Copy a frozen questionnaire to a draft with the next number."""
    newest = (
        Questionnaire.objects.filter(survey=questionnaire.survey)
        .order_by("-number")
        .first()
    )
    assert newest is not None
    copy = Questionnaire.objects.create(
        survey=questionnaire.survey,
        number=newest.number + 1,
        intro_kk=questionnaire.intro_kk,
        intro_ru=questionnaire.intro_ru,
        intro_en=questionnaire.intro_en,
    )
    for item in questionnaire.items.prefetch_related("choices"):
        choices = list(item.choices.all())
        item.pk, item.questionnaire = None, copy
        item._state.adding = True  # noqa: SLF001  Django's way to copy a row
        item.save()
        for choice in choices:
            choice.pk, choice.item = None, item
        Choice.objects.bulk_create(choices)
    record(action="copy", kind="questionnaire", public_id=str(copy), by=by)
    return copy
