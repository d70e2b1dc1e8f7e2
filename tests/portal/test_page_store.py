import gzip
from io import BytesIO

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from redis import Redis

from foundation import publication
from foundation.publication import NUMBER_KEY, page_redis, renew_pages
from portal.page_store import StoredPages
from portal.wsgi import application
from tests.factories.corruption_map import RiskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_store():
    page_redis().flushdb()


@pytest.fixture(autouse=True)
def keep_connection():
    """Let the test's transaction outlive a request, as Django's own client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = dict(headers)
        self.body = body

    @property
    def text(self):
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


def ask(path, *, query="", app=application, **environ):
    answered = []
    body = app(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            **environ,
        },
        lambda status, headers, exc_info=None: answered.append((status, headers)),
    )
    return Answer(*answered[0], b"".join(body))


def never(environ, start_response):
    raise AssertionError("Django was asked")


def test_a_page_is_rendered_once():
    first = ask("/en/about/")

    second = ask("/en/about/", app=StoredPages(never))

    assert second.text == first.text


def test_publishing_ends_every_stored_page(django_capture_on_commit_callbacks):
    ask("/en/risks/")
    with django_capture_on_commit_callbacks(execute=True):
        RiskFactory(published=True, title_en="A bribe at the border")
        renew_pages()

    assert "A bribe at the border" in ask("/en/risks/").text


def test_a_publication_that_is_rolled_back_ends_nothing():
    page_redis().set(NUMBER_KEY, 7)

    with transaction.atomic():
        renew_pages()
        transaction.set_rollback(True)

    assert page_redis().get(NUMBER_KEY) == b"7"


def test_midnight_ends_every_stored_page():
    with time_machine.travel("2026-05-01T12:00:00+05:00", tick=False):
        ask("/en/about/")

    with (
        time_machine.travel("2026-05-02T00:00:01+05:00", tick=False),
        pytest.raises(AssertionError, match="Django was asked"),
    ):
        ask("/en/about/", app=StoredPages(never))


def test_each_reading_mode_has_its_own_page():
    ask("/en/about/")

    large = ask("/en/about/", HTTP_COOKIE="reading=size-large")

    assert 'data-size="large"' in large.text


def test_an_unknown_reading_mode_makes_no_page_of_its_own():
    plain = ask("/en/about/")

    odd = ask(
        "/en/about/", HTTP_COOKIE='reading=size-"><script>', app=StoredPages(never)
    )

    assert odd.text == plain.text


def test_the_order_of_parameters_does_not_matter():
    ask("/en/risks/", query="status=closed&order=level")

    ask("/en/risks/", query="order=level&status=closed", app=StoredPages(never))


def test_an_unchanged_page_is_not_sent_again():
    tag = ask("/en/about/").headers["ETag"]

    answer = ask("/en/about/", HTTP_IF_NONE_MATCH=tag)

    assert (answer.status, answer.body) == ("304 Not Modified", b"")


def test_gzip_is_sent_to_those_who_ask_for_it():
    answer = ask("/en/about/", HTTP_ACCEPT_ENCODING="gzip, br")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "<h1>" in answer.text


def test_head_has_headers_only():
    answer = ask("/en/about/", REQUEST_METHOD="HEAD")

    assert answer.status == "200 OK"
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path", ["/en/reading/", "/en/nothing-here/", "/healthz", "/admin/"]
)
def test_what_is_personal_or_an_error_is_not_kept(path):
    ask(path)

    assert page_redis().keys("page:*") == []


def test_a_stored_page_carries_no_cookie_and_the_strict_policy():
    ask("/en/risks/")

    answer = ask("/en/risks/", app=StoredPages(never))

    assert "Set-Cookie" not in answer.headers
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"] + ";"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_without_redis_pages_are_rendered(monkeypatch):
    # The edge: a Redis that is gone, at a port where nobody listens.
    gone = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr("portal.page_store.page_redis", lambda: gone)
    monkeypatch.setattr(publication, "page_redis", lambda: gone)

    assert "<h1>" in ask("/en/about/").text


def test_the_server_loads_the_store_before_django():
    assert isinstance(application, StoredPages)
    assert type(application.application) is type(get_wsgi_application())
