"""An honest limit: a token bucket for each reader, forgotten within minutes.

Redis keeps, for the time the bucket needs to fill, how many requests are left under a
keyed hash of the address. The key changes every hour, and nothing is written to disk
on purpose or to a log. Without Redis nobody is limited.
"""

import logging
from hashlib import blake2b
from ipaddress import ip_address
from math import ceil
from time import time

from django.conf import settings
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from foundation.publication import page_redis

logger = logging.getLogger(__name__)

# Takes one token; returns what is left, or minus the milliseconds to wait.
BUCKET = """
local burst, per_second, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or burst
local at = tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * per_second)
local answer
if tokens < 1 then
    answer = -math.ceil((1 - tokens) / per_second * 1000)
else
    tokens = tokens - 1
    answer = math.floor(tokens)
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / per_second) + 1)
return answer
"""
HOUR = 3600


class AddressThrottle(BaseThrottle):
    """Limit requests by address; `left` and `pause` say where the reader stands."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.pause: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        address = self.get_ident(request)
        if _is_this_machine(address):
            return True
        now = time()
        try:
            answer = int(
                page_redis().eval(
                    BUCKET,
                    1,
                    _key(address, now),
                    str(settings.API_BURST),
                    str(settings.API_PER_SECOND),
                    str(now),
                )
            )
        except RedisError as error:
            logger.warning("Nobody is limited, for Redis fails: %s", error)
            return True
        if answer < 0:
            self.pause = ceil(-answer / 1000)
            return False
        self.left = answer
        return True

    def wait(self) -> float | None:
        return self.pause


def _is_this_machine(address: str | None) -> bool:
    """Tell whether no reader's address is known.

    It is so behind a proxy that `TRUSTED_PROXIES` does not count: a limit would then be
    one for all readers together.
    """
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return not address


def _key(address: str | None, now: float) -> str:
    secret = f"{settings.SECRET_KEY}{int(now // HOUR)}".encode()
    key = blake2b(secret, digest_size=32).digest()
    return (
        "api:" + blake2b((address or "").encode(), key=key, digest_size=16).hexdigest()
    )
