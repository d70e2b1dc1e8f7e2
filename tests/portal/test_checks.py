"""What would go wrong without a word is said before the portal starts."""

import os

import pytest
from django.db import connection

from portal import checks
from portal.checks import check_letter_case


@pytest.fixture
def of_the_letter_c(monkeypatch):
    """A database whose locale knows no letters but those of ASCII."""
    name = f"letter_c_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"
            " LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    other = connection.copy()
    other.settings_dict["NAME"] = name
    monkeypatch.setattr(checks, "connections", {name: other})
    yield name
    other.close()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_fold_cyrillic_is_refused(of_the_letter_c):
    (error,) = check_letter_case(databases=[of_the_letter_c])

    assert error.id == "portal.E001"
    assert "C.UTF-8" in error.hint


@pytest.mark.django_db
def test_the_database_in_use_is_taken():
    assert check_letter_case(databases=["default"]) == []
