"""The learner's own pages: never stored, and nobody else's."""

import csv
from io import StringIO

import webvtt
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from courses.identity import (
    guest_code,
    guest_of,
    keep_guest,
    learner_in,
    own_enrolment,
)
from courses.models import (
    Attempt,
    Block,
    BlockProgress,
    Certificate,
    Course,
    Enrolment,
    Lesson,
    Obligation,
    Quiz,
)
from courses.outline import lessons_in_order, outline, walk
from courses.progress import mark_done
from courses.services.certificates import earned_attempt
from courses.services.learning import (
    claim,
    enrol,
    guest_by_code,
    new_guest,
    spaced,
)
from foundation.accounts.models import User

RESULTS = [
    "course", "version", "test", "attempt", "submitted_at", "percent", "passed",
    "certificate",
]  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    course = get_object_or_404(Course, slug=slug)
    version = get_object_or_404(course.versions.public())
    learner = learner_in(request)
    if request.method == "POST":
        code = ""
        if learner is None:
            learner, code = new_guest()
        enrolment = enrol(learner=learner, version=version)
        response = redirect(enrolment)
        if code:
            keep_guest(response, code)
        return response
    context = {"course": course, "version": version, "learner": learner}
    return render(request, "courses/start.html", context)


@never_cache
@require_safe
def learn(request: HttpRequest, public_id: str) -> HttpResponse:
    enrolment = own_enrolment(request, public_id)
    modules = outline(enrolment.version, enrolment)
    entries = [entry for module in modules for entry in module.lessons]
    newer = enrolment.version.course.versions.public().filter(
        number__gt=enrolment.version.number
    )
    context = {
        "enrolment": enrolment,
        "version": enrolment.version,
        "modules": modules,
        "next": next((entry for entry in entries if not entry.is_done), None),
        "newer": newer.first(),
        "code": "" if enrolment.learner.user_id else spaced(guest_code(request)),
        "earned": earned_attempt(enrolment),
        "certificate": enrolment.certificates.exclude(status="replaced").first(),
    }
    return render(request, "courses/learn.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def lesson(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    enrolment = own_enrolment(request, public_id)
    lessons = lessons_in_order(enrolment.version)
    if not 1 <= number <= len(lessons):
        raise Http404
    row = lessons[number - 1]
    if request.method == "POST":
        return _go_on(request, enrolment, row, number, len(lessons))
    progress = {p.block_id: p for p in enrolment.blocks.filter(block__lesson=row)}
    context = {
        "enrolment": enrolment,
        "version": enrolment.version,
        "lesson": row,
        "number": number,
        "last": len(lessons),
        "before": number - 1,
        "shown": [_shown(block, progress) for block in _blocks(row)],
    }
    return render(request, "courses/lesson.html", context)


def _blocks(lesson: Lesson) -> list[Block]:
    rows = lesson.blocks.select_related("quiz", "media")
    return list(rows.prefetch_related("texts", "media__tracks"))


def _shown(block: Block, progress: dict[int, BlockProgress]) -> dict[str, object]:
    row = progress.get(block.pk)
    shown: dict[str, object] = {
        "block": block,
        "text": block.text,
        "is_done": bool(row and row.done_at),
    }
    if block.kind == Block.Kind.SCENARIO:
        shown["scenario"] = walk(block, row.path if row else [])
    if block.kind == Block.Kind.VIDEO and block.media:
        shown["tracks"] = [
            {"track": track, "cues": webvtt.from_buffer(StringIO(track.vtt)).captions}
            for track in block.media.tracks.all()
        ]
    return shown


def _go_on(
    request: HttpRequest, enrolment: Enrolment, lesson: Lesson, number: int, last: int
) -> HttpResponse:
    """Count what was read as done; a scenario only at its end, a test by itself."""
    read = [
        block
        for block in lesson.blocks.all()
        if block.kind not in (Block.Kind.SCENARIO, Block.Kind.QUIZ)
    ]
    mark_done(enrolment=enrolment, blocks=read)
    if number < last:
        return redirect("courses:lesson", enrolment.public_id, number + 1)
    return redirect(enrolment)


@never_cache
@require_POST
def choose(request: HttpRequest, public_id: str, block_id: int) -> HttpResponse:
    """Take a step in a scenario, or begin it again."""
    enrolment = own_enrolment(request, public_id)
    block = get_object_or_404(
        Block.objects.select_related("lesson"),
        pk=block_id,
        kind=Block.Kind.SCENARIO,
        lesson__module__version=enrolment.version,
    )
    progress, _is_new = BlockProgress.objects.get_or_create(
        enrolment=enrolment, block=block
    )
    choice = request.POST.get("choice", "")
    if "again" in request.POST:
        progress.path = []
    elif choice in {key for key, _text in walk(block, progress.path).choices}:
        progress.path = [*progress.path, choice]
    progress.save(update_fields=["path"])
    if not walk(block, progress.path).choices:
        mark_done(enrolment=enrolment, blocks=[block])
    lessons = [row.pk for row in lessons_in_order(enrolment.version)]
    number = lessons.index(block.lesson_id) + 1
    response = redirect("courses:lesson", enrolment.public_id, number)
    response["Location"] += f"#b{block.pk}"
    return response


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show what a learner has begun, and let a guest come back or move in."""
    learner = learner_in(request)
    rows: list[Enrolment] = []
    if learner:
        mine = learner.enrolments.select_related("version__course")
        rows = list(mine.prefetch_related("certificates"))
    code = guest_code(request)
    context = {
        "enrolments": rows,
        "learner": learner,
        "code": spaced(code) if guest_of(request) else "",
        "obligations": _obligations(request),
    }
    return render(request, "courses/mine.html", context)


@never_cache
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Give a learner the results of his tests as CSV."""
    learner = learner_in(request)
    rows = Attempt.objects.filter(enrolment__learner=learner).exclude(
        state__in=[Attempt.State.OPEN, Attempt.State.VOID]
    )
    certificates = Certificate.objects.filter(enrolment__learner=learner)
    given = dict(
        certificates.exclude(status="replaced").values_list("attempt", "serial")
    )
    out = StringIO()
    table = csv.writer(out)
    table.writerow(RESULTS)
    for row in rows.select_related("quiz__version__course").order_by("submitted_at"):
        table.writerow(
            [
                row.quiz.version.course.slug,
                row.quiz.version.number,
                row.quiz.role,
                row.number,
                row.submitted_at.isoformat() if row.submitted_at else "",
                row.percent,
                "yes" if row.passed else "no",
                given.get(row.pk, ""),
            ]
        )
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="results.csv"'
    return response


def _obligations(request: HttpRequest) -> list[object]:
    if not isinstance(request.user, User):
        return []
    rows = Obligation.objects.filter(user=request.user, met_on=None, exempt_period=None)
    return list(rows.select_related("requirement__course").order_by("due_on"))


@never_cache
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    guest = guest_by_code(request.POST.get("code", "")[:100])
    response = redirect("courses:mine")
    if guest is None:
        messages.error(request, _("This code is not known: check each letter"))
        return response
    plain = "".join(c for c in request.POST["code"].upper() if c.isalnum())
    keep_guest(response, plain)
    return response


@never_cache
@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Give a guest's progress to the person who has signed in."""
    guest = guest_of(request)
    response = redirect("courses:mine")
    if guest and isinstance(request.user, User):
        claim(guest=guest, user=request.user)
        response.delete_cookie("learner", samesite="Lax")
    return response


def final_quiz(enrolment: Enrolment) -> Quiz | None:
    return enrolment.version.quizzes.filter(role=Quiz.Role.FINAL).first()
