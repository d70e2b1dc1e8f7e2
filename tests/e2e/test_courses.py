"""What a learner does, in a real browser: by keyboard, on a small screen."""

import pytest

from courses.models import Attempt, Enrolment
from tests.e2e.walking import follow

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_data"),
]
SLUG = "anti-corruption-standard"


@pytest.fixture
def narrow(page):
    page.set_viewport_size({"width": 360, "height": 740})
    return page


def begin(page, address):
    page.goto(f"{address}/kk/courses/{SLUG}/start/")
    page.locator("form button.button").last.press("Enter")
    page.wait_for_url("**/learn/**")
    return Enrolment.objects.get()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_learners_pages_are_accessible_and_fit_a_phone(
    narrow, axe, address, scheme
):
    narrow.emulate_media(color_scheme=scheme)
    enrolment = begin(narrow, address)
    final = enrolment.version.quizzes.get(role="final")
    learn = f"{address}/kk/courses/learn/{enrolment.public_id}/"
    found = {}
    for path in (learn, f"{learn}1/", f"{learn}test/{final.pk}/"):
        narrow.goto(path)
        found[path] = (axe(narrow), wide(narrow))
    narrow.locator("#main form button").press("Enter")
    narrow.wait_for_url("**/attempts/**")
    found["attempt"] = (axe(narrow), wide(narrow))
    narrow.locator("[name=submit]").press("Enter")
    narrow.wait_for_url("**/result/")
    found["result"] = (axe(narrow), wide(narrow))

    assert {path: bad for path, bad in found.items() if bad != (None, False)} == {}


def wide(page):
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def test_an_answer_is_saved_without_pressing_anything(page, address):
    enrolment = begin(page, address)
    final = enrolment.version.quizzes.get(role="final")
    page.goto(f"{address}/ru/courses/learn/{enrolment.public_id}/test/{final.pk}/")
    page.locator("#main form button").click()
    page.wait_for_url("**/attempts/**")

    page.locator(".course-option input").first.check()
    page.locator("#saved", has_text="Сохранено").wait_for()

    items = Attempt.objects.get().items.exclude(response=None)
    assert items.count() == 1
    assert page.locator("[data-left]").is_visible()


def test_a_test_is_taken_without_scripts(open_page, address):
    page = open_page(java_script_enabled=False)
    enrolment = begin(page, address)
    final = enrolment.version.quizzes.get(role="final")
    page.goto(f"{address}/en/courses/learn/{enrolment.public_id}/test/{final.pk}/")
    follow(page.locator("#main form button"))
    page.locator(".course-option input").first.check()
    follow(page.locator("[name=keep]"))

    assert page.locator(".course-option input:checked").count() == 1
    follow(page.locator("[name=submit]"))
    assert page.locator("#percent").is_visible()
