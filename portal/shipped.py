"""Load the authority of `data/`, which staff then edit."""

from foundation.shipped_data import shipped_rows
from portal.models import Authority


def load_authority() -> int:
    """Add the authority unless staff have said who they are; return 0 or 1."""
    for row in shipped_rows("authority"):
        row.pop("source")
        _row, is_new = Authority.objects.get_or_create(pk=1, defaults=row)
        return int(is_new)
    return 0
