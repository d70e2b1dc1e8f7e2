"""A condition written in a real browser, with and without scripts."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from surveys.models import Item
from surveys.shipped import add_items
from tests.e2e.walking import follow
from tests.factories.accounts import UserFactory
from tests.factories.surveys import QuestionnaireFactory, question

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(settings):
    """The last question of a draft of three."""
    settings.TWO_FACTOR_REQUIRED = False
    row = QuestionnaireFactory()
    add_items(row, [question(code, codes=(1, 2)) for code in ("met", "gave", "who")])
    return Item.objects.get(code="who")


@pytest.fixture
def at(address):
    """Open the form of a question as a member of staff."""
    client = Client()

    def go(page, item):
        client.force_login(UserFactory(root=True))
        name = django_settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": address}])
        page.goto(f"{address}/admin/surveys/item/{item.pk}/change/")

    return go


def fill(page, number, code, answer):
    page.locator(f"[name=base-{number}-question]").select_option(code)
    page.locator(f"[name=base-{number}-answer]").select_option(f"{code}={answer}")


def save(page):
    follow(page.locator("[name=_continue]"))


def test_rows_are_added_and_taken_away(page, axe, asked, at):
    at(page, asked)
    rows = page.locator(".rows[data-prefix=base]")
    given = rows.locator(".rows-row:visible").count()

    rows.locator("> button").press("Enter")
    assert page.evaluate("document.activeElement.name") == f"base-{given}-question"
    page.locator(f"[name=base-{given}-question]").select_option("met")
    assert (
        page.locator(f"[name=base-{given}-answer] optgroup:not([hidden])").count() == 1
    )
    fill(page, given, "met", 1)
    fill(page, 0, "gave", 2)
    axe(page)
    save(page)
    asked.refresh_from_db()
    assert asked.base == ["and", ["=", "gave", 2], ["=", "met", 1]]

    rows.locator(".rows-row button").first.press("Enter")
    save(page)
    asked.refresh_from_db()
    assert asked.base == ["=", "met", 1]


def test_a_condition_is_written_without_scripts(open_page, asked, at):
    page = open_page(java_script_enabled=False)
    page.set_viewport_size({"width": 360, "height": 800})
    at(page, asked)

    fill(page, 0, "met", 1)
    save(page)

    asked.refresh_from_db()
    assert asked.base == ["=", "met", 1]
