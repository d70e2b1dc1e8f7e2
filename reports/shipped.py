"""Load the channel and the questionnaire of `data/`; what staff changed stays."""

import json

from django.conf import settings

from foundation.shipped_data import add_missing, shipped_rows
from reports.models import Channel, Questionnaire


def load_reports() -> int:
    added = add_missing(Channel, "code", list(shipped_rows("tip_channels")))
    folder = settings.BASE_DIR / "data" / "questionnaires"
    rows = [
        {
            "version": int(path.stem),
            "schema": json.loads(path.read_text(encoding="utf-8")),
            "is_published": True,
        }
        for path in sorted(folder.glob("*.json"))
    ]
    return added + add_missing(Questionnaire, "version", rows)
