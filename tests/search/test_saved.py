from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.core.mail import get_connection
from django.utils import timezone

from foundation.notifications.mail import build_mail
from foundation.notifications.models import Message
from foundation.search.facets import Filters
from foundation.search.models import SearchDocument
from foundation.search.saved import newest, read_saved, saved_id
from foundation.search.services import index
from foundation.search.tasks import announce_finds
from tests.factories.corruption_map import RiskFactory
from tests.factories.notifications import SubscriptionFactory

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def risk(title):
    row = RiskFactory(published=True, title_kk=title, title_ru=title, title_en="")
    index("risk", row.public_id)
    return row


@pytest.fixture
def follower():
    return SubscriptionFactory(
        topic_kind="search",
        topic_id=saved_id("взятка", Filters(kind="risk")),
        language="ru",
        confirmed_on=timezone.localdate(),
    )


def test_a_followed_search_is_mailed_once(follower):
    risk("Взятки на таможне")

    announce_finds()
    announce_finds()

    (message,) = Message.objects.all()
    text = build_mail(message, get_connection()).body
    assert "Взятки на таможне" in text
    assert "/ru/risks/" in text


def test_what_does_not_answer_the_search_is_not_mailed(follower):
    risk("Земля")

    announce_finds()

    assert not Message.objects.exists()


def test_what_was_there_before_is_not_mailed(follower):
    risk("Взятки на таможне")
    SearchDocument.objects.update(added_at=timezone.now() - timedelta(days=4))

    announce_finds()

    assert not Message.objects.exists()


def test_a_change_does_not_make_a_find_new(follower):
    row = risk("Взятки на таможне")
    SearchDocument.objects.update(added_at=timezone.now() - timedelta(days=4))

    index("risk", row.public_id)
    announce_finds()

    assert not Message.objects.exists()


def test_an_unconfirmed_follower_gets_nothing(follower):
    follower.confirmed_on = None
    follower.save()
    risk("Взятки на таможне")

    announce_finds()

    assert not Message.objects.exists()


def test_a_saved_search_is_read_as_it_was_written():
    filters = Filters(kind="risk", year="2022")

    assert read_saved(saved_id("қос сөз & тағы", filters)) == (
        "қос сөз & тағы",
        filters,
    )


def test_one_can_follow_a_search(client):
    response = client.get(f"/ru/subscriptions/new/?kind=search&id={'q%3Dземля'}")

    assert response.status_code == 200
    assert "земля" in response.content.decode()


def test_a_search_that_is_none_cannot_be_followed(client):
    assert client.get("/ru/subscriptions/new/?kind=search&id=x").status_code == 404


def test_the_feed_has_the_newest_finds(client):
    risk("Взятки на таможне")
    risk("Земля")

    response = client.get("/ru/search/feed/?q=взятки")

    feed = ET.fromstring(response.content)
    assert response["Content-Type"].startswith("application/atom+xml")
    assert [e.findtext(f"{ATOM}title") for e in feed.iter(f"{ATOM}entry")] == [
        "Взятки на таможне"
    ]


def test_a_feed_of_nothing_does_not_exist(client):
    assert client.get("/ru/search/feed/").status_code == 404


def test_the_newest_is_found_among_more_than_are_read(monkeypatch):
    monkeypatch.setattr("foundation.search.query.MOST_HITS", 2)
    for number in range(4):
        risk(f"Взятки {number}")
    last = risk("Взятки сегодня")
    SearchDocument.objects.exclude(public_id=last.public_id).update(
        added_at=timezone.now() - timedelta(days=4)
    )

    assert newest("взятки", Filters())[0].public_id == last.public_id
