"""Recordings and their captions, as staff bring them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.models import Media
from tests.factories.accounts import UserFactory

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
