"""Take an answer: once for each code, and without a way back to who sent it."""

import json
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from surveys.crypto import DraftError as DraftError
from surveys.crypto import derived, is_whole, new_code, seal, unseal
from surveys.expressions import holds
from surveys.flushing import LOCK
from surveys.models import (
    Draft,
    Invitation,
    QuotaCount,
    TokenSpend,
    Wave,
)

KEPT_ASIDE = timedelta(days=14)


class QuotaFullError(Exception):
    """Enough people of this group have answered; nothing was stored."""


class WaveClosedError(Exception):
    """The wave was closed while the form was filled in; nothing was stored."""


class UnknownCodeError(Exception):
    """The code belongs to no invitation of this wave."""


def check_code(*, wave: Wave, code: str) -> str:
    """Return the stratum of the sample that the code belongs to."""
    spend_hash = derived("spend", code, wave.public_id)
    asked = Invitation.objects.filter(wave=wave, spend_hash=spend_hash)
    stratum = asked.values_list("stratum", flat=True).first()
    if stratum is None:
        raise UnknownCodeError
    return str(stratum)


def submit_answer(
    *,
    wave: Wave,
    code: str,
    language: str,
    seed: int,
    answers: dict[str, Any],
    texts: dict[str, str],
) -> bool:
    """Put an answer where it waits; return whether it is new.

    `code` is that of the invitation or the random number of the form. Two transactions
    on purpose: the first holds the answer, the second that the code was used. If the
    process dies between them nothing is lost and, the receipt being kept, a second try
    doubles nothing.
    """
    payload = {"language": language, "seed": seed, "answers": answers, "texts": texts}
    if wave.needs_code:
        stratum = check_code(wave=wave, code=code)
        if wave.strata:
            payload["stratum"] = stratum
    is_new = _receive(
        wave,
        receipt=derived("receipt", code, wave.public_id),
        payload=payload,
    )
    if wave.needs_code:
        _spend(wave, derived("spend", code, wave.public_id))
    return is_new


# One message to the database, two statements, one transaction. The second looks at
# what is there after the lock was given: after the last flush nothing may come in.
RECEIVE = """
SELECT pg_advisory_xact_lock_shared(%s, %s);
INSERT INTO surveys_inbox (wave_id, receipt, payload)
SELECT id, %s, %s FROM surveys_wave
WHERE id = %s AND state = 'open'
  AND NOT EXISTS (SELECT FROM surveys_receipt WHERE receipt = %s)
ON CONFLICT (receipt) DO NOTHING
"""


def _receive(wave: Wave, *, receipt: str, payload: dict[str, Any]) -> bool:
    if wave.quotas:
        with transaction.atomic():
            is_new = _put(wave, receipt, payload)
            if is_new:
                _take_places(wave, payload["answers"])
    else:
        is_new = _put(wave, receipt, payload)
    if not is_new and not Wave.objects.filter(pk=wave.pk, state="open").exists():
        raise WaveClosedError
    return is_new


def _put(wave: Wave, receipt: str, payload: dict[str, Any]) -> bool:
    text = json.dumps(payload, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(RECEIVE, [LOCK, wave.pk, receipt, text, wave.pk, receipt])
        # What the first statement gave is passed over.
        cursor.nextset()
        return bool(cursor.rowcount == 1)


def _take_places(wave: Wave, answers: dict[str, Any]) -> None:
    """Count the answer in its quotas, or refuse it where one is full."""
    for quota in sorted(wave.quotas, key=lambda q: str(q["name"])):
        if holds(quota["when"], answers):
            taken = QuotaCount.objects.filter(
                wave=wave, name=quota["name"], n__lt=F("most")
            ).update(n=F("n") + 1)
            if not taken:
                raise QuotaFullError(quota["name"])


def _spend(wave: Wave, spend_hash: str) -> None:
    TokenSpend.objects.bulk_create(
        [TokenSpend(wave=wave, spend_hash=spend_hash)], ignore_conflicts=True
    )


def put_aside(*, wave: Wave, fields: list[tuple[str, str]]) -> str:
    """Seal what was answered so far; return the only thing that opens it."""
    code = new_code()
    Draft.objects.create(
        wave=wave,
        resume_hash=derived("resume", code, wave.public_id),
        blob=seal(code, wave.public_id, json.dumps(fields).encode()),
        expires_on=timezone.localdate() + KEPT_ASIDE,
    )
    return code


def take_up(*, wave: Wave, code: str) -> list[tuple[str, str]]:
    """Open what was put aside; it stays until it is forgotten or replaced."""
    if not is_whole(code):
        raise DraftError("Not a whole code")
    draft = Draft.objects.filter(
        wave=wave,
        resume_hash=derived("resume", code, wave.public_id),
        expires_on__gte=timezone.localdate(),
    ).first()
    if draft is None:
        raise DraftError("No draft with this code")
    pairs = json.loads(unseal(code, wave.public_id, bytes(draft.blob)))
    return [(str(name), str(value)) for name, value in pairs]
