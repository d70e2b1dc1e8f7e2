"""Get a certificate, and check one: without login, in three languages."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.certificate_check import described, find, state_of
from courses.certificate_pdf import certificate_pdf, facts, spaced_serial
from courses.credentials import issuer as issuer_profile
from courses.credentials import public_jwk, status_list
from courses.identity import learner_in, own_enrolment
from courses.models import Certificate
from courses.services.certificates import earned_attempt, issue_certificate
from foundation.open_data.registry import publisher_names


@never_cache
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, public_id: str) -> HttpResponse:
    enrolment = own_enrolment(request, public_id)
    if request.method == "POST":
        try:
            given = issue_certificate(
                enrolment=enrolment, name=request.POST.get("name", "")
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("courses:certificate", enrolment.public_id)
        return redirect(given)
    context = {
        "enrolment": enrolment,
        "version": enrolment.version,
        "earned": earned_attempt(enrolment),
        "certificate": enrolment.certificates.exclude(status="replaced").first(),
        "name": getattr(request.user, "name", ""),
    }
    return render(request, "courses/get_certificate.html", context)


@never_cache
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Take a number typed by hand and lead to its page."""
    typed = request.GET.get("number", "")
    plain = "".join(c for c in typed.upper() if c.isalnum())[:40]
    if plain:
        return redirect("certificates:certificate", plain)
    return render(request, "courses/ask_certificate.html")


@never_cache
@require_safe
def certificate(request: HttpRequest, serial: str) -> HttpResponse:
    row, status = find(request, serial)
    context: dict[str, object] = {
        "certificate": row,
        "is_limited": status == 429,
    }
    if row:
        learner = learner_in(request)
        context |= {
            "version": row.enrolment.version,
            "facts": facts(row),
            "state": state_of(row),
            "is_mine": learner is not None and learner.pk == row.enrolment.learner_id,
            "successor": getattr(row, "replaced_by", None),
        }
    response = render(request, "courses/certificate.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def as_json(request: HttpRequest, serial: str) -> JsonResponse:
    row, status = find(request, serial)
    if row is None:
        return JsonResponse({"status": "unknown"}, status=status)
    response = JsonResponse(described(row))
    response["X-Robots-Tag"] = "noindex"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@never_cache
@require_safe
def pdf(request: HttpRequest, serial: str) -> HttpResponse:
    """Give the file to its holder; whoever checks has the page."""
    learner = learner_in(request)
    row = get_object_or_404(
        Certificate.objects.select_related("enrolment__version__course"),
        serial=serial,
        enrolment__learner=learner,
    )
    response = HttpResponse(certificate_pdf(row), content_type="application/pdf")
    name = f"certificate-{spaced_serial(row.serial).replace(' ', '-')}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def issuer(request: HttpRequest) -> JsonResponse:
    """Say who signs and with which key, for checks without this portal."""
    profile = issuer_profile(publisher_names().get("en") or "Portal")
    return JsonResponse(profile | {"keys": [public_jwk()]})


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    token = status_list(publisher_names().get("en") or "Portal")
    return HttpResponse(token, content_type="application/vc+jwt")
