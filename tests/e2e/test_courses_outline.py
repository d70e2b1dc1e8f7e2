"""The outline of a course in a real browser: by keyboard and by dragging."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from courses.models import Lesson
from tests.factories.accounts import UserFactory
from tests.factories.courses import LessonFactory, ModuleFactory, VersionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lessons(settings, page, address):
    """Two lessons in one module, one in another, before a member of staff."""
    settings.TWO_FACTOR_REQUIRED = False
    version = VersionFactory()
    first, second = (ModuleFactory(version=version, position=n) for n in (1, 2))
    rows = [
        LessonFactory(module=module, position=n, title_en=name)
        for module, n, name in ((first, 1, "A"), (first, 2, "B"), (second, 1, "C"))
    ]
    client = Client()
    client.force_login(UserFactory(root=True))
    name = django_settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": address}])
    page.goto(f"{address}/admin/courses/courseversion/{version.pk}/outline/")
    return rows


def order():
    rows = Lesson.objects.order_by("module__position", "position")
    return [
        (row.module.position, row.title_en) for row in rows.select_related("module")
    ]


def row_of(page, lesson):
    return page.locator(f"tr[data-kind=lesson][data-pk='{lesson.pk}']")


def save(page):
    page.get_by_role("button", name="Save the order").press("Enter")
    page.wait_for_load_state()


def test_lessons_move_by_keyboard_and_by_dragging(page, axe, lessons):
    first, second, third = lessons

    button = row_of(page, first).locator(".outline-move").last
    button.press("Enter")
    assert button.evaluate("button => button === document.activeElement")
    assert page.locator("#outline-said").text_content().endswith(": 2")
    axe(page)
    save(page)
    assert order() == [(1, "B"), (1, "A"), (2, "C")]

    row_of(page, third).locator("th").drag_to(row_of(page, second).locator("th"))
    save(page)
    assert order() == [(1, "C"), (1, "B"), (1, "A")]
