import pytest
from django.core.signals import request_finished
from django.db import close_old_connections


@pytest.fixture(autouse=True)
def connection_kept():
    """Closing an answer must not close the connection the test runs on."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)
