"""Slow down whoever tries numbers of certificates out."""

import hmac
import logging
from hashlib import sha256
from time import time

from django.conf import settings
from django.http import HttpRequest
from redis import RedisError
from rest_framework.throttling import BaseThrottle

from foundation.open_data.throttling import BUCKET
from foundation.publication import page_redis

logger = logging.getLogger(__name__)

BURST = 60
PER_SECOND = 0.5


def tries_too_much(request: HttpRequest) -> bool:
    """Count a wrong number; Redis keeps a hash of the address for two minutes."""
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    hour = int(time() // 3600)
    name = hmac.new(
        settings.SECRET_KEY.encode(), f"{hour}:{address}".encode(), sha256
    ).hexdigest()
    try:
        left = page_redis().eval(
            BUCKET, 1, f"serials:{name}", str(BURST), str(PER_SECOND), str(time())
        )
    except RedisError:
        logger.warning("Tries of certificate numbers are not counted without Redis")
        return False
    return int(str(left)) < 0
