"""Somebody answers a survey, on a small screen and without scripts."""

import pytest

from surveys.models import Inbox
from tests.e2e.walking import follow
from tests.factories.surveys import fielded, option, question

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["single", "multiple", "scale", "matrix", "ranking", "number", "date", "text"]
STEPS = 4


@pytest.fixture
def everything(real_data):
    """A wave with a question of every kind."""
    items = []
    for kind in [*KINDS, "area", "body", "info"]:
        item = question(f"q_{kind}", kind)
        if kind == "matrix":
            item["rows"] = [option(1), option(2)]
        if kind in {"number", "text", "date", "area"}:
            item["choices"] = [option(98, missing="dk")]
        items.append(item)
    return fielded(items)


def test_every_kind_of_question_is_accessible_and_fits(page, axe, everything):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"/en/surveys/answer/{everything.public_id}/")

    for _step in range(STEPS):
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        follow(page.locator(".survey-buttons button").first)

    assert Inbox.objects.count() == 1


def test_a_survey_is_answered_by_keyboard_without_scripts(open_page, everything):
    page = open_page(java_script_enabled=False)
    page.goto(f"/kk/surveys/answer/{everything.public_id}/")
    page.locator("#q_q_single_1").focus()
    page.keyboard.press("Space")

    for _step in range(STEPS):
        page.locator(".survey-buttons button").first.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    assert Inbox.objects.get().payload["answers"] == {"q_single": 1}
    assert Inbox.objects.get().payload["language"] == "kk"
    assert page.context.cookies() == []


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_an_answer_that_stands_alone_clears_the_others(page, way):
    choices = [option(1), option(2), option(9, exclusive=True)]
    wave = fielded([question("q", "multiple") | {"choices": choices}])
    page.goto(f"/en/surveys/answer/{wave.public_id}/")
    first, _second, alone = page.locator("[name=q]").all()

    def choose(box):
        if way == "mouse":
            box.click()
        else:
            box.focus()
            page.keyboard.press("Space")

    choose(first)
    choose(alone)
    assert (first.is_checked(), alone.is_checked()) == (False, True)
    choose(first)
    assert (first.is_checked(), alone.is_checked()) == (True, False)


def test_the_list_of_errors_has_the_focus_and_leads_to_its_question(page):
    wave = fielded([question("q", required=True)])
    page.goto(f"/en/surveys/answer/{wave.public_id}/")

    follow(page.locator(".survey-buttons button").first)

    page.wait_for_selector("#errors")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.locator("#errors a").click()
    assert page.url.endswith("#q_q")
    assert page.locator("#q_q .error").inner_text() == "Answer this question"
