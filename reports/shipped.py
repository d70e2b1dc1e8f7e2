"""Load the channel, the questionnaire and what rewards are counted by; what staff changed stays."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings

from foundation.shipped_data import add_missing, shipped_rows
from reports.models import Channel, MonthlyIndex, RewardRule
from reports.services.questionnaires import take_questionnaire

INDICES = "monthly_indices"


def _rules() -> Iterator[dict[str, Any]]:
    for row in shipped_rows("reward_rules"):
        begin = {"valid_from": date.fromisoformat(row["valid_from"])}
        yield {**row, **begin}


def load_reports() -> int:
    added = add_missing(Channel, "code", list(shipped_rows("tip_channels")))
    indices = ({**row, "year": int(row["year"])} for row in shipped_rows(INDICES))
    added += add_missing(MonthlyIndex, "year", indices)
    added += add_missing(RewardRule, "valid_from", _rules())
    folder = settings.BASE_DIR / "data" / "questionnaires"
    for path in sorted(folder.glob("*.json"), key=lambda path: int(path.stem)):
        schema = json.loads(path.read_text(encoding="utf-8"))
        added += take_questionnaire(number=int(path.stem), schema=schema)
    return added
