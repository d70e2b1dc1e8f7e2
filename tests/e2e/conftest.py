"""A real browser beside a real server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = next(
    (
        path
        for path in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser"))
        if path.exists()
    ),
    None,
)

# A machine that does other work, too, is slow now and then.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="No Chromium: apt install chromium")
                )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The server by name: a passkey belongs to a name, never to a number."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def troubles() -> list[str]:
    """What a page should not have done."""
    return []


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a browser that knows nothing of the others."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(
    open_page: Callable[..., Page], address: str, troubles: list[str]
) -> Iterator[Page]:
    """A page that fails its test on a console error or a request to another host."""
    page = open_page(locale="en-GB")
    page.on(
        "console",
        lambda message: (
            troubles.append(f"{message.text} {message.location['url']}")
            if message.type == "error"
            else None
        ),
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.extend(_astray(request.url, address)))
    yield page
    page.context.close()
    # A violation of the Content-Security-Policy is a console error, too.
    assert troubles == []


def _astray(url: str, address: str) -> list[str]:
    is_ours = url.startswith((address, "data:", "blob:"))
    return [] if is_ours else [f"request to {urlsplit(url).netloc}"]


@pytest.fixture
def axe(troubles: list[str]) -> Callable[[Page], None]:
    """Assert that a page has no accessibility violation that axe finds."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        before = len(troubles)
        found = Axe().run(page)
        # axe copies elements with their style attributes, which the policy refuses.
        page.wait_for_timeout(50)
        del troubles[before:]
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture(autouse=True)
def own_cache(settings):
    """Keep limits and used codes of one test from the next."""
    default = {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}
    settings.CACHES = {**settings.CACHES, "default": default}


@pytest.fixture(scope="session", autouse=True)
def short_connections() -> None:
    """Let no thread of the server hold a connection when the database is dropped."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0
