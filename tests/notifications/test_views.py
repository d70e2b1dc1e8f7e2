from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from foundation.notifications.links import confirm_path, unsubscribe_path
from foundation.notifications.models import Message, Subscription
from foundation.territory.models import Area
from tests.factories.notifications import SubscriptionFactory

pytestmark = pytest.mark.django_db

NEW = "/en/subscriptions/new/?kind=area&id=KZ-35"


@pytest.fixture
def karaganda():
    return Area.objects.create(
        iso="KZ-35",
        kind=Area.Kind.REGION,
        name_kk="Қарағанды облысы",
        name_ru="Карагандинская область",
        name_en="Karaganda Region",
    )


@pytest.fixture
def subscription(karaganda):
    return SubscriptionFactory(topic_kind="area", topic_id="KZ-35", confirmed_on=None)


@pytest.mark.parametrize(
    "query", ["", "?kind=area&id=KZ-00", "?kind=nothing&id=KZ-35", "?kind=area&id=%00"]
)
def test_unknown_topic_is_not_found(client, karaganda, query):
    assert client.get(f"/en/subscriptions/new/{query}").status_code == 404


def test_new_shows_what_is_subscribed_to(client, karaganda):
    answer = client.get(NEW)

    assert "Karaganda Region" in answer.text
    assert 'href="/en/areas/KZ-35/"' in answer.text


def test_new_refuses_an_address_that_is_none(client, karaganda):
    answer = client.post(NEW, {"email": "nobody"})

    assert answer.status_code == 200
    assert not Subscription.objects.exists()


def test_new_stores_and_asks_for_confirmation(client, karaganda):
    answer = client.post(NEW, {"email": "a@example.org"}, follow=True)

    assert "Please look into your mailbox" in answer.text
    assert Subscription.objects.get().confirmed_on is None
    assert Message.objects.get().context == {"title": "Karaganda Region"}


def test_answer_is_the_same_whether_the_address_is_known(client, karaganda):
    SubscriptionFactory(email="known@example.org", topic_kind="area", topic_id="KZ-35")

    # The answer carries the time at which it ends, so the clock stands still.
    with time_machine.travel(timezone.now(), tick=False):
        known = client.post(NEW, {"email": "known@example.org"})
        unknown = client.post(NEW, {"email": "unknown@example.org"})

    assert known.status_code == unknown.status_code == 302
    assert known.items() == unknown.items()
    assert Message.objects.count() == 2


def test_get_of_the_confirmation_link_confirms_nothing(client, subscription):
    answer = client.get("/en" + confirm_path(subscription.pk))

    assert "Karaganda Region" in answer.text
    assert not Subscription.objects.confirmed()


def test_post_confirms_without_a_cookie(strict_client, subscription):
    answer = strict_client.post("/en" + confirm_path(subscription.pk))

    assert "You are subscribed" in answer.text
    assert list(Subscription.objects.confirmed()) == [subscription]


def test_second_confirmation_keeps_the_first_day(strict_client, subscription):
    Subscription.objects.update(confirmed_on="2026-01-01")

    strict_client.post("/en" + confirm_path(subscription.pk))

    assert str(Subscription.objects.get().confirmed_on) == "2026-01-01"


def test_forged_links_are_not_found(strict_client, subscription):
    link = confirm_path(subscription.pk)[:-2]

    assert strict_client.post(f"/en{link}x/").status_code == 404
    forged = unsubscribe_path(subscription.pk).replace("unsubscribe/", "unsubscribe/x")
    assert strict_client.post(f"/en{forged}").status_code == 404
    assert Subscription.objects.get().confirmed_on is None


def test_link_of_one_purpose_is_no_link_of_the_other(strict_client, subscription):
    token = unsubscribe_path(subscription.pk).split("/")[-2]

    answer = strict_client.post(f"/en/subscriptions/confirm/{token}/")

    assert answer.status_code == 404


def test_confirmation_link_ends_after_a_week(strict_client, subscription):
    link = confirm_path(subscription.pk)

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        answer = strict_client.post(f"/en{link}")

    assert answer.status_code == 410
    assert not Subscription.objects.confirmed()


def test_confirmation_link_of_a_deleted_request_is_gone(strict_client, subscription):
    link = confirm_path(subscription.pk)
    subscription.delete()

    assert strict_client.get(f"/en{link}").status_code == 410


def test_get_of_the_unsubscribe_link_keeps_the_subscription(client, subscription):
    answer = client.get("/en" + unsubscribe_path(subscription.pk))

    assert answer.status_code == 200
    assert Subscription.objects.exists()


def test_one_post_unsubscribes_without_redirect_and_forgets_the_address(
    strict_client, subscription
):
    link = "/en" + unsubscribe_path(subscription.pk)
    body = {"List-Unsubscribe": "One-Click"}

    answers = [strict_client.post(link, body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not Subscription.objects.exists()


def test_new_without_a_csrf_token_is_refused(strict_client, karaganda):
    assert strict_client.post(NEW, {"email": "a@example.org"}).status_code == 403


@pytest.mark.parametrize("page", ["confirm", "unsubscribe"])
def test_pages_of_links_set_no_cookie_and_are_not_kept(client, subscription, page):
    path = {"confirm": confirm_path, "unsubscribe": unsubscribe_path}[page]

    answer = client.get("/en" + path(subscription.pk))

    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
