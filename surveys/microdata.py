"""The responses of a closed wave as files for statistical programs.

For analysts with an agreement, never for the public: a response is anonymous, but many
answers together can be rare. One column holds one code; labels come from the short labels
of the questionnaire, which are checked for length before it is fielded, so that no program
cuts them. A wave with a published weighting has its weights in the last column. Open texts
are not in these files.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from surveys.models import Release, Wave
from surveys.variables import WEIGHT, columns

CHUNK = 1_000


class OpenWaveError(Exception):
    """Responses leave the database only when nobody can add to them any more."""


def weights_of(wave: Wave) -> dict[str, float] | None:
    """Return the weights of the published release by cell; those left out have none."""
    release = Release.objects.published().filter(wave=wave).first()
    if release is None or release.scheme is None:
        return None
    return dict(release.scheme.weights)


def names(wave: Wave) -> list[str]:
    found = [column.name for column in columns(wave.questionnaire.definition)]
    return found if weights_of(wave) is None else [*found, WEIGHT]


def rows(wave: Wave) -> Iterator[list[Any]]:
    """Give every response by its random id, a thousand in memory at a time.

    Nothing is sorted before the first: an index has them in this order. Outside a
    transaction the server would read them all first, to keep them for its cursor.
    """
    if wave.state != Wave.State.CLOSED:
        raise OpenWaveError
    wanted = columns(wave.questionnaire.definition)
    weights = weights_of(wave)
    responses = wave.responses.order_by("id").values_list("answers", "cell")
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Whatever the database guesses of a wave that came in since it last looked.
            cursor.execute("SET LOCAL enable_sort = off")
        for answers, cell in responses.iterator(chunk_size=CHUNK):
            row = [column.value(answers) for column in wanted]
            yield row if weights is None else [*row, weights.get(cell)]


def write_csv(wave: Wave, path: Path, *, with_bom: bool = False) -> int:
    encoding = "utf-8-sig" if with_bom else "utf-8"
    written = 0
    with path.open("w", encoding=encoding, newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(names(wave))
        for row in rows(wave):
            writer.writerow(row)
            written += 1
    return written
