"""The editor of rich text, in the admin of the library."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import expect

from courses.models import BlockText
from library.models import Edition
from tests.e2e.walking import follow
from tests.factories.accounts import UserFactory
from tests.factories.library import EditionFactory, ItemFactory

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = """async (texts) => {
  const { isKeptWhole } = await import(document.querySelector('script[src*=rich_text]').src);
  const { editor } = document.querySelector('[data-rich-text]');
  return texts.filter((html) => {
    editor.commands.setContent(html, { emitUpdate: false });
    return !isKeptWhole(editor, html);
  });
}"""


@pytest.fixture
def desk(page, address, transactional_db, settings):
    """Open an edition with this text as an editor of the library."""
    settings.TWO_FACTOR_REQUIRED = False
    client = Client()
    client.force_login(UserFactory(root=True))
    cookie = {
        "name": django_settings.SESSION_COOKIE_NAME,
        "value": client.cookies["sessionid"].value,
        "url": address,
    }
    page.context.add_cookies([cookie])

    def open_edition(html):
        edition = EditionFactory(item=ItemFactory(), html=html)
        page.goto(f"/admin/library/item/{edition.item_id}/change/")
        return edition

    return open_edition


def test_no_shipped_text_loses_anything(real_data, desk, page):
    texts = [
        *Edition.objects.exclude(html="").values_list("html", flat=True),
        *BlockText.objects.exclude(html="").values_list("html", flat=True),
    ]
    desk("<p>Text</p>")
    expect(page.locator(".ProseMirror").first).to_be_visible()

    assert page.evaluate(WHOLE, texts) == []
    assert len(texts) > 150


@pytest.mark.parametrize(
    "html",
    [
        '<h2 id="rules" lang="kk">Ереже</h2><p>a <abbr>b</abbr> <q>c</q></p>',
        "<dl><dt>bribe</dt><dd>a benefit</dd><dd><p>one</p><p>two</p></dd></dl>",
        "<table><caption>Fines</caption><tbody><tr><td>1<br>2</td></tr></tbody></table>",
        '<table><thead><tr><th scope="col">a</th></tr></thead></table><hr><p>1</p>',
        '<ul><li>one<ol><li>two</li></ol></li></ul><p><a href="tel:1424">1424</a></p>',
    ],
)
def test_what_may_be_written_is_given_back(desk, page, html):
    desk(html)
    expect(page.locator(".ProseMirror").first).to_be_visible()

    assert page.evaluate(WHOLE, [html]) == []


def test_a_text_the_editor_would_lose_stays_html(desk, page):
    html = "<table><caption>Fines <em>of 2024</em></caption><tr><td>1</td></tr></table>"
    edition = desk(html)

    expect(page.get_by_text("has parts that the editor would lose")).to_be_visible()
    expect(page.locator("#id_editions-0-html")).to_be_visible()
    follow(page.get_by_role("button", name="Save", exact=True))
    edition.refresh_from_db()
    assert "<em>of 2024</em>" in edition.html


def test_an_editor_writes_without_knowing_html(desk, page, troubles):
    edition = desk("")
    text = page.locator(".ProseMirror").first
    text.click()
    page.keyboard.type("Who may report")
    page.get_by_role("button", name="Heading").click()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="List", exact=True).click()
    page.keyboard.type("anybody who ")
    page.get_by_role("button", name="Bold").click()
    expect(text).to_be_focused()
    page.keyboard.type("knows")
    assert Axe().run(page, ".rich-text").violations_count == 0
    troubles.clear()  # axe copies elements with style attributes, which are refused
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/item/")

    edition.refresh_from_db()
    assert edition.html == (
        "<h2>Who may report</h2><ul><li>anybody who <strong>knows</strong></li></ul>"
    )
