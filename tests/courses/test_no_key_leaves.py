"""A crawler over every address a learner can ask: no key before an attempt ends."""

import gzip
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.translation import override

from courses.marking import finish_attempt
from courses.models import Block, Media, TextTrack
from courses.services.publishing import publish_version
from courses.services.testing import start_attempt
from foundation.open_data.editions import keep_edition
from foundation.open_data.registry import find_dataset
from tests.courses.conftest import make_course
from tests.factories.courses import (
    EVERY_KIND,
    BlockFactory,
    BlockTextFactory,
    EnrolmentFactory,
    SlotFactory,
    question_of,
)

pytestmark = pytest.mark.django_db
SECRETS = ("secret", "fraction", "is_right", "7351", "0625", "tolerance", "-1/2")
GZIP = b"\x1f\x8b"
ROOMS = ("courses/", "certificates/", "api/v1/", "data/")


def routes(patterns, prefix=""):
    for pattern in patterns:
        part = re.sub(r"^\^|\$$|\\Z", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + part)
        elif isinstance(pattern, URLPattern):
            yield prefix + part


def addresses(prefix, **known):
    """Return every address of the room, with what is known put into its places."""
    with override(prefix):
        found = set(routes(get_resolver().url_patterns))
    chosen = []
    for route in sorted(found):
        plain = route.removeprefix(f"{prefix}/")
        if not plain.startswith(ROOMS) or "(?P" in route:
            continue
        for slug in known["slugs"]:
            filled = route
            for name, value in {**known, "slug": slug}.items():
                filled = re.sub(rf"<\w+:{name}>", str(value), filled)
            if "<" not in filled:
                chosen.append(f"/{filled}")
    return sorted(set(chosen))


@pytest.fixture
def attempt(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    version = make_course(questions=0, review="always")
    quiz = version.quizzes.get()
    for kind in EVERY_KIND:
        SlotFactory(quiz=quiz, question=question_of(kind))
    media = Media(language="kk", sha256="1" * 64)
    media.file.save("film.webm", ContentFile(b"film"))
    vtt = "WEBVTT\n\n00:00.000 --> 00:01.000\nСәлем\n"
    TextTrack.objects.create(media=media, language="kk", vtt=vtt)
    block = BlockFactory(lesson=Block.objects.first().lesson, kind="video", media=media)
    for language in ("kk", "ru", "en"):
        BlockTextFactory(block=block, language=language)
    version = publish_version(version=version, by=None)
    keep_edition(find_dataset("courses"))
    enrolment = EnrolmentFactory(version=version)
    return start_attempt(enrolment=enrolment, quiz=quiz)


def read(answer):
    """Return status and text, and close a file that was given."""
    parts = answer.streaming_content if answer.streaming else [answer.content]
    content = b"".join(parts)
    if content.startswith(GZIP):
        content = gzip.decompress(content)
    text = content.decode("utf-8", "replace")
    # Closing the answer itself would end the test's connection to the database.
    for close in answer._resource_closers:
        close()
    return answer.status_code, text


def ask_everything(client, attempt, language):
    """Ask every address by GET and POST; return status and text by address."""
    client.force_login(attempt.enrolment.learner.user)
    public_ids = (attempt.public_id, attempt.enrolment.public_id)
    found = {}
    for public_id in public_ids:
        for path in addresses(
            language,
            day=timezone.localdate().isoformat(),
            public_id=public_id,
            slugs=(attempt.enrolment.version.course.slug, "courses", "training"),
            quiz_id=attempt.quiz_id,
            block_id=Block.objects.latest("pk").pk,
            media_id=Media.objects.get().pk,
            number=1,
            language="kk",
            serial="0" * 20,
            file_format="json",
        ):
            found[f"GET {path}"] = read(client.get(path))
            # Nothing that ends the attempt: “submit” is not sent.
            if path.startswith(f"/{language}/courses/"):
                found[f"POST {path}"] = read(
                    client.post(path, {"q1.shown": "1", "q1": "0"})
                )
    return found


def test_no_address_gives_a_key_before_submission(client, attempt):
    found = ask_everything(client, attempt, "en")

    leaks = {
        name: [secret for secret in SECRETS if secret in text]
        for name, (_status, text) in found.items()
        if any(secret in text for secret in SECRETS)
    }
    attempt.refresh_from_db()
    assert attempt.state == "open"
    assert leaks == {}
    page = f"/en/courses/attempts/{attempt.public_id}/"
    learn = f"/en/courses/learn/{attempt.enrolment.public_id}/"
    media = Media.objects.get().pk
    reached = {name for name, (status, _text) in found.items() if status == 200}
    # A crawler that is refused everywhere would find nothing, too.
    assert {
        f"GET {page}", f"POST {page}save/", f"GET {learn}", f"GET {learn}1/",
        f"GET {learn}test/{attempt.quiz_id}/", f"GET /en/courses/media/{media}/",
        f"GET /en/courses/media/{media}/kk.vtt", "GET /api/v1/courses/",
        "GET /en/courses/mine/results/", "GET /en/data/courses/json/",
        f"GET /en/data/courses/editions/{timezone.localdate()}/",
    } <= reached  # fmt: skip
    assert "A gap" in found[f"GET {page}"][1]
    assert not [name for name, (status, _text) in found.items() if status >= 500]


def test_the_crawler_would_see_a_key(client, attempt):
    finish_attempt(attempt=attempt)
    client.force_login(attempt.enrolment.learner.user)

    page = client.get(f"/en/courses/attempts/{attempt.public_id}/result/")

    text = page.content.decode()
    assert [secret for secret in ("secretexplanation", "7351") if secret in text]
