"""A video's bytes, as players ask for them."""

import pytest
from django.core.files.base import ContentFile

from library.models import Item
from tests.factories.library import EditionFactory, ItemFactory

pytestmark = pytest.mark.django_db

VIDEO = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def published(kind="video", name="speech.mp4", content=VIDEO):
    edition = EditionFactory(item=ItemFactory(kind=kind))
    edition.file.save(name, ContentFile(content))
    return f"/en/library/files/{edition.pk}/file/", edition


def body(answer):
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=1000-", 1000, 10239),
        ("bytes=-100", 10140, 10239),
        ("bytes=10000-99999", 10000, 10239),
    ],
)
def test_a_player_gets_the_part_it_asks_for(client, asked, first, last):
    address, _edition = published()

    answer = client.get(address, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/10240"
    assert answer["Content-Length"] == str(last - first + 1)
    assert body(answer) == VIDEO[first : last + 1]


def test_a_part_beyond_the_end_is_refused(client):
    address, _edition = published()

    answer = client.get(address, headers={"Range": "bytes=20000-"})

    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */10240")


def test_the_whole_file_says_that_parts_can_be_had(client):
    address, _edition = published()

    answer = client.get(address)

    assert (answer.status_code, answer["Accept-Ranges"]) == (200, "bytes")
    assert answer["Content-Type"] == "video/mp4"
    assert body(answer) == VIDEO
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_what_was_uploaded_runs_nothing(client):
    address, _edition = published("guidance", "page.html", b"<script>x()</script>")

    answer = client.get(address)

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_a_file_that_is_gone_is_not_found(client):
    address, edition = published()
    edition.file.storage.delete(edition.file.name)

    assert client.get(address).status_code == 404


def test_a_draft_shows_no_file(client):
    address, edition = published()
    Item.objects.filter(pk=edition.item_id).update(state=Item.State.DRAFT)

    assert client.get(address).status_code == 404
