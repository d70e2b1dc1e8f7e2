"""Pages on which somebody answers: no cookie, no session, no address kept.

They carry no token against forged posts, for no right hangs on them; a post must come
from a page of this portal, which the browser says itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from foundation.languages import Text, current_language, languages, pick
from surveys.forms import OWN_FIELDS, AnswerForm
from surveys.models import Wave
from surveys.services.submitting import (
    DraftError,
    QuotaFullError,
    UnknownCodeError,
    WaveClosedError,
    check_code,
    put_aside,
    submit_answer,
    take_up,
)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
GONE = 410


def private_form(view: View[P]) -> View[P]:
    """Keep a form out of every cache and referrer, and posts to our own pages."""

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        origin = request.headers.get("Origin")
        if request.method == "POST" and origin and not _is_ours(request, origin):
            raise PermissionDenied
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        return response

    # CSRF protects what a session may do; there is none here.
    marked = csrf_exempt(require_http_methods(["GET", "POST"])(guarded))
    return cast("View[P]", never_cache(marked))


def _is_ours(request: HttpRequest, origin: str) -> bool:
    # With “no-referrer” a browser says “null”; most then say themselves whose page it
    # was. Older ones, and all of them without HTTPS, do not: people behind them answer.
    if origin == "null":
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return urlsplit(origin).netloc == request.get_host()


# What taking an answer needs: the body of a frozen questionnaire is in the process.
NEEDED = (
    *("public_id", "state", "sample", "opens_on", "closes_on", "quotas", "is_demo"),
    *("strata", "anonymity", "questionnaire__state", "questionnaire__body_sha256"),
    "questionnaire__survey__code",
    *(f"questionnaire__survey__title_{code}" for code in ("kk", "ru", "en")),
)


def _open_wave(public_id: str) -> Wave | None:
    wave = get_object_or_404(
        Wave.objects.public().select_related("questionnaire__survey").only(*NEEDED),
        public_id=public_id,
    )
    return wave if wave.is_open(timezone.localdate()) else None


def _closed(request: HttpRequest, public_id: str) -> HttpResponse:
    wave = Wave.objects.select_related("questionnaire__survey").get(public_id=public_id)
    context = {"wave": wave, "survey": wave.questionnaire.survey}
    return render(request, "surveys/closed.html", context, status=GONE)


@private_form
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    wave = _open_wave(public_id)
    if wave is None:
        return _closed(request, public_id)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(wave.questionnaire.definition, posted)
    step = request.POST.get("go", "")
    if step == "next":
        if _is_code_good(wave, form):
            form.go_on()
    elif step == "back":
        form.go_back()
    elif step == "save":
        return _save(request, wave, form)
    elif step == "send":
        sent = _send(request, wave, form)
        if sent is not None:
            return sent
    return _form_page(request, wave, form)


def _is_code_good(wave: Wave, form: AnswerForm) -> bool:
    if not wave.needs_code:
        return True
    try:
        check_code(wave=wave, code=form.code)
    except UnknownCodeError:
        form.page = 0
        form.errors["code"] = _("This is not a code of this survey: see your letter")
        return False
    return True


def _send(request: HttpRequest, wave: Wave, form: AnswerForm) -> HttpResponse | None:
    """Submit; None shows the form again with what is wrong."""
    if not _is_code_good(wave, form):
        return None
    finished = form.finish()
    if finished is None:
        return None
    answers, texts = finished
    try:
        submit_answer(
            wave=wave,
            code=form.code if wave.needs_code else form.key,
            language=current_language(),
            seed=form.seed,
            answers=answers,
            texts=texts,
        )
    except QuotaFullError:
        context = {"wave": wave, "survey": wave.questionnaire.survey}
        return render(request, "surveys/full.html", context)
    except WaveClosedError:
        return _closed(request, wave.public_id)
    return redirect("surveys:thanks", wave.public_id)


def _save(request: HttpRequest, wave: Wave, form: AnswerForm) -> HttpResponse:
    fields = [
        (name, value)
        for name in form.posted
        if name != "go" and (name in OWN_FIELDS or _is_of(form, name))
        for value in form.posted.getlist(name)
    ]
    code = put_aside(wave=wave, fields=fields)
    context = {"wave": wave, "survey": wave.questionnaire.survey, "code": code}
    return render(request, "surveys/saved.html", context)


def _is_of(form: AnswerForm, name: str) -> bool:
    return form.definition.question(name.partition("__")[0]) is not None


def _form_page(request: HttpRequest, wave: Wave, form: AnswerForm) -> HttpResponse:
    is_review = form.is_review
    context = {
        "wave": wave,
        "survey": wave.questionnaire.survey,
        "intro": _intro(wave),
        "form": form,
        "fields": [] if is_review else form.fields(),
        "review": form.review() if is_review else [],
        "hidden": form.hidden(),
        "number": min(form.page + 1, len(form.pages) + 1),
        "total": len(form.pages) + 1,
        "in_other_languages": _other_languages(wave),
        "has_demo": wave.is_demo,
    }
    return render(request, "surveys/answer.html", context)


def _intro(wave: Wave) -> Text:
    return pick(dict(wave.questionnaire.definition.intro))


def _other_languages(wave: Wave) -> list[tuple[str, str]]:
    """Return where the form goes on in another language, answers and all."""
    found = []
    for code in languages():
        if code != current_language():
            with override(code):
                found.append((code, reverse("surveys:answer", args=[wave.public_id])))
    return found


@private_form
def resume(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go on with what was put aside, given its code."""
    wave = _open_wave(public_id)
    if wave is None:
        return _closed(request, public_id)
    error = ""
    if request.method == "POST":
        code = request.POST.get("resume_code", "")[:60]
        try:
            fields = take_up(wave=wave, code=code)
        except DraftError:
            error = _("Nothing is kept under this code")
        else:
            posted = QueryDict(mutable=True)
            for name, value in fields:
                posted.appendlist(name, value)
            form = AnswerForm(wave.questionnaire.definition, posted)
            return _form_page(request, wave, form)
    context = {"wave": wave, "survey": wave.questionnaire.survey, "error": error}
    return render(request, "surveys/resume.html", context)


@require_safe
def thanks(request: HttpRequest, public_id: str) -> HttpResponse:
    wave = get_object_or_404(
        Wave.objects.public().select_related("questionnaire__survey"),
        public_id=public_id,
    )
    context = {"wave": wave, "survey": wave.questionnaire.survey}
    return render(request, "surveys/thanks.html", context)
