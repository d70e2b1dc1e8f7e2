import pytest

from library.shipped import load_library


@pytest.fixture
def shipped(db):
    """The entries that a fresh portal has."""
    load_library()
