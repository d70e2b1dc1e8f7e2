"""Begin, go on, and come back: with a login or with nothing but a code."""

import secrets
from hashlib import sha256

from django.db import transaction

from courses.models import (
    Certificate,
    CourseVersion,
    Enrolment,
    Learner,
)
from courses.progress import mark_done
from foundation.accounts.models import User
from foundation.public_id import ALPHABET

CODE_LENGTH = 20


def learner_of(user: User) -> Learner:
    return Learner.objects.get_or_create(user=user)[0]


def new_guest() -> tuple[Learner, str]:
    """Return a guest and the code that is shown to him alone: 100 random bits."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return Learner.objects.create(guest_sha256=_hash(code)), code


def guest_by_code(code: str) -> Learner | None:
    """Return the guest of a code, typed with or without dashes, in any case."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    if len(plain) != CODE_LENGTH:
        return None
    return Learner.objects.filter(guest_sha256=_hash(plain)).first()


def spaced(code: str) -> str:
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def _hash(code: str) -> str:
    return sha256(b"courses:" + code.encode()).hexdigest()


@transaction.atomic
def enrol(*, learner: Learner, version: CourseVersion) -> Enrolment:
    """Return the learner's enrolment in a course, a new one where he may begin anew.

    Whoever has begun an older version finishes that one. Whoever has finished begins
    again only where a major version has come since, or his certificate counts no more.
    """
    Learner.objects.select_for_update().get(pk=learner.pk)
    mine = learner.enrolments.filter(version__course_id=version.course_id)
    begun = mine.filter(completed_at=None).first()
    if begun:
        return begun
    finished = mine.select_related("version").order_by("-completed_at").first()
    if finished and not _must_learn_again(finished, version):
        return finished
    return Enrolment.objects.create(learner=learner, version=version)


def _must_learn_again(finished: Enrolment, version: CourseVersion) -> bool:
    newer = CourseVersion.objects.filter(
        course_id=version.course_id,
        number__gt=finished.version.number,
        number__lte=version.number,
        change=CourseVersion.Change.MAJOR,
    ).exclude(state=CourseVersion.State.DRAFT)
    if newer.exists():
        return True
    last: Certificate | None = finished.certificates.first()
    return last is not None and (
        last.is_expired or last.status == Certificate.Status.REVOKED
    )


@transaction.atomic
def claim(*, guest: Learner, user: User) -> Learner:
    """Give a guest's progress to a person with a login; nothing is lost or doubled."""
    guest = Learner.objects.select_for_update().get(pk=guest.pk)
    mine = learner_of(user)
    if guest.user_id is not None or guest.pk == mine.pk:
        return mine
    Learner.objects.select_for_update().get(pk=mine.pk)
    for enrolment in guest.enrolments.all():
        _take_over(enrolment, mine)
    guest.delete()
    return mine


def _take_over(enrolment: Enrolment, mine: Learner) -> None:
    own = mine.enrolments.filter(
        version=enrolment.version_id, completed_at=None
    ).first()
    if own is None or enrolment.completed_at is not None:
        enrolment.learner = mine
        enrolment.save(update_fields=["learner"])
        return
    done = enrolment.blocks.exclude(done_at=None).select_related("block")
    last = own.attempts.count()
    own.attempts.filter(state="open").update(state="void")
    for place, attempt in enumerate(
        enrolment.attempts.order_by("started_at"), last + 1
    ):
        attempt.enrolment, attempt.number = own, place
        attempt.save(update_fields=["enrolment", "number"])
    mark_done(enrolment=own, blocks=[row.block for row in done])
    enrolment.delete()
