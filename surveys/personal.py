"""What in somebody's own words would say who they are: an address, a number.

The patterns are read by Python and by PostgreSQL alike, for the database refuses to let
such words be public.
"""

import re

EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
IIN = r"(^|[^0-9])[0-9]{12}([^0-9]|$)"
PHONE = (
    r"(^|[^0-9])(\+?[78])[\s().-]*[0-9]{3}[\s().-]*[0-9]{3}"
    r"[\s().-]*[0-9]{2}[\s().-]*[0-9]{2}([^0-9]|$)"
)
ANY = f"({EMAIL})|({IIN})|({PHONE})"

_ANY = re.compile(ANY)


def names_somebody(text: str) -> bool:
    return _ANY.search(text) is not None
