import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.mail import get_connection
from django.db import connections
from django.utils import timezone

from foundation.accounts.models import User
from foundation.notifications.mail import build_mail
from foundation.notifications.models import Message
from portal.members.services import Request, StaleLinkError, join
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

EMAIL = "dana@example.org"
CHOSEN = {"new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture(autouse=True)
def own_cache(settings):
    default = {**settings.CACHES["default"], "KEY_PREFIX": timezone.now().isoformat()}
    settings.CACHES = {"default": default}


def ask(client, **fields):
    return client.post("/accounts/join/", {"email": EMAIL, **fields})


def link():
    text = build_mail(Message.objects.latest("pk"), get_connection()).body
    return re.search(r"/accounts/\S+", text).group()


def test_asking_makes_no_login(client):
    ask(client)

    assert not User.objects.exists()


def test_opening_the_link_makes_no_login(client):
    ask(client)

    assert client.get(link()).status_code == 200
    assert not User.objects.exists()


def test_a_password_makes_the_login_and_leads_on(client):
    ask(client, name="Dana", next="/kk/courses/my/")

    response = client.post(link(), CHOSEN)

    user = User.objects.get()
    assert (user.email, user.name, user.is_staff) == (EMAIL, "Dana", False)
    assert response["Location"] == "/kk/courses/my/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_link_works_once(client):
    ask(client)
    used = link()
    client.post(used, CHOSEN)
    client.logout()

    assert client.post(used, CHOSEN).status_code == 410


def test_a_link_ends_after_three_days(client, time_machine):
    ask(client)
    old = link()
    time_machine.move_to(timezone.now() + timedelta(days=3, minutes=1))

    assert client.get(old).status_code == 410


@pytest.mark.parametrize("token", ["x", "x:y:z", "..."])
def test_a_link_that_was_made_up_is_refused(client, token):
    assert client.get(f"/accounts/join/{token}/").status_code == 410


def test_a_weak_password_is_refused(client):
    ask(client)

    response = client.post(link(), {"new_password1": "1234", "new_password2": "1234"})

    assert response.status_code == 200
    assert not User.objects.exists()


def test_the_page_does_not_tell_who_is_known(client):
    UserFactory(email=EMAIL)
    known = ask(client)
    unknown = client.post("/accounts/join/", {"email": "new@example.org"})

    assert (known.status_code, known["Location"]) == (
        unknown.status_code,
        unknown["Location"],
    )
    assert set(Message.objects.values_list("template", flat=True)) == {
        "already_member",
        "join",
    }


def test_nobody_fills_a_strangers_mailbox(client):
    for _time in range(5):
        ask(client)

    assert Message.objects.filter(recipient=EMAIL).count() == 3


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_the_link_leads_to_no_other_host(client, elsewhere):
    ask(client, next=elsewhere)

    response = client.post(link(), CHOSEN)

    assert response["Location"] == "/kk/me/"


@pytest.mark.django_db(transaction=True)
def test_one_link_used_by_many_at_once_makes_one_login():
    wanted = Request(email=EMAIL, name="", language="kk", next="")

    def use(_number):
        try:
            return join(wanted, password=PASSWORD).pk
        except StaleLinkError:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(use, range(8)))

    assert len([pk for pk in made if pk]) == 1


def test_signing_in_leads_a_member_to_the_own_page(client):
    UserFactory(email=EMAIL, language="ru")

    response = client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})

    assert response["Location"] == "/ru/me/"


def test_a_member_changes_name_and_language_and_nothing_else(client):
    user = UserFactory(email=EMAIL)
    client.force_login(user)

    client.post("/en/me/", {"name": "Dana", "language": "ru", "is_staff": "on"})

    user.refresh_from_db()
    assert (user.name, user.language, user.is_staff) == ("Dana", "ru", False)
