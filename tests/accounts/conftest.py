import time
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.factories.accounts import PASSWORD, SECRET, UserFactory, enrol
from tests.factories.territory import ScopeFactory


@pytest.fixture(autouse=True)
def own_cache(settings):
    """Keep limits and used codes of one test from the next."""
    default = {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}
    settings.CACHES = {**settings.CACHES, "default": default}


@pytest.fixture
def client():
    """A browser that asks for English."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def clock():
    """A clock that stands still until it is moved."""
    with time_machine.travel("2026-09-01 12:00:00+05:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def editor(db):
    """A map editor of the agency with an authenticator app."""
    user = UserFactory(staff=True, roles=["map editor"])
    ScopeFactory(user=user)
    enrol(user)
    return user


@pytest.fixture
def newcomer(db):
    """A map editor who has no second factor yet."""
    user = UserFactory(staff=True, roles=["map editor"])
    ScopeFactory(user=user)
    return user


@pytest.fixture
def show_code():
    def show():
        """Return what the authenticator app shows now."""
        return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))

    return show


@pytest.fixture
def give_password(client):
    def give(user, password=PASSWORD):
        return client.post(
            "/accounts/login/", {"login": user.email, "password": password}
        )

    return give


@pytest.fixture
def give_code(client):
    def give(code):
        return client.post("/accounts/2fa/authenticate/", {"code": code})

    return give
