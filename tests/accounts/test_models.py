import pytest
from django.db import IntegrityError

from foundation.accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_address_is_one_login_in_whatever_letters():
    UserFactory(email="aigerim@example.org")

    with pytest.raises(IntegrityError, match="user_email_any_case"):
        UserFactory(email="Aigerim@example.org")


def test_created_user_may_nothing():
    user = User.objects.create_user("Aigerim@Example.ORG", "a-long-password")

    assert user.email == "aigerim@example.org"
    assert not user.is_staff
    assert not user.is_superuser


def test_created_superuser_may_everything():
    user = User.objects.create_superuser("a@example.org", "a-long-password")

    assert user.is_staff
    assert user.is_superuser


def test_user_is_called_by_name_else_by_address():
    assert str(UserFactory.build(name="Aigerim")) == "Aigerim"
    assert str(UserFactory.build(email="a@example.org")) == "a@example.org"
