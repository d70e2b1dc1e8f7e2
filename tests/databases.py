"""Addresses of databases beside the one that the tests were given."""

import os
from urllib.parse import urlsplit


def address_of(database: str) -> str:
    """Return what DATABASE_URL is for another database of the same server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
