import pytest

from foundation.territory.shipped import load_territory
from indicators.shipped import load_statistics


@pytest.fixture
def shipped(db):
    """The areas and figures that a fresh portal has."""
    load_territory()
    load_statistics()
