import gzip
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.utils import timezone

from foundation.open_data.datasets import AREAS
from foundation.open_data.editions import (
    forget_outdated,
    keep_edition,
    withdraw_editions,
)
from foundation.open_data.models import Edition
from foundation.open_data.tasks import keep_editions
from tests.factories.territory import AreaFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def read(edition):
    with edition.file.open("rb") as stored:
        return gzip.decompress(stored.read())


def test_an_edition_has_the_rows_of_its_day():
    AreaFactory(iso="KZ-10", name_en="Abai Region")

    edition = keep_edition(AREAS)

    assert b"Abai Region" in read(edition)
    assert edition.row_count == 1
    assert edition.sha256 == sha256(read(edition)).hexdigest()
    assert edition.byte_count == len(read(edition))


def test_rows_that_have_not_changed_make_no_edition():
    AreaFactory()
    keep_edition(AREAS)

    assert keep_edition(AREAS) is None


def test_a_change_makes_an_edition_and_leaves_the_one_before(time_machine):
    area = AreaFactory(name_en="Abai Region")
    first = keep_edition(AREAS)
    time_machine.move_to(timezone.now() + timedelta(days=1))
    area.name_en = "Abay Region"
    area.save()

    second = keep_edition(AREAS)

    assert (second.added, second.removed) == (1, 1)
    first.refresh_from_db()
    assert b"Abai Region" in read(first)


def test_a_day_has_one_edition():
    AreaFactory()
    keep_edition(AREAS)
    AreaFactory()

    keep_edition(AREAS)

    (edition,) = Edition.objects.filter(slug="areas")
    assert edition.row_count == 2


def test_editions_end_after_two_years_but_the_last_stays(time_machine):
    AreaFactory()
    keep_edition(AREAS)
    time_machine.move_to(timezone.now() + timedelta(days=735))
    assert forget_outdated() == 0
    AreaFactory()
    keep_edition(AREAS)

    assert forget_outdated() == 1
    assert Edition.objects.count() == 1


def test_the_task_twice_stores_each_dataset_once():
    AreaFactory()

    keep_editions()
    keep_editions()

    slugs = list(Edition.objects.values_list("slug", flat=True))
    assert "areas" in slugs
    assert len(slugs) == len(set(slugs))


def test_an_edition_is_downloaded_with_its_checksum(client):
    AreaFactory()
    edition = keep_edition(AREAS)

    page = client.get("/en/data/areas/").text
    response = client.get(f"/en/data/areas/editions/{edition.made_on:%Y-%m-%d}/")

    assert edition.sha256 in page
    assert response["ETag"] == f'"{edition.sha256}"'
    assert sha256(gzip.decompress(response.getvalue())).hexdigest() == edition.sha256


@pytest.mark.parametrize("day", ["2020-01-01", "x", "2020-13-01"])
def test_an_edition_that_was_not_made_is_not_found(client, day):
    assert client.get(f"/en/data/areas/editions/{day}/").status_code == 404


def test_a_withdrawn_edition_loses_its_file_at_night_at_the_latest(time_machine):
    AreaFactory()
    edition = keep_edition(AREAS)

    withdraw_editions("areas", since=edition.made_on)
    time_machine.move_to(timezone.now() + timedelta(days=1))
    keep_editions()

    next_day, day = Edition.objects.filter(slug="areas")
    assert not Path(edition.file.path).exists()
    assert (day.is_readable, day.sha256) == (False, edition.sha256)
    assert next_day.is_readable


def test_the_file_of_a_replaced_edition_is_deleted(django_capture_on_commit_callbacks):
    area = AreaFactory()
    first = keep_edition(AREAS)
    area.name_en = "Another"
    area.save()

    with django_capture_on_commit_callbacks(execute=True):
        second = keep_edition(AREAS)

    assert not Path(first.file.path).exists()
    assert b"Another" in read(second)
