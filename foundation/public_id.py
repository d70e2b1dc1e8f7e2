"""Public ids: short, random, readable over the phone, never reused."""

import secrets

# Crockford's base 32 leaves out I, L, O and U, which are misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_public_id() -> str:
    """Return ten random characters, 50 bits: a clash in 10⁶ rows has odds of 1:2,000.

    The unique constraint of the column catches the clash.
    """
    return "".join(secrets.choice(ALPHABET) for _ in range(10))
