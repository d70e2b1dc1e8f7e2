"""The public pages: the same for everybody, without a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from courses.models import Block, Course, CourseVersion, Media, TextTrack
from courses.outline import outline
from foundation.media import media_response
from foundation.publication import stored_page


@stored_page
def catalogue(request: HttpRequest) -> HttpResponse:
    versions = CourseVersion.objects.public().select_related("course")
    wanted = request.GET.get("audience", "")
    audience = wanted if wanted in Course.Audience.values else ""
    if audience:
        versions = versions.filter(course__audience=audience)
    context = {
        "versions": versions.order_by("course__slug"),
        "audiences": Course.Audience.choices,
        "audience": audience,
        "has_demo": any(version.course.is_demo for version in versions),
    }
    return render(request, "courses/catalogue.html", context)


@stored_page
def course(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Course, slug=slug)
    version = get_object_or_404(row.versions.public())
    earlier = row.versions.exclude(state=CourseVersion.State.DRAFT)
    context = {
        "course": row,
        "version": version,
        "modules": outline(version, None),
        "versions": earlier.order_by("-number"),
        "final": version.quizzes.filter(role="final").first(),
        "permalink": f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
        "has_demo": row.is_demo,
    }
    return render(request, "courses/course.html", context)


def _in_a_course(media_id: int) -> Media:
    """Return a recording or file of a version that was published."""
    blocks = Block.objects.filter(media_id=media_id).exclude(
        lesson__module__version__state=CourseVersion.State.DRAFT
    )
    return get_object_or_404(Media, pk__in=blocks.values("media_id"))


@require_safe
def media(request: HttpRequest, media_id: int) -> HttpResponseBase:
    return media_response(request, _in_a_course(media_id).file)


@require_safe
def captions(request: HttpRequest, media_id: int, language: str) -> HttpResponse:
    track = get_object_or_404(
        TextTrack, media=_in_a_course(media_id), language=language
    )
    return HttpResponse(track.vtt, content_type="text/vtt; charset=utf-8")
