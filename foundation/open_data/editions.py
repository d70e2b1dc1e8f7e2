"""Keep what a dataset was: an edition for every day on which its rows had changed."""

import gzip
import logging
from collections.abc import Iterator
from datetime import date
from functools import partial
from hashlib import blake2b, sha256
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from foundation.open_data.models import Edition
from foundation.open_data.registry import Dataset
from foundation.open_data.snapshot import Snapshot
from foundation.open_data.writers import write_csv

logger = logging.getLogger(__name__)

BLOCK = 1 << 20


def keep_edition(dataset: Dataset) -> Edition | None:
    """Store today's rows, unless they are those of the last edition.

    A second call on a day replaces that day's edition: a day has one.
    """
    with TemporaryFile() as file:
        byte_count, digest, row_count, lines = _write(dataset, file)
        today = timezone.localdate()
        earlier = Edition.objects.filter(slug=dataset.slug).order_by("-made_on")
        last = earlier.first()
        if last is not None and last.is_readable and last.sha256 == digest:
            return None
        before = _lines(earlier.readable().exclude(made_on=today).first())
        with transaction.atomic():
            for replaced in earlier.filter(made_on=today):
                transaction.on_commit(partial(replaced.file.delete, save=False))
                replaced.delete()
            edition = Edition(
                slug=dataset.slug,
                made_on=today,
                row_count=row_count,
                byte_count=byte_count,
                sha256=digest,
                added=len(lines - before),
                removed=len(before - lines),
            )
            file.seek(0)
            edition.file.save(
                f"{dataset.slug}-{today:%Y-%m-%d}-{digest[:12]}.csv.gz", File(file)
            )
        return edition


def _write(dataset: Dataset, file: IO[bytes]) -> tuple[int, str, int, set[bytes]]:
    """Write compressed CSV; return its bytes, checksum and rows before compression."""
    digest, byte_count, row_count = sha256(), 0, 0
    lines: set[bytes] = set()
    read = dataset.reader()
    with Snapshot() as snapshot:
        selected = snapshot.stream(
            dataset.rows().order_by("pk").values_list(*dataset.lookups)
        )
        # Without a time in the head, the same rows give the same file.
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            for piece in write_csv(dataset.columns, map(read, selected)):
                digest.update(piece)
                byte_count += len(piece)
                row_count += piece.count(b"\r\n")
                lines.update(_marks(piece))
                packed.write(piece)
    return byte_count, digest.hexdigest(), row_count - 1, lines


def _marks(piece: bytes) -> Iterator[bytes]:
    """Yield eight bytes for each line, to tell which are new without keeping them."""
    for line in piece.split(b"\r\n"):
        if line:
            yield blake2b(line, digest_size=8).digest()


def _lines(edition: Edition | None) -> set[bytes]:
    if edition is None:
        return set()
    rest = b""
    found: set[bytes] = set()
    with edition.file.open("rb") as stored, gzip.open(stored) as plain:
        while block := plain.read(BLOCK):
            *whole, rest = (rest + block).split(b"\r\n")
            for line in whole:
                found.update(_marks(line))
    found.update(_marks(rest))
    return found


def withdraw_editions(slug: str, *, since: date) -> None:
    """Take back the editions of a dataset made on this day or later.

    What they should not have told is in none of their files any more; rows that were
    right are in the next edition. A file left by a broken process goes at night.
    """
    told = Edition.objects.readable().filter(slug=slug, made_on__gte=since)
    told.update(withdrawn_on=timezone.localdate())
    transaction.on_commit(forget_withdrawn)


def forget_withdrawn() -> None:
    """Delete the files of editions that were withdrawn."""
    for edition in Edition.objects.exclude(withdrawn_on=None).exclude(file=""):
        edition.file.delete()


def forget_outdated() -> int:
    """Delete editions whose two years are over; return how many."""
    outdated = list(Edition.objects.outdated())
    for edition in outdated:
        edition.file.delete(save=False)
        edition.delete()
    return len(outdated)
