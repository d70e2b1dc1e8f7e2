import pytest
from django.utils import translation

from tests.factories.accounts import UserFactory
from tests.factories.territory import PublicBodyFactory, ScopeFactory


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def body(db):
    return PublicBodyFactory(code="customs", name_en="Customs")


@pytest.fixture
def other_body(db):
    return PublicBodyFactory(code="railways", name_en="Railways")


@pytest.fixture
def officer(body):
    """The anti-corruption officer of `body`."""
    user = UserFactory(staff=True, roles=["body officer"])
    ScopeFactory(user=user, kind="body", body=body)
    return user


@pytest.fixture
def stranger(other_body):
    """The officer of another body."""
    user = UserFactory(staff=True, roles=["body officer"])
    ScopeFactory(user=user, kind="body", body=other_body)
    return user


@pytest.fixture
def editor(db):
    """Somebody of the agency who reviews, publishes and verifies."""
    user = UserFactory(staff=True, roles=["map editor"])
    ScopeFactory(user=user, kind="agency")
    return user


@pytest.fixture
def second_editor(db):
    user = UserFactory(staff=True, roles=["map editor"])
    ScopeFactory(user=user, kind="agency")
    return user


@pytest.fixture
def sign_in(client, settings):
    """Sign a person in; the second factor has tests of its own."""
    settings.TWO_FACTOR_REQUIRED = False

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in
