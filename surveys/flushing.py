"""Move waiting answers to where they stay: shuffled, in batches, without a trace of when.

An answer is written twice, in two transactions: first where it waits, with a receipt,
then, with at least fifty others in an order of its own, where it stays. So the number
of the transaction and the place on the disk, which PostgreSQL keeps for every row, say
nothing about who sent which.
"""

from collections import Counter
from random import SystemRandom
from typing import Any
from uuid import uuid4

import orjson
from django.db import connection, transaction

from foundation.publication import renew_pages
from surveys.kept import keep
from surveys.models import Count, Inbox, OpenText, Wave
from surveys.results import PAIR
from surveys.tally import cell_of, count

BATCH = 5_000
# The class of this room's advisory locks; the second number is the wave. An answer
# takes one that it shares with others, a flush one of its own.
LOCK = 60_201
DICE = SystemRandom()


def flush(wave: Wave, *, is_last: bool = False) -> int:
    """Store what waits if it is enough to hide in, or all of it at the close.

    A last batch may be smaller than the promise; it is stored once nobody can add to
    it, and its order is random as well.
    """
    stored = 0
    while (moved := _flush_batch(wave, is_last=is_last)) > 0:
        stored += moved
    if stored and not is_last:
        keep(wave)
    if stored:
        _clean_inbox()
    return stored


@transaction.atomic
def _flush_batch(wave: Wave, *, is_last: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, wave.pk])
    total = Inbox.objects.filter(wave=wave).count()
    # As many stay behind as may stand alone, so that the last batch is no smaller: the
    # figures before and after the close would otherwise tell of the few between.
    ready = total if is_last else total - wave.min_cell
    if ready < (1 if is_last else wave.flush_size):
        return 0
    payloads = _take(wave, ready if ready < BATCH + wave.flush_size else BATCH)
    DICE.shuffle(payloads)
    _store(wave, payloads)
    add_counts(wave, _counted(wave, payloads))
    renew_pages()
    return len(payloads)


# Receipts are hashes: which answers are taken, and the order of what is noted, is chance.
TAKE = """
WITH taken AS (
    DELETE FROM surveys_inbox WHERE receipt IN (
        SELECT receipt FROM surveys_inbox WHERE wave_id = %s ORDER BY receipt LIMIT %s
    )
    RETURNING receipt, payload
), noted AS (
    INSERT INTO surveys_receipt (receipt, wave_id)
    SELECT receipt, %s FROM taken ORDER BY receipt
)
SELECT payload FROM taken
"""


def _take(wave: Wave, most: int) -> list[dict[str, Any]]:
    """Take answers out of those that wait and note that they were here."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [wave.pk, most, wave.pk])
        return [orjson.loads(payload) for (payload,) in cursor.fetchall()]


def _store(wave: Wave, payloads: list[dict[str, Any]]) -> None:
    """Write answers in the order given, by the way that costs least."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY surveys_response (id, wave_id, language, seed, cell, answers)"
            " FROM STDIN"
        ) as copy,
    ):
        for payload in payloads:
            answers = payload["answers"]
            copy.write_row(
                (
                    uuid4(),
                    wave.pk,
                    payload["language"],
                    payload["seed"],
                    cell_of(wave.splits, answers, payload.get("stratum", "")),
                    orjson.dumps(answers).decode(),
                )
            )
    texts = [
        OpenText(wave=wave, question=name, language=payload["language"], text=text)
        for payload in payloads
        for name, text in payload["texts"].items()
    ]
    # Shuffled once more: the order of texts is not that of the answers.
    DICE.shuffle(texts)
    OpenText.objects.bulk_create(texts, batch_size=1_000)


def _counted(
    wave: Wave, payloads: list[dict[str, Any]]
) -> Counter[tuple[str, str, str]]:
    return count(
        wave.questionnaire.definition,
        wave.splits,
        (
            (payload["answers"], set(payload["texts"]), payload.get("stratum", ""))
            for payload in payloads
        ),
    )


def add_counts(wave: Wave, counted: Counter[tuple[str, str, str]]) -> None:
    """Add to the kept counts, in the order of their key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE counted"
            " (question text, cell text, code text, n bigint)"
        )
        with cursor.copy("COPY counted FROM STDIN") as copy:
            for key, n in sorted(counted.items()):
                copy.write_row((*key, n))
        cursor.execute(
            "INSERT INTO surveys_count (wave_id, question, cell, code, n)"
            " SELECT %s, * FROM counted"
            " ON CONFLICT (wave_id, question, cell, code)"
            " DO UPDATE SET n = surveys_count.n + excluded.n",
            [wave.pk],
        )
        cursor.execute("DROP TABLE counted")


def _clean_inbox() -> None:
    """Take what was deleted off the disk as well."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM surveys_inbox")


def counted_again(wave: Wave) -> Counter[tuple[str, str, str]]:
    """Count all stored responses anew, to compare with the counts that are kept.

    Open texts are apart, so who wrote one cannot be found again: they are left out.
    """
    definition = wave.questionnaire.definition
    rows = wave.responses.values_list("answers", "cell").iterator(chunk_size=5_000)
    place = len(wave.splits)
    return count(
        definition,
        wave.splits,
        (
            (answers, set(), cell.split("|")[place] if wave.strata else "")
            for answers, cell in rows
        ),
    )


@transaction.atomic
def differences(wave: Wave) -> list[tuple[str, str, str]]:
    """Return the counts that are not what the stored responses give.

    No answers are stored meanwhile; those that come in wait as ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, wave.pk])
    again: Counter[Any] = counted_again(wave)
    texts = {q.code for q in wave.questionnaire.definition.items if q.kind == "text"}
    kept = {
        (row.question, row.cell, row.code): row.n
        for row in Count.objects.filter(wave=wave).exclude(question__startswith=PAIR)
        if row.question not in texts
    }
    again = Counter({key: n for key, n in again.items() if key[0] not in texts})
    return sorted(
        key for key in kept.keys() | again.keys() if kept.get(key, 0) != again[key]
    )
