"""What is forgotten, and when: erasing a case throws away its keys first.

Once the wraps are gone nothing opens what an older copy of the files still holds;
a backup taken before keeps its own wraps until it is thrown away itself.
"""

import os
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from reports.models import SealedFile, SpentProof, Tip, VaultSession, Wrap
from reports.uploads import folder, path_of

HOURS_OF_AN_UNSENT_FILE = 36


def forget_outdated() -> None:
    today = timezone.localdate()
    SpentProof.objects.filter(forget_on__lte=today).delete()
    VaultSession.objects.filter(ends_at__lte=timezone.now()).delete()
    Wrap.objects.filter(expires_on__lte=today).delete()
    for tip in Tip.objects.filter(erase_on__lte=today):
        erase(tip)


@transaction.atomic
def erase(tip: Tip) -> None:
    """Remove a case with its keys and files; nobody opens it afterwards."""
    # A word of the reporter's may have put the day off since the list was made.
    row = Tip.objects.select_for_update().filter(pk=tip.pk).first()
    if row is None or row.erase_on is None or row.erase_on > timezone.localdate():
        return
    files = list(row.files.values_list("id", flat=True))
    row.wraps.all().delete()
    row.delete()
    transaction.on_commit(lambda: _remove(files))


def _remove(files: list[UUID]) -> None:
    for file in files:
        path_of(file).unlink(missing_ok=True)


def sweep_files() -> int:
    """Remove sealed files no report took; make the rest tell no hour of their own."""
    if not folder().exists():
        return 0
    removed = 0
    known = {file.hex for file in SealedFile.objects.values_list("id", flat=True)}
    oldest = timezone.now() - timedelta(hours=HOURS_OF_AN_UNSENT_FILE)
    for path in folder().iterdir():
        written = path.stat()
        if path.name not in known and written.st_mtime < oldest.timestamp():
            path.unlink(missing_ok=True)
            removed += 1
        else:
            # The system's own time of change becomes the time of this sweep.
            os.utime(path, (written.st_mtime, written.st_mtime))
    return removed
