import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from foundation.web_links.visiting import Visitor


class Site(ThreadingHTTPServer):
    """A server of this test: `pages` has for each path a status and its headers.

    A function in place of them answers as it likes. `asked` is what was asked for.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = {}
        self.asked = []
        self.headers = []

    @property
    def socket_name(self):
        return ("127.0.0.1", self.server_port)

    def at(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        """Say nothing of visitors who left early: that is what is tested."""


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.headers.append(self.headers)
        page = self.server.pages.get(self.path, (404, {}))
        if callable(page):
            page(self)
            return
        status, headers = page
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815  a name of the standard library

    def log_message(self, *args):
        pass


@contextmanager
def served(site):
    thread = threading.Thread(target=site.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


@pytest.fixture
def site():
    with served(Site()) as site:
        yield site


@pytest.fixture
def visitor(site):
    """A visitor whom this test's own server is open to, and nothing else of ours."""
    return Visitor(pause=0, let_in=frozenset({site.socket_name}))
