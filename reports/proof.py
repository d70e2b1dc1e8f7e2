"""What a form must show before it is taken: some work, or some patience.

Nobody is remembered. A form carries the second it was opened, sealed; it is good for
one report. A browser with scripts does a little work for it; one without waits, and
people who write wait anyway.
"""

import hashlib
import time

from django.utils import timezone

from reports.models import Tip

WORK_BITS = 15
PATIENCE_SECONDS = 10
# So many reports in one day are a flood; patience then costs more, work does not.
FLOOD = 300
PATIENCE_SECONDS_IN_A_FLOOD = 60


def is_worked(form: bytes, solution: str) -> bool:
    """Tell whether SHA-256 of form and solution begins with enough zero bits."""
    digest = hashlib.sha256(f"{form.hex()}:{solution[:32]}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - WORK_BITS) == 0


def seconds_to_wait(opened: int) -> int:
    """Return how long a form without work is still too young."""
    today = Tip.objects.filter(received_on=timezone.localdate()).count()
    patience = PATIENCE_SECONDS if today < FLOOD else PATIENCE_SECONDS_IN_A_FLOOD
    return max(0, opened + patience - int(time.time()))
