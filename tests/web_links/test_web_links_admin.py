"""What staff see of the links that broke."""

import pytest

from foundation.web_links.gathering import gather
from foundation.web_links.models import WebLink
from tests.factories.accounts import UserFactory
from tests.factories.library import EditionFactory, ItemFactory
from tests.factories.territory import ScopeFactory
from tests.factories.web_links import WebLinkFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/web_links/weblink/"


@pytest.fixture(autouse=True)
def visiting(settings):
    settings.TWO_FACTOR_REQUIRED = False
    settings.CHECK_LINKS = True


def sign_in(client, role):
    scope = ScopeFactory(user=UserFactory(staff=True, roles=[role]))
    client.force_login(scope.user)


@pytest.fixture
def publisher(client):
    sign_in(client, "publisher")


@pytest.mark.parametrize("role", ["body officer", "volunteer coordinator"])
def test_who_edits_no_such_page_sees_no_links(client, role):
    sign_in(client, role)
    WebLinkFactory(failures=3)

    assert client.get(PAGE).status_code == 403
    assert "Web links that broke" not in client.get("/admin/").text


def test_nobody_writes_what_the_visits_have_found(client, publisher):
    link = WebLinkFactory()

    assert client.post(f"{PAGE}{link.pk}/change/", {"state": "ok"}).status_code == 403
    assert client.post(f"{PAGE}{link.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{PAGE}add/").status_code == 403


def test_the_page_says_when_nothing_is_visited(client, publisher, settings):
    settings.CHECK_LINKS = False

    assert "sets CHECK_LINKS" in client.get(PAGE).text
    assert "Web links that broke" not in client.get("/admin/").text


def test_the_first_page_counts_links_that_broke(client, publisher):
    WebLinkFactory(failures=2, address="https://in-doubt.kz/")
    WebLinkFactory(failures=3, address="https://gone.kz/", state="gone")

    page = client.get("/admin/").text

    assert 'Web links that broke <span class="panel__count">1</span>' in page
    assert "https://gone.kz/" in page
    assert "https://in-doubt.kz/" not in page


def test_a_broken_link_leads_to_each_page_to_put_right(client, publisher):
    text = ItemFactory(title_en="A <b>guide</b>")
    EditionFactory(item=text, html='<p><a href="https://gone.kz/">a</a></p>')
    act = ItemFactory(title_en="An act", legal_url="https://gone.kz/")
    gather()
    WebLink.objects.update(failures=3)

    page = client.get(f"{PAGE}?broken=yes").text

    for item, title in [(text, "A &lt;b&gt;guide&lt;/b&gt;"), (act, "An act")]:
        assert f'<a href="/admin/library/item/{item.pk}/change/">{title}</a>' in page


def test_broken_links_are_told_from_those_in_doubt(client, publisher):
    WebLinkFactory(failures=2, address="https://in-doubt.kz/")
    WebLinkFactory(failures=3, address="https://gone.kz/")

    page = client.get(f"{PAGE}?broken=yes").text

    assert "https://gone.kz/" in page
    assert "https://in-doubt.kz/" not in page


def test_a_list_asks_the_database_for_no_link_by_itself(
    client, publisher, django_assert_max_num_queries
):
    for number in range(20):
        ItemFactory(legal_url=f"https://{number}.kz/")
    gather()

    with django_assert_max_num_queries(14):
        client.get(PAGE)


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "data:text/html,x"])
def test_only_addresses_of_the_web_become_links(client, publisher, scheme):
    ItemFactory(legal_url=scheme)

    gather()

    assert not WebLink.objects.exists()
