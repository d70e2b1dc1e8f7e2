import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from foundation.notifications.tasks import sweep_messages
from foundation.publication import page_redis
from tests.factories.accounts import UserFactory
from tests.factories.volunteers import InitiativeFactory
from volunteers.shipped import load_volunteers


@pytest.fixture
def shipped(db):
    """The directions, rules and consents that the portal ships."""
    load_volunteers()


@pytest.fixture(autouse=True)
def no_stored_pages(own_page_store):
    page_redis().flushdb()


@pytest.fixture
def own_cache(settings):
    """Keep what one test counted from the next."""
    default = {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}
    settings.CACHES = {**settings.CACHES, "default": default}


@pytest.fixture
def coordinator(db):
    return UserFactory(root=True)


@pytest.fixture
def staff(client, coordinator, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(coordinator)
    return client


@pytest.fixture
def delivered():
    """Send what waits in the outbox and return the mails."""

    def deliver():
        sweep_messages()
        return mail.outbox

    return deliver


def path_in(message):
    """Return the path of the first link of a mail."""
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def past(**fields):
    """Return an initiative that is over."""
    now = timezone.now()
    return InitiativeFactory(
        starts_at=now - timedelta(days=3),
        ends_at=now - timedelta(days=2),
        signup_until=now - timedelta(days=4),
        **fields,
    )
