"""Recordings and their captions, as staff bring them."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from courses.models import Block, Media, TextTrack
from courses.services.publishing import content_sha256, next_draft, publish_version
from tests.courses.conftest import make_course
from tests.factories.accounts import UserFactory
from tests.factories.courses import BlockFactory, BlockTextFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/courses/media/add/"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:01.000\nСәлем\n\n00:01.000 --> 00:02.000\nӘлем\n"


@pytest.fixture
def editor(client, settings, tmp_path):
    settings.TWO_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path
    client.force_login(UserFactory(root=True))
    return client


def upload(editor, name="film.webm", vtt=CAPTIONS):
    return editor.post(
        ADD,
        {
            "file": SimpleUploadedFile(name, b"film"),
            "language": "kk",
            "tracks-TOTAL_FORMS": "1",
            "tracks-INITIAL_FORMS": "0",
            "tracks-0-language": "kk",
            "tracks-0-vtt": vtt,
        },
    )


def test_a_recording_is_kept_with_its_captions(editor):
    answer = upload(editor)

    assert answer.status_code == 302
    assert Media.objects.get().tracks.get().language == "kk"


def test_one_file_is_kept_once(editor):
    upload(editor)

    answer = upload(editor)

    assert answer.status_code == 200
    assert Media.objects.count() == 1


@pytest.mark.parametrize(
    "vtt", ["Сәлем", "WEBVTT\n", "WEBVTT\n\n00:00 -> 00:01\nСәлем\n", "1\n2\n3"]
)
def test_what_is_no_captions_is_refused(editor, vtt):
    answer = upload(editor, vtt=vtt)

    assert answer.status_code == 200
    assert not Media.objects.exists()


@pytest.mark.parametrize("name", ["film.html", "film.svg", "film", "film.webm.js"])
def test_what_browsers_would_not_play_is_refused(editor, name):
    answer = upload(editor, name=name)

    assert answer.status_code == 200
    assert not Media.objects.exists()


@pytest.fixture
def published(editor):
    """A recording in a course that was published, its file on the disk."""
    upload(editor)
    version = make_course()
    block = BlockFactory(
        lesson=Block.objects.first().lesson, kind="video", media=Media.objects.get()
    )
    for language in ("kk", "ru", "en"):
        BlockTextFactory(block=block, language=language)
    return publish_version(version=version, by=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE courses_media SET file = 'courses/other.webm'",
        "UPDATE courses_media SET language = language",
        "DELETE FROM courses_media",
        "UPDATE courses_texttrack SET vtt = 'WEBVTT'",
        "DELETE FROM courses_texttrack",
        "UPDATE courses_texttrack SET language = 'ru'",
    ],
)
def test_a_published_recording_and_its_captions_are_frozen(published, statement):
    with (
        pytest.raises(DatabaseError, match="frozen"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_captions_are_not_added_to_a_published_recording(published):
    track = TextTrack(media=Media.objects.get(), language="ru", vtt=CAPTIONS)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        track.save()


def test_captions_are_not_moved_into_a_published_recording(published):
    other = Media.objects.create(sha256="2" * 64, file="courses/b.webm", language="ru")
    track = TextTrack.objects.create(media=other, language="ru", vtt=CAPTIONS)

    track.media = Media.objects.exclude(pk=other.pk).get()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        track.save()


def test_a_recording_of_a_draft_is_still_edited(published):
    other = Media.objects.create(sha256="2" * 64, file="courses/b.webm", language="ru")
    TextTrack.objects.create(media=other, language="ru", vtt=CAPTIONS)
    draft = next_draft(version=published)
    Block.objects.filter(lesson__module__version=draft).update(media=other)

    TextTrack.objects.filter(media=other).update(vtt="WEBVTT")
    other.tracks.all().delete()

    assert not other.tracks.exists()


def test_the_second_version_changes_no_byte_of_the_first_recording(editor, published):
    first = Media.objects.get()
    address = f"/en/courses/media/{first.pk}/"
    before = (
        Path(first.file.path).read_bytes(),
        editor.get(f"{address}kk.vtt").content,
    )
    draft = next_draft(version=published)

    editor.post(
        "/admin/courses/media/", {"action": "copy", "_selected_action": first.pk}
    )
    copied = Media.objects.exclude(pk=first.pk).get()
    copied.tracks.update(vtt=CAPTIONS.replace("Әлем", "Ел"))
    copied.file.save("film.webm", ContentFile(b"other"))
    Block.objects.filter(lesson__module__version=draft).update(media=copied)
    draft.note_kk, draft.note_ru = "Субтитр түзетілді", "Исправлены субтитры"
    draft.save()
    second = publish_version(version=draft, by=None)

    first.refresh_from_db()
    after = (Path(first.file.path).read_bytes(), editor.get(f"{address}kk.vtt").content)
    assert after == before
    assert content_sha256(published) == published.content_sha256
    assert second.content_sha256 != published.content_sha256
    changed = editor.get(f"/en/courses/media/{copied.pk}/kk.vtt").content.decode()
    assert "Ел" in changed


def test_staff_read_a_published_recording_without_fields(editor, published):
    page = editor.get(f"/admin/courses/media/{Media.objects.get().pk}/change/")

    assert page.status_code == 200
    assert "<textarea" not in page.content.decode()
    assert 'name="_save"' not in page.content.decode()


def test_captions_count_in_the_sum_of_a_version(draft):
    media = Media.objects.create(sha256="2" * 64, file="courses/b.webm", language="ru")
    TextTrack.objects.create(media=media, language="ru", vtt=CAPTIONS)
    Block.objects.filter(lesson__module__version=draft).update(media=media)
    before = content_sha256(draft)

    media.tracks.update(vtt="WEBVTT")

    assert content_sha256(draft) != before
