"""Who learns what, how he was tested, and what he was given for it."""

import secrets
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models.content import Block, CourseVersion
from courses.models.questions import QuestionVersion, Quiz
from foundation.public_id import ALPHABET, new_public_id


def new_serial() -> str:
    """Return 20 random characters, 100 bits: a serial cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(20))


class Learner(models.Model):
    """A person with a login, or a guest known only by the hash of a code."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True
    )
    guest_sha256 = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest_sha256__isnull=True)
                | Q(user__isnull=True, guest_sha256__isnull=False),
                name="learner_is_a_person_or_a_guest",
            )
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else f"guest {self.pk}"


class Extension(models.Model):
    """More time in every test for a person who needs it."""

    learner = models.OneToOneField(Learner, models.CASCADE, related_name="extension")
    percent = models.PositiveSmallIntegerField(_("more time, per cent"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("more time for a person")
        verbose_name_plural = _("more time for persons")

    def __str__(self) -> str:
        return f"{self.learner} +{self.percent} %"


class Enrolment(models.Model):
    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    learner = models.ForeignKey(Learner, models.CASCADE, related_name="enrolments")
    version = models.ForeignKey(
        CourseVersion, models.PROTECT, related_name="enrolments"
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    progress_bp = models.PositiveSmallIntegerField(_("progress, 1/100 %"), default=0)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "version"],
                condition=Q(completed_at__isnull=True),
                name="one_open_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(progress_bp__lte=10000), name="progress_within_range"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("courses:learn", args=[self.public_id])

    @property
    def percent(self) -> int:
        return self.progress_bp // 100


class BlockProgress(models.Model):
    """A block that is done; for a scenario, the way that was taken through it."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="blocks")
    block = models.ForeignKey(Block, models.PROTECT)
    done_at = models.DateTimeField(null=True, blank=True)
    path = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        verbose_name = _("progress in a block")
        verbose_name_plural = _("progress in blocks")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "block"], name="one_progress_a_block"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.block_id}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def finished(self) -> Self:
        return self.filter(state__in=["submitted", "expired"])


class Attempt(models.Model):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("test", "Open")
        SUBMITTED = "submitted", _("Submitted")
        EXPIRED = "expired", _("Time ran out")
        VOID = "void", _("Void")

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(_("number"))
    seed = models.BigIntegerField()
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    mark = models.DecimalField(_("mark"), max_digits=11, decimal_places=5, default=0)
    max_mark = models.DecimalField(_("highest mark"), max_digits=11, decimal_places=5)
    pass_num = models.PositiveSmallIntegerField()
    pass_den = models.PositiveSmallIntegerField()
    # Exact: products of numerics are not rounded, a percentage would be.
    passed = models.GeneratedField(
        expression=Q(state__in=["submitted", "expired"])  # type: ignore[arg-type]
        & Q(
            GreaterThanOrEqual(F("mark") * F("pass_den"), F("pass_num") * F("max_mark"))
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects: ClassVar[AttemptQuerySet] = AttemptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "quiz", "number"], name="one_number_an_attempt"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "quiz"],
                condition=Q(state="open"),
                name="one_open_attempt",
            ),
            models.CheckConstraint(
                condition=Q(max_mark__gt=0, mark__gte=0, mark__lte=F("max_mark")),
                name="mark_within_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"],
                condition=Q(state="open"),
                name="open_attempts_by_deadline",
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("courses:attempt", args=[self.public_id])

    @property
    def permille(self) -> int:
        """Return the mark in tenths of a per cent, rounded down: 59.99 % is not 60."""
        return int(Decimal(self.mark) * 1000 // Decimal(self.max_mark))

    @property
    def percent(self) -> Decimal:
        return Decimal(self.permille) / 10


class AttemptItem(models.Model):
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    question = models.ForeignKey(
        QuestionVersion, models.PROTECT, related_name="attempt_items"
    )
    max_mark = models.DecimalField(max_digits=7, decimal_places=3)
    option_order = ArrayField(models.PositiveSmallIntegerField(), default=list)
    response = models.JSONField(null=True, blank=True)
    mark = models.DecimalField(max_digits=9, decimal_places=5, null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("question of an attempt")
        verbose_name_plural = _("questions of attempts")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="one_item_a_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt} {self.position}"


class Regrade(models.Model):
    """A key was corrected: what it did to one answer. Never changed afterwards."""

    item = models.ForeignKey(AttemptItem, models.PROTECT, related_name="regrades")
    corrected = models.ForeignKey(QuestionVersion, models.PROTECT)
    before = models.DecimalField(max_digits=9, decimal_places=5)
    after = models.DecimalField(max_digits=9, decimal_places=5)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("regrading")
        verbose_name_plural = _("regradings")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.before} → {self.after}"


class Certificate(models.Model):
    class Status(models.TextChoices):
        VALID = "valid", _("Valid")
        REPLACED = "replaced", _("Replaced")
        REVOKED = "revoked", _("Revoked")

    serial = models.CharField(_("number"), max_length=20, unique=True)
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="certificates"
    )
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="certificates")
    holder_name = models.CharField(_("name of the holder"), max_length=200)
    mark = models.DecimalField(_("mark"), max_digits=11, decimal_places=5)
    max_mark = models.DecimalField(_("highest mark"), max_digits=11, decimal_places=5)
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(
        _("state"), max_length=10, choices=Status, default=Status.VALID
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    status_index = models.PositiveIntegerField(unique=True)
    jwt = models.TextField(_("signed credential"))

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_at"]
        permissions = [("revoke_certificate", _("Can revoke certificates"))]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"],
                condition=~Q(status="replaced"),
                name="one_current_certificate_an_attempt",
            ),
            models.CheckConstraint(
                condition=~Q(status="revoked") | ~Q(reason=""),
                name="revoked_certificate_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    def get_absolute_url(self) -> str:
        return reverse("certificates:certificate", args=[self.serial])

    @property
    def permille(self) -> int:
        return int(Decimal(self.mark) * 1000 // Decimal(self.max_mark))

    @property
    def percent(self) -> Decimal:
        return Decimal(self.permille) / 10

    @property
    def is_expired(self) -> bool:
        return self.valid_until is not None and self.valid_until < timezone.localdate()
