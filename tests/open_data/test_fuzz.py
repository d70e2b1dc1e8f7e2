"""Made-up requests from the API's own description: none is a 500, all is as described."""

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from portal.wsgi import application
from tests.factories.corruption_map import RiskFactory
from tests.factories.territory import AreaFactory

API = schemathesis.openapi.from_path(settings.BASE_DIR / "docs" / "openapi.yaml")
API.app = application
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.fixture
def some_rows(db):
    """Rows to find, on a connection that the requests leave open."""
    RiskFactory(area=AreaFactory(iso="KZ-35"))
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@API.parametrize()
@hypothesis_settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck)
)
def test_no_request_breaks_the_api(case, some_rows):
    answer = case.call()

    case.validate_response(answer, checks=CHECKS)
