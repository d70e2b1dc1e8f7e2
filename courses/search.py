"""What of this room can be found."""

from collections.abc import Iterator, Sequence

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from courses.models import BlockText, CourseVersion, Lesson
from foundation.languages import languages
from foundation.search.registry import Document, Kind, declare, texts


def courses(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = CourseVersion.objects.public().select_related("course")
    if public_ids is not None:
        rows = rows.filter(course__slug__in=public_ids)
    for version in rows:
        own = texts(version, "summary")
        body = {code: [own[code]] for code in languages()}
        for lesson in Lesson.objects.filter(module__version=version):
            for code in languages():
                body[code].append(getattr(lesson, f"title_{code}"))
        parts = BlockText.objects.filter(block__lesson__module__version=version)
        for text in parts:
            body[text.language].append(strip_tags(text.html.replace("<", " <")))
        yield Document(
            public_id=version.course.slug,
            title=texts(version, "title"),
            body={code: "\n".join(filter(None, p)) for code, p in body.items()},
            path=f"/courses/{version.course.slug}/",
            year=version.published_at.year if version.published_at else None,
        )


declare(Kind("courses", "course", _("Courses"), courses))
