"""Load the questionnaires and the reported figures of `data/surveys/`."""

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from foundation.languages import languages
from foundation.publication import renew_pages
from surveys.models import Choice, Item, Questionnaire, ReportedFigure, Survey, Wave
from surveys.services.fielding import open_wave

NAMES = {"corruption-experience", "doing-business", "portal-useful"}


@transaction.atomic
def load_surveys() -> int:
    """Add what is missing and field it with an open link; return how many rows."""
    known = set(Survey.objects.values_list("code", flat=True))
    added = 0
    for name in sorted(NAMES - known):
        added += add_survey(shipped(name))
    added += _add_figures(shipped("reported"))
    if added:
        renew_pages()
    return added


def shipped(name: str) -> Any:
    path = settings.BASE_DIR / "data" / "surveys" / f"{name}.json"
    return json.loads(path.read_text("utf-8"))


def add_survey(body: dict[str, Any], *, is_demo: bool = False) -> int:
    """Add a survey with its first questionnaire and wave, and open the wave."""
    survey = Survey.objects.create(
        code=body["code"],
        audience=body["audience"],
        is_demo=is_demo,
        **_columns("title", body["title"]),
        **_columns("summary", body["summary"]),
    )
    questionnaire = Questionnaire.objects.create(
        survey=survey, number=body["number"], **_columns("intro", body["intro"])
    )
    added = 2 + add_items(questionnaire, body["items"])
    told = body["wave"]
    wave = Wave.objects.create(
        public_id=told["id"],
        questionnaire=questionnaire,
        opens_on=date.fromisoformat(told["opens_on"]),
        closes_on=date.fromisoformat(told["closes_on"]),
        splits=told["splits"],
        pairs=told.get("pairs", []),
        is_demo=is_demo,
        **_columns("label", told["label"]),
        **_columns("population", told["population"]),
    )
    open_wave(wave=wave, by=None)
    return added + 1


def add_items(questionnaire: Questionnaire, items: list[dict[str, Any]]) -> int:
    """Write the items of a body as rows that staff can edit."""
    added = 0
    for position, item in enumerate(items, start=1):
        row = Item.objects.create(
            questionnaire=questionnaire,
            code=item["code"],
            position=position,
            kind=item["kind"],
            is_required=item.get("required", False),
            is_sensitive=item.get("sensitive", False),
            is_random=item.get("random", False),
            base=item.get("base"),
            limits=item.get("limits", {}),
            checks=item.get("checks", []),
            **_columns("text", item["text"]),
            **_columns("hint", item.get("hint", {})),
            **_columns("short", item.get("short", {})),
        )
        choices = [
            _choice(row, place, option, is_row=is_row)
            for is_row, options in (
                (False, item.get("choices", [])),
                (True, item.get("rows", [])),
            )
            for place, option in enumerate(options, start=1)
        ]
        Choice.objects.bulk_create(choices)
        added += 1 + len(choices)
    return added


def _choice(
    item: Item, position: int, option: dict[str, Any], *, is_row: bool
) -> Choice:
    return Choice(
        item=item,
        position=position,
        is_row=is_row,
        code=option["code"],
        missing=option.get("missing", ""),
        is_exclusive=option.get("exclusive", False),
        is_pinned=option.get("pinned", False),
        value=option.get("value"),
        **_columns("label", option["label"]),
        **_columns("short", option.get("short", {})),
    )


def _columns(name: str, texts: dict[str, str]) -> dict[str, Any]:
    return {f"{name}_{code}": texts.get(code, "") for code in languages()}


def _add_figures(rows: list[dict[str, Any]]) -> int:
    known = set(ReportedFigure.objects.values_list("code", flat=True))
    surveys = {survey.code: survey for survey in Survey.objects.all()}
    figures = [
        ReportedFigure(
            survey=surveys[row["survey"]],
            code=row["code"],
            position=position,
            year=row["year"],
            percent=row["percent"],
            asked=row["asked"],
            is_secondary=row["is_secondary"],
            **_columns("label", row["label"]),
            **_columns("study", row["study"]),
            **_columns("source", row["source"]),
        )
        for position, row in enumerate(rows)
        if row["code"] not in known
    ]
    ReportedFigure.objects.bulk_create(figures)
    return len(figures)
