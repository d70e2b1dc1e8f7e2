"""Take a test: plain forms; the script only saves between two presses."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from courses.answers import show
from courses.gains import before_learning
from courses.identity import own_attempt, own_enrolment
from courses.marking import counting_attempt, finish_attempt
from courses.models import Attempt, Quiz
from courses.outline import lessons_in_order
from courses.review import reviewed
from courses.services.testing import save_answers, start_attempt, why_not


@never_cache
@require_http_methods(["GET", "POST"])
def quiz(request: HttpRequest, public_id: str, quiz_id: int) -> HttpResponse:
    enrolment = own_enrolment(request, public_id)
    row = get_object_or_404(Quiz, pk=quiz_id, version=enrolment.version)
    if request.method == "POST":
        try:
            return redirect(start_attempt(enrolment=enrolment, quiz=row))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("courses:quiz", enrolment.public_id, row.pk)
    attempts = list(enrolment.attempts.filter(quiz=row).order_by("number"))
    is_open = any(attempt.state == Attempt.State.OPEN for attempt in attempts)
    block = row.blocks.select_related("lesson").first()
    lessons = [lesson.pk for lesson in lessons_in_order(enrolment.version)]
    context = {
        "enrolment": enrolment,
        "version": enrolment.version,
        "quiz": row,
        "attempts": attempts,
        "is_open": is_open,
        "why_not": "" if is_open else why_not(enrolment, row),
        "counts": counting_attempt(enrolment, row),
        "questions": sum(slot.count for slot in row.slots.all()),
        "minutes": row.time_limit_s // 60 if row.time_limit_s else None,
        "lesson_number": lessons.index(block.lesson_id) + 1 if block else 1,
    }
    return render(request, "courses/quiz.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, public_id: str) -> HttpResponse:
    row = own_attempt(request, public_id)
    if request.method == "POST":
        saved = save_answers(attempt=row, sent=request.POST)
        if "submit" in request.POST or not saved:
            finish_attempt(attempt=row)
            return redirect("courses:result", row.public_id)
        messages.success(request, _("Your answers are saved"))
        return redirect(row)
    if row.deadline_at and row.deadline_at < timezone.now():
        # Whoever comes back too late finds his saved answers graded.
        row = finish_attempt(attempt=row)
    if row.state != Attempt.State.OPEN:
        return redirect("courses:result", row.public_id)
    context = {
        "attempt": row,
        "questions": [show(item) for item in row.items.select_related("question")],
        "seconds": _seconds_left(row),
    }
    return render(request, "courses/attempt.html", context)


def _seconds_left(attempt: Attempt) -> int | None:
    if attempt.deadline_at is None:
        return None
    return max(0, int((attempt.deadline_at - timezone.now()).total_seconds()))


@never_cache
@require_POST
def save(request: HttpRequest, public_id: str) -> JsonResponse:
    """Keep what the script sends; the answer says nothing of right and wrong."""
    row = own_attempt(request, public_id)
    is_saved = save_answers(attempt=row, sent=request.POST)
    return JsonResponse(
        {"saved": is_saved, "seconds": _seconds_left(row)},
        status=200 if is_saved else 409,
    )


@never_cache
@require_safe
def result(request: HttpRequest, public_id: str) -> HttpResponse:
    row = own_attempt(request, public_id)
    if row.state == Attempt.State.OPEN:
        return redirect(row)
    if row.state == Attempt.State.VOID:
        raise Http404
    context = {
        "attempt": row,
        "enrolment": row.enrolment,
        "review": reviewed(row),
        "before": before_learning(row),
        "lesson_link": row.quiz.role != Quiz.Role.FINAL,
    }
    return render(request, "courses/result.html", context)
