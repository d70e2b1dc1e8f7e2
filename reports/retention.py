"""What is forgotten, and when: erasing a case throws away its keys first.

Once the wraps are gone nothing opens what an older copy of the files still holds;
a backup taken before keeps its own wraps until it is thrown away itself.
"""

import os
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from foundation.notifications.services import send
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


def warn_of_erasures() -> None:
    """Warn the holders of closed cases 30, 7 and 1 days before their erasure.

    Each warning is given once. A day on which nobody ran this is made up for by the next
    run: of several warnings that are due by then, the nearest is given.
    """
    for tip in Tip.objects.soon_erased(timezone.localdate()):
        _warn(tip)


@transaction.atomic
def _warn(tip: Tip) -> None:
    row = Tip.objects.select_for_update().filter(pk=tip.pk).first()
    today = timezone.localdate()
    days = row.warning_due(today) if row else None
    if row is None or days is None:
        return
    if row.erasure_warned is not None and row.erasure_warned <= days:
        return
    row.erasure_warned = days
    row.save(update_fields=["erasure_warned"])
    held = Wrap.objects.filter(
        tip=row,
        purpose=Wrap.Purpose.CONTENT,
        recipient__is_active=True,
        recipient__user__is_active=True,
    )
    for wrapped in held.select_related("recipient__user"):
        user = wrapped.recipient.user
        send(
            # However many cases go: one mail a day, which names the nearest end.
            key=f"reports-erasure:{wrapped.recipient.pk}:{today}",
            recipient=user.email,
            language=user.language,
            template="erasure",
            context={
                "days": days,
                "url": f"{settings.PUBLIC_URL}{reverse('admin:index')}",
            },
        )


@transaction.atomic
def erase(tip: Tip) -> None:
    """Remove a case with its keys and files; nobody opens it afterwards."""
    # A word of the reporter's may have put the day off since the list was made.
    row = Tip.objects.select_for_update().filter(pk=tip.pk).first()
    if row is None or row.erase_on is None or row.erase_on > timezone.localdate():
        return
    files = list(row.files.values_list("id", flat=True))
    Wrap.objects.filter(tip=row).forget_words()
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
