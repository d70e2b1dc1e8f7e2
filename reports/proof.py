"""What a form must show before it is taken: some work, or some patience.

Nobody is remembered. A form carries the second it was opened, sealed; it is good for
one report. A browser with scripts does a little work for it; one without waits, and
people who write wait anyway.
"""

import hashlib
import time

from django.utils import timezone

from reports.models import Tip

# Many small pieces: luck counts for little, and the longest work is about twice the mean.
PIECES = 16
PIECE_BITS = 10
LONGEST_NUMBER = 10
PATIENCE_SECONDS = 10
# So many reports in one day are a flood; patience then costs more, work does not.
FLOOD = 300
PATIENCE_SECONDS_IN_A_FLOOD = 60


def is_worked(form: bytes, solution: str) -> bool:
    """Tell whether a solution, numbers with commas, has done every piece of the work."""
    numbers = solution.split(",", PIECES)
    return len(numbers) == PIECES and all(
        is_piece_worked(form, piece, number) for piece, number in enumerate(numbers)
    )


def is_piece_worked(form: bytes, piece: int, number: str) -> bool:
    """Tell whether SHA-256 of form, piece and number begins with enough zero bits."""
    text = f"{form.hex()}:{piece}:{number[:LONGEST_NUMBER]}"
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - PIECE_BITS) == 0


def seconds_to_wait(opened: int) -> int:
    """Return how long a form without work is still too young."""
    today = Tip.objects.filter(received_on=timezone.localdate()).count()
    patience = PATIENCE_SECONDS if today < FLOOD else PATIENCE_SECONDS_IN_A_FLOOD
    return max(0, opened + patience - int(time.time()))
