"""Stored pages, in front of Django.

An anonymous page changes only when somebody publishes, so it is rendered once for each
address, reading mode and day, compressed, and kept in Redis with the number of the
publication it shows. Finding it costs one round trip and nothing of Django runs. When
Redis does not answer, Django renders as if there were no store.
"""

import gzip
import logging
import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import blake2b
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from redis import RedisError

from foundation.publication import NUMBER_KEY, STORE_HEADER, page_redis
from portal.reading_mode import COOKIE, ReadingMode

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Beyond this an address is nobody's bookmark.
LONGEST_ADDRESS = 2000
PREFIX = b"page:"
LENGTH = struct.Struct(">I")


class StoredPages:
    """A WSGI application that answers from the store or asks Django and keeps it."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.release = release()

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        key = self.key(environ)
        if key is None:
            return self.application(environ, start_response)
        try:
            number, kept = cast(
                "list[bytes | None]", page_redis().mget(NUMBER_KEY, key)
            )
        except RedisError:
            logger.warning("The page store does not answer")
            return self.application(environ, start_response)
        number = number or b"0"
        if kept is not None:
            shown, headers, body = unpack(kept)
            if shown == number:
                return answer(environ, start_response, headers, body)
        return self.render(environ, start_response, key, number)

    def key(self, environ: Environ) -> bytes | None:
        """Return what the page depends on, or None for what is never kept.

        The day belongs to it, for a measure is overdue from one midnight to the next.
        """
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        query = environ.get("QUERY_STRING", "")
        path = environ.get("PATH_INFO", "")
        if len(query) + len(path) > LONGEST_ADDRESS or path.startswith("/admin"):
            return None
        parts = [
            self.release,
            datetime.now(self.zone).date().isoformat(),
            environ.get("wsgi.url_scheme", ""),
            environ.get("HTTP_X_FORWARDED_PROTO", ""),
            reading_mode(environ),
            path,
            urlencode(sorted(parse_qsl(query, keep_blank_values=True))),
        ]
        return PREFIX + blake2b("\n".join(parts).encode(), digest_size=20).digest()

    def render(
        self, environ: Environ, start_response: StartResponse, key: bytes, number: bytes
    ) -> Iterable[bytes]:
        """Let Django answer, and keep the answer if it is marked as the same for all."""
        answered: list[tuple[str, Headers, Any]] = []

        def take(status: str, headers: Headers, exc_info: Any = None) -> None:
            answered.append((status, headers, exc_info))

        # A page is rendered whole, whoever asked first: HEAD keeps a body too.
        asked = {**environ, "REQUEST_METHOD": "GET"}
        asked.pop("HTTP_IF_NONE_MATCH", None)
        asked.pop("HTTP_IF_MODIFIED_SINCE", None)
        parts = self.application(asked, take)
        status, headers, exc_info = answered[-1]
        marked = any(name == STORE_HEADER for name, _ in headers)
        if not marked:
            start_response(status, headers, exc_info)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else parts
        body = b"".join(parts)
        close(parts)
        headers = page_headers(headers, body)
        packed = gzip.compress(body, 6, mtime=0)
        self.keep(key, pack(number, headers, packed))
        return answer(environ, start_response, headers, packed)

    def keep(self, key: bytes, kept: bytes) -> None:
        try:
            page_redis().set(key, kept, ex=settings.PAGE_STORE_SECONDS)
        except RedisError:
            logger.warning("A page could not be stored")


def release() -> str:
    """Return what tells this release from the one whose pages may still be stored."""
    files = [
        path
        for folder in (
            "templates",
            "locale",
            "portal",
            "foundation",
            "corruption_map",
            "indicators",
            "library",
            "reports",
            "courses",
            "surveys",
            "volunteers",
        )
        for path in (settings.BASE_DIR / folder).rglob("*")
        if path.suffix in {".html", ".mo", ".py"}
    ]
    stamps = sorted(f"{path} {path.stat().st_mtime_ns}" for path in files)
    return blake2b("\n".join(stamps).encode(), digest_size=8).hexdigest()


def reading_mode(environ: Environ) -> str:
    """Return the reader's reading mode, the only cookie that a page depends on."""
    sent = environ.get("HTTP_COOKIE", "")
    if COOKIE not in sent:
        return ""
    try:
        cookie = SimpleCookie(sent).get(COOKIE)
    except CookieError:
        return ""
    return ReadingMode.read(cookie.value if cookie else "").write()


def page_headers(headers: Headers, body: bytes) -> Headers:
    """Return the headers of a page that everybody may keep but must ask again for."""
    dropped = {STORE_HEADER.lower(), "content-length", "vary", "cache-control"}
    kept = [(name, value) for name, value in headers if name.lower() not in dropped]
    assert not any(name.lower() == "set-cookie" for name, _ in kept), "personal page"
    digest = blake2b(body, digest_size=12).hexdigest()
    return [
        *kept,
        ("ETag", f'W/"{digest}"'),
        ("Cache-Control", "public, no-cache"),
        ("Vary", "Accept-Encoding, Cookie"),
    ]


def answer(
    environ: Environ, start_response: StartResponse, headers: Headers, packed: bytes
) -> list[bytes]:
    """Answer with a kept page: as it is stored, unpacked, or 304."""
    tag = next(value for name, value in headers if name == "ETag")
    if matches(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
        kept = [pair for pair in headers if pair[0] != "Content-Type"]
        start_response("304 Not Modified", kept)
        return []
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = packed
        headers = [*headers, ("Content-Encoding", "gzip")]
    else:
        body = gzip.decompress(packed)
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def matches(asked: str, tag: str) -> bool:
    """Compare tags weakly: a proxy may have stripped or added `W/`."""
    bare = {part.strip().removeprefix("W/") for part in asked.split(",")}
    return asked.strip() == "*" or tag.removeprefix("W/") in bare


def pack(number: bytes, headers: Headers, body: bytes) -> bytes:
    head = orjson.dumps([number.decode(), headers])
    return LENGTH.pack(len(head)) + head + body


def unpack(kept: bytes) -> tuple[bytes, Headers, bytes]:
    (length,) = LENGTH.unpack_from(kept)
    start = LENGTH.size
    number, headers = orjson.loads(kept[start : start + length])
    pairs = [(name, value) for name, value in headers]
    return number.encode(), pairs, kept[start + length :]


def close(parts: Iterable[bytes]) -> None:
    if hasattr(parts, "close"):
        cast(Any, parts).close()
