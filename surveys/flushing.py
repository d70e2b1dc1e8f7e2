"""Move waiting answers to where they stay: shuffled, in batches, without a trace of when.

An answer is written twice, in two transactions: first where it waits, with a receipt,
then, with at least fifty others in an order of its own, where it stays. So the number
of the transaction and the place on the disk, which PostgreSQL keeps for every row, say
nothing about who sent which.
"""

from collections import Counter
from random import SystemRandom
from typing import Any

from django.db import connection, transaction

from foundation.publication import renew_pages
from surveys.definition import Definition
from surveys.kept import keep
from surveys.models import Count, Inbox, OpenText, Receipt, Response, Wave
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
    waiting = Inbox.objects.filter(wave=wave)
    total = waiting.count()
    # As many stay behind as may stand alone, so that the last batch is no smaller: the
    # figures before and after the close would otherwise tell of the few between.
    ready = total if is_last else total - wave.min_cell
    if ready < (1 if is_last else wave.flush_size):
        return 0
    size = ready if ready < BATCH + wave.flush_size else BATCH
    rows = list(waiting.order_by("receipt")[:size])
    DICE.shuffle(rows)
    definition = wave.questionnaire.definition
    _store(wave, rows)
    add_counts(wave, _counted(wave, definition, rows))
    receipts = sorted(row.receipt for row in rows)
    Receipt.objects.bulk_create(
        [Receipt(receipt=receipt, wave=wave) for receipt in receipts]
    )
    waiting.filter(receipt__in=receipts).delete()
    renew_pages()
    return len(rows)


def _store(wave: Wave, rows: list[Inbox]) -> None:
    Response.objects.bulk_create(
        [
            Response(
                wave=wave,
                language=row.payload["language"],
                seed=row.payload["seed"],
                cell=cell_of(
                    wave.splits, row.payload["answers"], row.payload.get("stratum", "")
                ),
                answers=row.payload["answers"],
            )
            for row in rows
        ],
        batch_size=1_000,
    )
    texts = [
        OpenText(wave=wave, question=name, language=row.payload["language"], text=text)
        for row in rows
        for name, text in row.payload["texts"].items()
    ]
    # Shuffled once more: the order of texts is not that of the answers.
    DICE.shuffle(texts)
    OpenText.objects.bulk_create(texts, batch_size=1_000)


def _counted(
    wave: Wave, definition: Definition, rows: list[Inbox]
) -> Counter[tuple[str, str, str]]:
    return count(
        definition,
        wave.splits,
        (
            (
                row.payload["answers"],
                set(row.payload["texts"]),
                row.payload.get("stratum", ""),
            )
            for row in rows
        ),
    )


def add_counts(wave: Wave, counted: Counter[tuple[str, str, str]]) -> None:
    """Add to the kept counts in one statement, in the order of their key."""
    rows = sorted(counted.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO surveys_count (wave_id, question, cell, code, n)"
            " SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[])"
            " ON CONFLICT (wave_id, question, cell, code)"
            " DO UPDATE SET n = surveys_count.n + excluded.n",
            [
                wave.pk,
                [key[0] for key, _n in rows],
                [key[1] for key, _n in rows],
                [key[2] for key, _n in rows],
                [n for _key, n in rows],
            ],
        )


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
