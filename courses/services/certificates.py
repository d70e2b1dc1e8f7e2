"""Give, correct and revoke certificates."""

import secrets
from calendar import monthrange
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.credentials import STATUS_PLACES, sign_certificate
from courses.marking import counting_attempt
from courses.models import Attempt, Certificate, CourseVersion, Enrolment, Quiz
from courses.models.learning import new_serial
from courses.progress import recount
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.open_data.registry import publisher_names


def earned_attempt(enrolment: Enrolment) -> Attempt | None:
    """Return the passed final attempt of an enrolment that is complete, else None."""
    if enrolment.completed_at is None or enrolment.learner.user_id is None:
        return None
    if enrolment.version.state == CourseVersion.State.DRAFT:
        return None
    final = enrolment.version.quizzes.filter(role=Quiz.Role.FINAL).first()
    attempt = counting_attempt(enrolment, final) if final else None
    return attempt if attempt and attempt.passed else None


@transaction.atomic
def issue_certificate(*, enrolment: Enrolment, name: str) -> Certificate:
    """Return the certificate of an enrolment, a new one where none was given yet."""
    recount(enrolment)
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    attempt = earned_attempt(enrolment)
    if attempt is None:
        raise ValidationError(_("The course is not completed yet"))
    given = enrolment.certificates.exclude(status=Certificate.Status.REPLACED).first()
    if given:
        return given
    return _create(enrolment, attempt, _clean(name))


def _clean(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > 200 or not plain.isprintable():
        raise ValidationError(_("Enter the name as it is in your documents"))
    return plain


def _create(
    enrolment: Enrolment,
    attempt: Attempt,
    name: str,
    replaces: Certificate | None = None,
) -> Certificate:
    # The day stands still for a correction: it gives no new term.
    issued = timezone.now()
    certificate = Certificate(
        serial=new_serial(),
        enrolment=enrolment,
        attempt=attempt,
        holder_name=name,
        mark=attempt.mark,
        max_mark=attempt.max_mark,
        issued_at=issued,
        valid_until=replaces.valid_until
        if replaces
        else _end(enrolment, issued.date()),
        replaces=replaces,
        status_index=_free_index(),
    )
    issuer = publisher_names()
    certificate.jwt = sign_certificate(certificate, issuer.get("en") or "Portal")
    certificate.save()
    return certificate


def _end(enrolment: Enrolment, day: date) -> date | None:
    months = enrolment.version.validity_months
    return add_months(day, months) if months else None


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _free_index() -> int:
    """Return a random free place of the status list: its order tells nothing."""
    places = max(STATUS_PLACES, Certificate.objects.count() * 4)
    while True:
        index = secrets.randbelow(places)
        if not Certificate.objects.filter(status_index=index).exists():
            return index


@transaction.atomic
def correct_name(*, certificate: Certificate, name: str, by: User) -> Certificate:
    """Give a new certificate with the right name; the old one says that it was replaced."""
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if old.status != Certificate.Status.VALID:
        raise ValidationError(_("Only a valid certificate can be corrected"))
    old.status = Certificate.Status.REPLACED
    old.save(update_fields=["status"])
    new = _create(old.enrolment, old.attempt, _clean(name), old)
    record(action="correct", kind="certificate", public_id=old.serial, by=by)
    return new


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by: User) -> None:
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.status != Certificate.Status.VALID:
        raise ValidationError(_("Only a valid certificate can be revoked"))
    if not reason.strip():
        raise ValidationError(_("Name the reason: the check page shows it"))
    certificate.status = Certificate.Status.REVOKED
    certificate.reason = reason.strip()[:300]
    certificate.save(update_fields=["status", "reason"])
    record(action="revoke", kind="certificate", public_id=certificate.serial, by=by)
