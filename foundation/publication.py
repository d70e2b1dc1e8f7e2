"""Stored pages end when something is published.

Anonymous pages are rendered once and kept in Redis (`portal.page_store`). Each carries
the number of the publication it shows; a new number makes all of them old at once.
"""

import logging
from functools import cache

from django.conf import settings
from django.db import transaction
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

NUMBER_KEY = "publication"


@cache
def page_redis() -> "Redis":
    """Return this process's connection pool for stored pages."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),
    )


def renew_pages() -> None:
    """Make every stored page old once the transaction is committed."""
    transaction.on_commit(_next_number)


def _next_number() -> None:
    try:
        page_redis().incr(NUMBER_KEY)
    except RedisError:
        # The fact is published; pages kept before the failure end with their hour.
        logger.exception("Stored pages could not be renewed")
