"""Find a certificate by its number and say what it stands for, on page and API alike."""

import re
from typing import Any

from django.http import HttpRequest

from courses.limits import tries_too_much
from courses.models import Certificate

SERIAL = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}")


def find(request: HttpRequest, serial: str) -> tuple[Certificate | None, int]:
    """Return a certificate, or how to answer: unknown and malformed look the same."""
    rows = Certificate.objects.select_related(
        "enrolment__version__course", "enrolment__learner", "replaced_by"
    )
    found = rows.filter(serial=serial).first() if SERIAL.fullmatch(serial) else None
    if found:
        return found, 200
    return None, 429 if tries_too_much(request) else 404


def state_of(certificate: Certificate) -> str:
    if certificate.status == Certificate.Status.VALID and certificate.is_expired:
        return "expired"
    return certificate.status


def described(certificate: Certificate) -> dict[str, Any]:
    version = certificate.enrolment.version
    until = certificate.valid_until
    return {
        "number": certificate.serial,
        "status": state_of(certificate),
        "reason": certificate.reason,
        "holder": certificate.holder_name,
        "course": {
            "slug": version.course.slug,
            "version": version.number,
            "title": {
                "kk": version.title_kk,
                "ru": version.title_ru,
                "en": version.title_en,
            },
            "content_sha256": version.content_sha256,
        },
        "percent": str(certificate.percent),
        "issued_at": certificate.issued_at.isoformat(),
        "valid_until": until.isoformat() if until else None,
        "credential": certificate.jwt,
    }
