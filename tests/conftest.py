import re

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from foundation.publication import page_redis
from tests.real_data import RealData, sql_flush

# A machine that does other work, too, is slow now and then.
hypothesis.register_profile("busy", suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("busy")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Empty the tables quickly after a transactional test, and let no query wait for ever.

    One that is planned or locked badly fails where it is.
    """
    connection.ops.sql_flush = sql_flush
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_no_truncate")
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET statement_timeout = '120s'")
        cursor.execute("SET statement_timeout = '120s'")


@pytest.fixture(scope="session", autouse=True)
def own_page_store(worker_id):
    """Keep the stored pages of tests that run side by side apart."""
    number = 4 + int(worker_id.removeprefix("gw")) if worker_id != "master" else 4
    settings.REDIS_URL = re.sub(
        r"(?<=db=)\d+|(?<=\d/)\d+$", str(number), settings.REDIS_URL
    )
    page_redis.cache_clear()


@pytest.fixture(autouse=True)
def english():
    """Speak English to each test, whatever language the one before has left."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def loaded_once():
    return RealData()


@pytest.fixture
def real_data(db, loaded_once, own_page_store):
    """What a fresh portal shows after `make run`."""
    page_redis().flushdb()
    loaded_once.restore()
