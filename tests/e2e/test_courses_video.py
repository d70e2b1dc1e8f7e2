"""A captioned video: recorded in the browser, uploaded by staff, shown to a learner."""

from base64 import b64decode

import pytest
from django.core.files.base import ContentFile

from courses.models import Block, Media, TextTrack
from courses.services.publishing import publish_version
from foundation.publication import page_redis
from tests.courses.conftest import make_course
from tests.courses.test_media import CAPTIONS
from tests.factories.courses import BlockFactory, BlockTextFactory

pytestmark = pytest.mark.django_db(transaction=True)

RECORD = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(10));
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  for (let frame = 0; frame < 15; frame += 1) {
    pen.fillRect(frame, frame, 9, 9);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


@pytest.fixture
def course_with_video(page, address, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    page_redis().flushdb()
    page.goto(f"{address}/en/courses/")
    version = make_course()
    media = Media(language="kk", sha256="1" * 64)
    film = ContentFile(b64decode(page.evaluate(RECORD)))
    media.file.save("film.webm", film)
    TextTrack.objects.create(media=media, language="kk", vtt=CAPTIONS)
    lesson = Block.objects.first().lesson
    block = BlockFactory(lesson=lesson, kind="video", media=media)
    for language in ("kk", "ru", "en"):
        BlockTextFactory(block=block, language=language)
    return publish_version(version=version, by=None)


def test_a_captioned_video_plays_and_its_transcript_follows(
    page, axe, address, course_with_video
):
    page.goto(f"{address}/kk/courses/{course_with_video.course.slug}/start/")
    page.locator("form button.button").last.press("Enter")
    page.wait_for_url("**/learn/**")
    page.goto(f"{page.url}1/")
    video = page.locator("video")

    video.evaluate("video => { video.muted = true; return video.play(); }")
    page.locator(".transcript [data-now]").wait_for(state="attached")

    cues = video.evaluate("video => video.textTracks[0].cues.length")
    assert cues == 2
    assert page.locator(".transcript li").count() == 2
    video.evaluate("video => video.pause()")
    axe(page)
