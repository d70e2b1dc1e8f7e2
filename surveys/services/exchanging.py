"""Take in a questionnaire that was written elsewhere, as a draft with the next number."""

import json
from collections.abc import Callable
from pathlib import PurePath
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.languages import languages
from foundation.tables.mistakes import FileRefusedError, told
from surveys.foreign import MOST_BYTES, Draft
from surveys.lss_reader import read_lss
from surveys.models import Choice, Item, Questionnaire, Survey
from surveys.qsf_reader import read_qsf
from surveys.shipped import add_items
from surveys.xlsform import Loss
from surveys.xlsform_reader import Read, read

# XLSForm, Qualtrics, LimeSurvey.
READERS: dict[str, Callable[[IO[bytes]], Read | Draft]] = {
    ".xlsx": read,
    ".qsf": read_qsf,
    ".lss": read_lss,
}


@transaction.atomic
def import_questionnaire(
    *, survey: Survey, file: IO[bytes], name: str, by: User | None
) -> tuple[Questionnaire, list[Loss]]:
    """Read JSON of this portal or another's file; return the draft and what was lost."""
    intro: dict[str, str] = {}
    losses: list[Loss] = []
    kind = PurePath(name).suffix.lower()
    if kind == ".json":
        intro, items = _json(file)
    elif kind in READERS:
        try:
            found = READERS[kind](file)
        except FileRefusedError as error:
            raise ValidationError(told(error.mistakes)) from error
        items, losses = found.items, found.losses
    else:
        raise ValidationError(_("Choose a .json, .xlsx, .qsf or .lss file"))
    newest = survey.questionnaires.aggregate(n=Max("number"))["n"] or 0
    questionnaire = Questionnaire.objects.create(
        survey=survey,
        number=newest + 1,
        **{f"intro_{code}": intro.get(code, "") for code in languages()},
    )
    _add(questionnaire, items)
    record(action="import", kind="questionnaire", public_id=str(questionnaire), by=by)
    return questionnaire, losses


def _json(file: IO[bytes]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    try:
        body = json.loads(file.read(MOST_BYTES))
        return dict(body.get("intro", {})), list(body["items"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValidationError(
            _("This is not a questionnaire written by this portal")
        ) from error


def _clean(row: Item | Choice, words: str, where: str) -> None:
    """Refuse what cannot be stored and say where; a draft may still lack a language."""
    names = {f"{words}_{code}" for code in languages()}
    empty = {name for name in names if not getattr(row, name)}
    try:
        row.full_clean(exclude=empty if empty != names else None, validate_unique=False)
    except ValidationError as error:
        raise ValidationError(
            [f"{where}: {text}" for text in error.messages]
        ) from error


def _add(questionnaire: Questionnaire, items: list[dict[str, Any]]) -> None:
    try:
        with transaction.atomic():
            add_items(questionnaire, items)
            for item in questionnaire.items.prefetch_related("choices"):
                _clean(item, "text", item.code)
                for choice in item.choices.all():
                    _clean(choice, "label", f"{item.code} {choice.code}")
    except (
        *(KeyError, TypeError, AttributeError, ValueError),
        *(DataError, IntegrityError),
    ) as error:
        text = _("The questionnaire cannot be stored: %(error)s")
        raise ValidationError(text % {"error": type(error).__name__}) from error
