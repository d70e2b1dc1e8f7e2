"""Which addresses are gathered, when they are visited, and when one is called broken."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from foundation.web_links.models import Place, WebLink
from foundation.web_links.registry import in_html, in_text
from foundation.web_links.tasks import check_links, visit_due
from library.models import Edition, Item
from library.services import withdraw_item
from tests.factories.accounts import UserFactory
from tests.factories.indicators import ReleaseFactory, SourceFactory, published
from tests.factories.library import EditionFactory, ItemFactory
from tests.factories.web_links import WebLinkFactory

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 2)


@pytest.fixture
def on_day():
    """Move the clock to noon of a day, counted from the first."""

    def move(number):
        noon = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Almaty"))
        return time_machine.travel(noon + timedelta(days=number), tick=True)

    return move


@pytest.fixture
def link(site):
    return WebLinkFactory(address=site.at("/page"))


def addresses():
    return set(WebLink.objects.values_list("address", flat=True))


def test_links_of_a_text_are_found():
    html = '<p><a href="https://a.kz/?a=1&amp;b=2">a</a> <a id="x">b</a> https://c.kz'

    assert in_html(html) == ["https://a.kz/?a=1&b=2"]


def test_addresses_written_in_a_text_are_found_without_what_surrounds_them():
    text = "Слайды (https://a.kz/b(1)/c.pdf); «https://b.kz/жоба», https://c.kz."

    assert in_text(text) == [
        "https://a.kz/b(1)/c.pdf",
        "https://b.kz/жоба",
        "https://c.kz",
    ]


def test_every_public_page_of_the_library_is_gathered():
    item = ItemFactory(
        legal_url="https://law.kz/1", source_ru="Сайт, https://source.kz/2"
    )
    EditionFactory(
        item=item,
        html='<p><a href="https://text.kz/3#part">1</a> <a href="/kk/library/">2</a>'
        ' <a href="mailto:a@b.kz">3</a> <a href="tel:1">4</a></p>',
    )
    ItemFactory(state=Item.State.DRAFT, legal_url="https://draft.kz/")

    check_links()

    assert addresses() == {
        "https://law.kz/1",
        "https://source.kz/2",
        "https://text.kz/3",
    }


def test_sources_of_published_figures_are_gathered():
    shown = SourceFactory(url="https://figures.kz/")
    published(ReleaseFactory(source=shown))
    SourceFactory(url="https://unused.kz/")

    check_links()

    assert addresses() == {"https://figures.kz/"}


def test_an_address_of_two_pages_is_visited_as_one():
    for _number in range(2):
        ItemFactory(legal_url="https://law.kz/")

    check_links()
    check_links()

    assert addresses() == {"https://law.kz/"}
    assert Place.objects.count() == 2


def test_what_no_page_leads_to_now_is_forgotten():
    item = ItemFactory(legal_url="https://law.kz/")
    kept = ItemFactory(legal_url="https://kept.kz/")
    check_links()
    WebLink.objects.update(failures=2)

    withdraw_item(item=item, by=UserFactory(staff=True))
    check_links()

    assert list(WebLink.objects.values_list("address", "failures")) == [
        ("https://kept.kz/", 2)
    ]
    assert Place.objects.get().row == kept


def test_a_place_that_was_put_right_is_forgotten_while_another_remains():
    right, wrong = (
        EditionFactory(html='<p><a href="https://a.kz/">a</a></p>') for _ in range(2)
    )
    check_links()

    Edition.objects.filter(pk=right.pk).update(html="<p>a</p>")
    check_links()

    assert [place.row for place in Place.objects.all()] == [wrong.item]


def test_nothing_is_visited_unless_the_agency_wants_it(site, settings):
    ItemFactory(legal_url=site.at("/page"))

    check_links()

    assert settings.CHECK_LINKS is False
    assert (WebLink.objects.get().state, site.asked) == ("unchecked", [])


def test_the_task_itself_visits_nothing_inside(site, settings):
    settings.CHECK_LINKS = True
    ItemFactory(legal_url=site.at("/page"))

    check_links()

    assert (WebLink.objects.get().state, site.asked) == ("barred", [])


def test_one_failure_breaks_nothing(link, visitor, on_day):
    with on_day(0):
        visit_due(visitor)

    link.refresh_from_db()
    assert (link.state, link.failures, link.checked_on) == ("gone", 1, FIRST)
    assert not WebLink.objects.broken().exists()


def test_a_day_counts_once_however_often_the_task_runs(link, visitor, on_day):
    with on_day(0):
        for _run in range(3):
            visit_due(visitor)

    link.refresh_from_db()
    assert link.failures == 1


def test_three_days_of_failure_break_a_link(link, visitor, on_day):
    for number in range(3):
        with on_day(number):
            visit_due(visitor)

    assert list(WebLink.objects.broken()) == [link]


def test_a_good_day_in_between_begins_anew(link, site, visitor, on_day):
    for number, status in enumerate([404, 404, 200]):
        site.pages["/page"] = (status, {})
        with on_day(number):
            visit_due(visitor)

    link.refresh_from_db()
    assert (link.state, link.failures) == ("ok", 0)


def test_what_was_repaired_is_no_longer_broken(site, visitor, on_day):
    link = WebLinkFactory(
        address=site.at("/page"), state="gone", failures=3, checked_on=FIRST
    )
    site.pages["/page"] = (200, {})

    with on_day(7):
        visit_due(visitor)

    link.refresh_from_db()
    assert (link.state, link.failures, link.status) == ("ok", 0, 200)


def test_who_refuses_programs_is_never_called_broken(link, site, visitor, on_day):
    site.pages["/page"] = (403, {})
    for week in range(3):
        with on_day(7 * week):
            visit_due(visitor)

    link.refresh_from_db()
    assert (link.state, link.failures) == ("refused", 0)


@pytest.mark.parametrize(
    ("failures", "days", "is_due"),
    [
        (0, 0, False),
        (0, 6, False),
        (0, 7, True),
        (1, 0, False),
        (1, 1, True),
        (2, 1, True),
        (3, 1, False),
        (3, 7, True),
    ],
)
def test_an_address_is_due_weekly_and_daily_in_doubt(failures, days, is_due):
    WebLinkFactory(failures=failures, checked_on=FIRST)

    assert WebLink.objects.due(FIRST + timedelta(days)).exists() is is_due


def test_what_waits_longest_comes_first():
    days = [FIRST, None, FIRST - timedelta(1)]
    links = [WebLinkFactory(checked_on=day) for day in days]

    due = WebLink.objects.due(FIRST + timedelta(7))

    assert list(due) == [links[1], links[2], links[0]]


def test_a_run_that_takes_long_leaves_the_rest(link, visitor, monkeypatch):
    monkeypatch.setattr("foundation.web_links.tasks.RUN_SECONDS", -1)

    visit_due(visitor)

    link.refresh_from_db()
    assert link.state == "unchecked"
