"""Stored pages end when something is published.

Anonymous pages are rendered once and kept in Redis (`portal.page_store`). Each carries
the number of the publication it shows; a new number makes all of them old at once.
"""

import logging
from collections.abc import Callable
from functools import cache, wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
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


STORE_HEADER = "X-Page-Store"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def stored_page(view: View[P]) -> View[P]:
    """Mark a page that is the same for every reader, to be rendered once.

    Such a page carries no session, no token and nothing personal. A redirect, an error
    or an answer in parts is not kept.
    """

    @wraps(view)
    def marked(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK and not response.streaming:
            response[STORE_HEADER] = "1"
        return response

    return cast("View[P]", require_safe(marked))
