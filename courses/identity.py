"""Who is learning: a person with a login, or a guest with his code in a cookie.

The cookie is set only when a guest begins a course: it is his place in the book, it
holds nothing else, and no page without a guest's own request sets it.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from courses.models import Attempt, Enrolment, Learner
from courses.services.learning import guest_by_code, learner_of
from foundation.accounts.models import User

COOKIE = "learner"
COOKIE_DAYS = 180


def guest_code(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")


def guest_of(request: HttpRequest) -> Learner | None:
    code = guest_code(request)
    return guest_by_code(code) if code else None


def learner_in(request: HttpRequest) -> Learner | None:
    if isinstance(request.user, User):
        return learner_of(request.user)
    return guest_of(request)


def keep_guest(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        COOKIE,
        code,
        max_age=COOKIE_DAYS * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


def own_enrolment(request: HttpRequest, public_id: str) -> Enrolment:
    """Return an enrolment to its learner; to all others it does not exist."""
    learner = learner_in(request)
    if learner is None:
        raise Http404
    rows = Enrolment.objects.select_related("version__course", "learner")
    return get_object_or_404(rows, learner=learner, public_id=public_id)


def own_attempt(request: HttpRequest, public_id: str) -> Attempt:
    learner = learner_in(request)
    if learner is None:
        raise Http404
    rows = Attempt.objects.select_related("quiz", "enrolment__version__course")
    return get_object_or_404(rows, enrolment__learner=learner, public_id=public_id)
