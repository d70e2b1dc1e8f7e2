"""Ask whether an address still leads somewhere, without being led astray.

Whoever edits a page can write any address, and any server can send a visitor on to
another. So that nobody reaches through the portal what only the portal can reach: http
and https on their own ports, every address of a name must be public, the connection goes
to the address that was checked, and each step of a redirect is checked like the first.
No cookie, no credentials, no proxy; one deadline and one number of bytes for it all.
"""

import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from io import BufferedReader, RawIOBase
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, create_connection, getaddrinfo, socket
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri, punycode

from foundation.web_links.models import WebLink

PORTS = {"http": 80, "https": 443}
REDIRECTS = 5
FOR_GOOD = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT)
FOR_NOW = (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT)
NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
FIRST_BYTES = 1024
MOST_BYTES = 64 * 1024
CONNECT_SECONDS = 10.0
# Outside it lie ways to reach IPv4 addresses by another spelling.
UNICAST = IPv6Network("2000::/3")

State = WebLink.State


class BarredError(Exception):
    """The address is none that the portal visits."""


@dataclass(frozen=True)
class Answer:
    state: WebLink.State
    status: int | None = None
    moved_to: str = ""


class Target(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address) and (
        ip not in UNICAST or ip.sixtofour or ip.teredo or ip.scope_id
    ):
        return False
    return ip.is_global and not ip.is_multicast


@dataclass
class Visitor:
    """Visits one address after the other, with a pause between two requests to a host.

    `let_in` names sockets that are visited although they are not public: a test's own.
    """

    resolve: Callable[..., list[Any]] = getaddrinfo
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    pause: float = 1.0
    patience: float = 30.0
    let_in: frozenset[tuple[str, int]] = frozenset()
    _asked: dict[str, float] = field(default_factory=dict)

    def visit(self, address: str) -> Answer:
        try:
            return self._follow(address, time.monotonic() + self.patience)
        except BarredError:
            return Answer(State.BARRED)
        except ssl.SSLCertVerificationError:
            # Browsers know more authorities than a server and fetch missing links of a
            # chain, so this says little about what a reader sees.
            return Answer(State.REFUSED)
        except (OSError, HTTPException):
            return Answer(State.SILENT)

    def _follow(self, address: str, deadline: float) -> Answer:
        """Follow redirects; only those for good at the beginning are a move."""
        moved_to, is_for_good = "", True
        for _step in range(REDIRECTS + 1):
            status, location = self._ask(address, deadline)
            if not _leads_on(status, location):
                return _answer(status, moved_to)
            address = urljoin(address, location)
            is_for_good = is_for_good and status in FOR_GOOD
            moved_to = address if is_for_good else moved_to
        return Answer(State.SILENT)

    def _ask(self, address: str, deadline: float) -> tuple[int, str]:
        """Ask for the head alone, and for the page where that gives no good answer."""
        target = self._target(address)
        # Some servers hang up on such a question.
        with suppress(HTTPException):
            status, location = self._request("HEAD", target, deadline)
            if HTTPStatus(200) <= status < 300 or _leads_on(status, location):
                return status, location
        return self._request("GET", target, deadline)

    def _target(self, address: str) -> Target:
        try:
            parts = urlsplit(address)
            host = punycode(parts.hostname or "")
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise BarredError from None
        ports = {PORTS[parts.scheme], *(port for _address, port in self.let_in)}
        if not host or port not in ports or "@" in parts.netloc:
            raise BarredError
        query = f"?{parts.query}" if parts.query else ""
        return Target(
            parts.scheme, host, port, iri_to_uri(f"{parts.path or '/'}{query}")
        )

    def _request(self, method: str, target: Target, deadline: float) -> tuple[int, str]:
        self._take_turn(target.host)
        connection = HTTPConnection(target.host, target.port)
        # It may open no connection of its own: that would ask for the name again.
        connection.auto_open = 0
        with self._connect(target, deadline) as line:
            connection.sock = _Line(line, deadline)
            connection.request(method, target.path, headers=_headers(target))
            response = connection.getresponse()
            if method == "GET":
                response.read(FIRST_BYTES)
        # The bytes of a header are given as Latin-1, whatever was meant.
        location = (response.getheader("Location") or "").encode("latin-1")
        return response.status, location.decode(errors="replace")

    def _take_turn(self, host: str) -> None:
        since = time.monotonic() - self._asked.get(host, -self.pause)
        time.sleep(max(0.0, self.pause - since))
        self._asked[host] = time.monotonic()

    def _connect(self, target: Target, deadline: float) -> socket:
        failure: OSError = OSError("The name has no address")
        for address in self._checked(target):
            seconds = min(CONNECT_SECONDS, _left(deadline))
            try:
                line = create_connection((address, target.port), seconds)
            except OSError as error:
                failure = error
                continue
            if target.scheme == "https":
                line.settimeout(_left(deadline))
                return self.context.wrap_socket(line, server_hostname=target.host)
            return line
        raise failure

    def _checked(self, target: Target) -> list[str]:
        """Return the addresses of a name, all of which must be public."""
        found = self.resolve(target.host, target.port, type=SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if (address, target.port) not in self.let_in and not is_public(address):
                raise BarredError
        return addresses


class _Line:
    """A socket as `http.client` uses it; whoever opened it closes it."""

    def __init__(self, line: socket, deadline: float) -> None:
        self._line = line
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        self._line.settimeout(_left(self._deadline))
        self._line.sendall(content)

    def makefile(self, mode: str) -> BufferedReader:
        return BufferedReader(_Incoming(self._line, self._deadline))

    def close(self) -> None:
        pass


class _Incoming(RawIOBase):
    """What comes in, up to a deadline and a number of bytes.

    A time-out of the socket alone would begin anew with each byte.
    """

    def __init__(self, line: socket, deadline: float) -> None:
        self._line = line
        self._deadline = deadline
        self._room = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._room <= 0:
            raise OSError("The answer is too long")
        self._line.settimeout(_left(self._deadline))
        count = self._line.recv_into(buffer)
        self._room -= count
        return count


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _headers(target: Target) -> dict[str, str]:
    is_usual = target.port == PORTS[target.scheme]
    host = f"[{target.host}]" if ":" in target.host else target.host
    return {
        "Host": host if is_usual else f"{host}:{target.port}",
        "User-Agent": f"LinkCheck/1.0 (+{settings.PUBLIC_URL})",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def _leads_on(status: int, location: str) -> bool:
    return bool(location) and status in (*FOR_GOOD, *FOR_NOW)


def _answer(status: int, moved_to: str) -> Answer:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        state = State.MOVED if moved_to else State.OK
    elif status in NOT_THERE:
        state = State.GONE
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        state = State.SILENT
    else:
        state = State.REFUSED
    return Answer(state, status, moved_to)
