"""Where the portal lets itself be sent, and what it makes of the answers."""

import ssl
import time
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.utils import timezone

from foundation.web_links import visiting
from foundation.web_links.visiting import Visitor, is_public
from tests.web_links.conftest import Site, served


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450::1"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "https://10.0.0.1/",
        "http://8.8.8.8:6379/",
        "http://8.8.8.8:443/",
        "http://8.8.8.8:99999/",
        "http://name:password@8.8.8.8/",
        "http://name@8.8.8.8/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "http://",
        "http://[8.8.8.8/",
        "http://" + "a" * 300 + ".kz/",
        "javascript:alert(1)",
    ],
)
def test_nothing_inside_is_visited(address):
    assert Visitor(pause=0).visit(address).state == "barred"


def test_a_server_inside_hears_nothing(site):
    assert Visitor(pause=0).visit(site.at("/")).state == "barred"

    assert site.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_not_followed(site, visitor, status):
    with served(Site()) as inside:
        inside.pages["/"] = (200, {})
        site.pages["/"] = (status, {"Location": inside.at("/")})

        answer = visitor.visit(site.at("/"))

        assert (answer.state, inside.asked) == ("barred", [])


def test_one_private_address_among_public_ones_bars_a_name():
    def resolve(host, port, **wanted):
        return [(0, 0, 0, "", (found, port)) for found in ("8.8.8.8", "10.0.0.1")]

    assert Visitor(resolve, pause=0).visit("http://two.example/").state == "barred"


def test_the_connection_goes_to_the_address_that_was_checked(site, visitor):
    """A name that is answered differently the second time is asked for only once."""
    asked = []

    def resolve(host, port, **wanted):
        asked.append(host)
        found = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(0, 0, 0, "", (found, port))]

    visitor.resolve = resolve
    site.pages["/"] = (200, {})

    answer = visitor.visit(site.at("/", host="turning.example"))

    assert (answer.state, asked) == ("ok", ["turning.example"])
    assert site.headers[0]["Host"] == f"turning.example:{site.server_port}"


def test_each_step_of_a_redirect_is_resolved_and_checked_anew(site, visitor):
    found = {"first.example": "127.0.0.1", "second.example": "192.168.0.1"}
    visitor.resolve = lambda host, port, **_: [(0, 0, 0, "", (found[host], port))]
    there = site.at("/", host="second.example")
    site.pages["/"] = (302, {"Location": there})

    assert visitor.visit(site.at("/", host="first.example")).state == "barred"


def test_a_name_that_nobody_knows_does_not_answer():
    def resolve(host, port, **wanted):
        raise OSError("Name or service not known")

    assert Visitor(resolve, pause=0).visit("http://nowhere.example/").state == "silent"


def test_a_port_that_nobody_listens_at_does_not_answer():
    with served(Site()) as site:
        visitor = Visitor(pause=0, let_in=frozenset({site.socket_name}))

    assert visitor.visit(site.at("/")).state == "silent"


def test_who_sends_in_circles_does_not_answer(site, visitor):
    site.pages["/"] = (302, {"Location": "/"})

    assert visitor.visit(site.at("/")).state == "silent"
    assert len(site.asked) == visiting.REDIRECTS + 1


def endless(handler):
    handler.send_response(200 if handler.command == "GET" else 405)
    handler.end_headers()
    while handler.command == "GET":
        handler.wfile.write(b"x" * 65536)


def endless_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 60000 + b"\r\n")


def drip(handler):
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
        handler.wfile.write(bytes([letter]))
        time.sleep(0.02)


def hang(handler):
    time.sleep(5)


def test_a_body_without_end_is_cut(site, visitor):
    site.pages["/"] = endless

    assert visitor.visit(site.at("/")).state == "ok"


def test_a_head_without_end_is_cut(site, visitor):
    site.pages["/"] = endless_head

    assert visitor.visit(site.at("/")).state == "silent"


@pytest.mark.parametrize("page", [drip, hang])
def test_a_slow_server_does_not_hold_the_portal_up(site, visitor, page):
    site.pages["/"] = page
    visitor.patience = 0.4
    begun = time.monotonic()

    assert visitor.visit(site.at("/")).state == "silent"
    assert time.monotonic() - begun < 3


def test_an_answer_that_is_no_http_is_none(site, visitor):
    site.pages["/"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    assert visitor.visit(site.at("/")).state == "silent"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "ok"),
        (204, "ok"),
        (401, "refused"),
        (403, "refused"),
        (404, "gone"),
        (410, "gone"),
        (429, "refused"),
        (500, "silent"),
        (503, "silent"),
    ],
)
def test_a_status_says_how_an_address_is(site, visitor, status, state):
    site.pages["/"] = (status, {})

    answer = visitor.visit(site.at("/"))

    assert (answer.state, answer.status) == (state, status)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_who_refuses_the_question_for_the_head_is_asked_for_the_page(
    site, visitor, status
):
    def page(handler):
        handler.send_response(200 if handler.command == "GET" else status)
        handler.end_headers()

    site.pages["/"] = page

    assert visitor.visit(site.at("/")).state == "ok"
    assert site.asked == ["HEAD /", "GET /"]


def test_who_hangs_up_on_the_question_for_the_head_is_asked_for_the_page(site, visitor):
    def page(handler):
        if handler.command == "GET":
            handler.send_response(200)
            handler.end_headers()

    site.pages["/"] = page

    assert visitor.visit(site.at("/")).state == "ok"


def test_a_move_for_good_tells_the_new_address(site, visitor):
    site.pages["/old"] = (301, {"Location": "/new"})
    site.pages["/new"] = (302, {"Location": "/new/today"})
    site.pages["/new/today"] = (200, {})

    answer = visitor.visit(site.at("/old"))

    assert (answer.state, answer.moved_to) == ("moved", site.at("/new"))


def test_a_redirect_for_now_is_no_move(site, visitor):
    site.pages["/"] = (302, {"Location": "/today"})
    site.pages["/today"] = (301, {"Location": "/now"})
    site.pages["/now"] = (200, {})

    answer = visitor.visit(site.at("/"))

    assert (answer.state, answer.moved_to) == ("ok", "")


def test_a_redirect_to_what_is_gone_is_gone(site, visitor):
    site.pages["/"] = (301, {"Location": "/gone"})

    assert visitor.visit(site.at("/")).state == "gone"


@pytest.mark.parametrize(
    "location", ["/құжат 1", "/құжат 1".encode().decode("latin-1")]
)
def test_addresses_in_kazakh_are_sent_as_browsers_do(site, visitor, location):
    written = "/%D2%9B%D2%B1%D0%B6%D0%B0%D1%82%201"
    site.pages[written] = (200, {})
    site.pages["/"] = lambda handler: handler.wfile.write(
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode()
        if "қ" in location
        else f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode("latin-1")
    )

    assert visitor.visit(site.at("/құжат 1")).state == "ok"
    assert visitor.visit(site.at("/")).state == "ok"


def test_the_visitor_says_who_it_is_and_nothing_of_anybody(site, visitor, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    site.pages["/"] = (302, {"Location": "/next", "Set-Cookie": "a=b"})
    site.pages["/next"] = (200, {})

    visitor.visit(site.at("/"))

    sent = site.headers[1]
    assert sent["User-Agent"] == "LinkCheck/1.0 (+https://portal.example.org)"
    assert not {"Cookie", "Authorization", "Referer"} & set(sent)


def test_a_host_is_given_a_pause_between_two_questions(site, visitor):
    times = []

    def page(handler):
        times.append(time.monotonic())
        handler.send_response(200)
        handler.end_headers()

    site.pages["/"] = page
    visitor.pause = 0.3

    visitor.visit(site.at("/"))
    visitor.visit(site.at("/"))

    assert times[1] - times[0] > 0.25


@pytest.fixture
def secured(tmp_path):
    """A server with a certificate of its own making for `secure.example`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(1))
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("secure.example"),
                    x509.IPAddress(ip_address("127.0.0.1")),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    site = Site()
    site.socket = context.wrap_socket(site.socket, server_side=True)
    site.pages["/"] = (200, {})
    with served(site):
        yield site, path


def secure_visitor(site, trusted=None):
    return Visitor(
        resolve=lambda host, port, **_: [(0, 0, 0, "", ("127.0.0.1", port))],
        context=ssl.create_default_context(cafile=trusted),
        pause=0,
        let_in=frozenset({site.socket_name}),
    )


def test_a_certificate_is_checked_for_the_name(secured):
    site, certificate = secured
    visitor = secure_visitor(site, certificate)

    states = [
        visitor.visit(site.at("/", host=host).replace("http:", "https:")).state
        for host in ("secure.example", "other.example")
    ]

    assert states == ["ok", "refused"]


def test_a_certificate_that_nobody_vouches_for_breaks_no_link(secured):
    site, _certificate = secured

    answer = secure_visitor(site).visit(
        site.at("/", host="secure.example").replace("http:", "https:")
    )

    assert answer.state == "refused"
