import re

import pytest
from django.core.cache import cache
from django.core.mail import get_connection
from django.test import Client
from django.urls import reverse

from foundation.accounts.adapter import AccountAdapter
from foundation.notifications.mail import build_mail
from foundation.notifications.models import Message
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "password/set/",
        "login/code/confirm/",
        "3rdparty/",
        "social/login/cancelled/",
        "2fa/trust/",
        "2fa/webauthn/signup/",
        "sessions/",
    ],
)
def test_page_of_allauth_that_is_not_used_does_not_exist(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_nobody_signs_up(rf):
    assert not AccountAdapter(rf.get("/")).is_open_for_signup(rf.get("/"))


def test_login_page_sets_no_cookie_but_those_of_the_form(client):
    response = client.get("/accounts/login/")

    assert set(response.cookies) <= {"csrftoken", "sessionid"}


def test_failed_login_sets_no_cookie_but_those_of_the_form(client, give_password):
    response = give_password(UserFactory(), "wrong")

    assert set(response.cookies) <= {"csrftoken", "sessionid"}


def test_unknown_address_and_wrong_password_get_the_same_answer(
    client, newcomer, give_password
):
    known = give_password(newcomer, "wrong").context["form"].errors
    unknown = give_password(UserFactory.build(), "wrong").context["form"].errors

    assert known == unknown
    assert known


def test_closed_login_stays_outside(client, newcomer, give_password):
    newcomer.is_active = False
    newcomer.save()

    response = give_password(newcomer)

    assert response["Location"] == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_login_that_is_closed_ends_its_sessions(client, newcomer):
    client.force_login(newcomer)
    newcomer.is_active = False
    newcomer.save()

    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_address_in_other_letters_signs_in(client, newcomer):
    client.post(
        "/accounts/login/", {"login": newcomer.email.upper(), "password": PASSWORD}
    )

    assert client.session["_auth_user_id"] == str(newcomer.pk)


def test_sixth_wrong_password_is_not_even_looked_at(client, newcomer, give_password):
    for _ in range(5):
        give_password(newcomer, "wrong")

    response = give_password(newcomer)

    assert "Too many attempts" in response.content.decode()


def test_limits_hold_no_address(client, newcomer, give_password):
    give_password(newcomer, "wrong")

    keys = cache._cache.get_client().keys("*")

    assert keys
    assert not any(b"127.0.0.1" in key or b"@" in key for key in keys)


def test_limits_do_not_outlive_five_minutes(client, newcomer, give_password):
    give_password(newcomer, "wrong")
    server = cache._cache.get_client()

    ttls = [server.ttl(key) for key in server.keys(f"{cache.key_prefix}*")]

    assert ttls
    assert all(0 <= ttl <= 300 for ttl in ttls)


def test_changing_the_password_ends_other_sessions(client, newcomer):
    client.force_login(newcomer)
    other = Client()
    other.force_login(newcomer)

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "a-quite-new-long-one",
            "password2": "a-quite-new-long-one",
        },
    )

    assert client.get(reverse("mfa_index")).status_code == 200
    assert other.get(reverse("mfa_index")).status_code == 302


def test_weak_password_is_refused(client, newcomer):
    client.force_login(newcomer)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
    )

    newcomer.refresh_from_db()
    assert newcomer.check_password(PASSWORD)


def test_forgotten_password_of_a_stranger_mails_nobody(client):
    response = client.post(
        reverse("account_reset_password"), {"email": "stranger@example.org"}
    )

    assert response["Location"] == reverse("account_reset_password_done")
    assert not Message.objects.exists()


def test_forgotten_password_is_mailed_through_the_outbox(client, newcomer):
    response = client.post(reverse("account_reset_password"), {"email": newcomer.email})

    message = Message.objects.get()
    assert response["Location"] == reverse("account_reset_password_done")
    assert (message.recipient, message.template) == (newcomer.email, "password_reset")


def test_link_sets_a_password_once(client, newcomer):
    client.post(reverse("account_reset_password"), {"email": newcomer.email})
    mail = build_mail(Message.objects.get(), get_connection())
    path = re.search(r"http://testserver(/\S+)", mail.body).group(1)
    form = client.get(path, follow=True)
    client.post(
        form.redirect_chain[-1][0],
        {"password1": "a-quite-new-long-one", "password2": "a-quite-new-long-one"},
    )

    again = Client(headers={"accept-language": "en"}).get(path)

    newcomer.refresh_from_db()
    assert newcomer.check_password("a-quite-new-long-one")
    assert "no longer valid" in again.content.decode()


@pytest.mark.parametrize("code", ["kk", "ru", "en"])
def test_login_page_speaks_the_browsers_language(client, code):
    response = client.get("/accounts/login/", headers={"accept-language": code})

    assert f'<html lang="{code}">' in response.content.decode()


def test_stranger_chooses_a_language_for_these_pages_only(client):
    response = client.post(
        reverse("account_language"), {"language": "ru", "next": "/accounts/login/"}
    )

    assert response["Location"] == "/accounts/login/"
    assert response.cookies["django_language"]["path"] == "/accounts/"


def test_staff_choose_a_language_without_a_cookie(client, newcomer):
    client.force_login(newcomer)

    response = client.post(reverse("account_language"), {"language": "ru"})

    newcomer.refresh_from_db()
    assert newcomer.language == "ru"
    assert "django_language" not in response.cookies


def test_unknown_language_is_refused(client):
    response = client.post(reverse("account_language"), {"language": "de"})

    assert response.status_code == 400


def test_choosing_a_language_leads_nowhere_else(client):
    response = client.post(
        reverse("account_language"),
        {"language": "ru", "next": "https://example.com/"},
    )

    assert response["Location"] == reverse("account_login")
