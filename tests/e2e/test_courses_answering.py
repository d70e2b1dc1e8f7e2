"""Take a test in a real browser: each kind of question, and a clock that runs."""

import pytest

from courses.models import Attempt
from courses.services.publishing import publish_version
from foundation.publication import page_redis
from tests.courses.conftest import make_course
from tests.factories.courses import EVERY_KIND, SlotFactory, question_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nine_kinds():
    """A test of one question of each kind, with nothing shuffled."""
    page_redis().flushdb()
    rules = {"shuffle_questions": False, "shuffle_options": False}
    version = make_course(questions=0, time_limit_s=603, **rules)
    for kind in EVERY_KIND:
        SlotFactory(quiz=version.quizzes.get(), question=question_of(kind))
    return publish_version(version=version, by=None)


def open_test(page, address, version):
    page.goto(f"{address}/en/courses/{version.course.slug}/start/")
    page.locator("form button.button").last.press("Enter")
    page.wait_for_url("**/learn/**")
    quiz = version.quizzes.get()
    page.goto(f"{page.url}test/{quiz.pk}/")
    page.locator("#main form button").press("Enter")
    page.wait_for_url("**/attempts/**")


def focused(page):
    return page.evaluate("[document.activeElement.name, document.activeElement.type]")


def answer_by_keyboard(page):
    """Walk through the form with Tab; answer what has the focus, and submit."""
    done = set()
    for _press in range(80):
        page.keyboard.press("Tab")
        name, kind = focused(page)
        if kind == "submit" and name == "submit":
            page.keyboard.press("Enter")
            return
        if not name or name in done or not name.startswith("q"):
            continue
        done.add(name)
        if kind in ("radio", "checkbox"):
            page.keyboard.press("Space")
        elif kind == "select-one":
            page.keyboard.press("ArrowDown")
        else:
            page.keyboard.type("7351,25")


def test_every_kind_of_question_is_answered_by_keyboard(page, address, nine_kinds):
    open_test(page, address, nine_kinds)

    answer_by_keyboard(page)
    page.wait_for_url("**/result/")

    items = Attempt.objects.get().items.select_related("question")
    given = {item.question.kind: item.response for item in items}
    assert set(given) == set(EVERY_KIND)
    assert [kind for kind, response in given.items() if not response] == []


def test_the_time_left_is_announced(page, address, nine_kinds):
    page.clock.install()
    open_test(page, address, nine_kinds)
    spoken = page.locator("#timer-said")

    said = []
    for seconds in (5, 300, 240):
        page.clock.run_for(seconds * 1000)
        said.append(spoken.text_content())

    assert said == ["10 min left", "5 min left", "1 min left"]
    assert spoken.get_attribute("role") == "status"
