from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corruption_map.models.risk import Risk
from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import PublicBody


class MeasureQuerySet(models.QuerySet["Measure"]):
    def public(self) -> Self:
        return self.filter(risk__state__in=Risk.PUBLIC_STATES)

    def overdue(self, today: date) -> Self:
        """Measures whose deadline has passed and that nobody has verified as done."""
        return self.filter(deadline__lt=today, state__in=Measure.OPEN_STATES)

    def with_names(self) -> Self:
        return self.select_related("risk", "risk__area", "executor")


class Measure(models.Model):
    """What is done against a risk, by whom, until when."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        REPORTED_DONE = "reported_done", _("Reported as done")
        VERIFIED_DONE = "verified_done", _("Verified as done")
        RETURNED = "returned", _("Returned")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN_STATES = (
        State.PLANNED,
        State.IN_PROGRESS,
        State.REPORTED_DONE,
        State.RETURNED,
    )
    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PLANNED: {State.IN_PROGRESS, State.REPORTED_DONE, State.CANCELLED},
        State.IN_PROGRESS: {State.REPORTED_DONE, State.CANCELLED},
        State.REPORTED_DONE: {State.VERIFIED_DONE, State.RETURNED},
        State.RETURNED: {
            State.IN_PROGRESS,
            State.REPORTED_DONE,
            State.CANCELLED,
        },
        State.VERIFIED_DONE: set(),
        State.CANCELLED: set(),
    }

    public_id = models.CharField(
        _("public id"), max_length=20, unique=True, default=new_public_id
    )
    risk = models.ForeignKey(
        Risk, models.CASCADE, related_name="measures", verbose_name=_("risk")
    )
    text_kk = models.TextField(_("what is done (Kazakh)"), blank=True)
    text_ru = models.TextField(_("what is done (Russian)"), blank=True)
    text_en = models.TextField(_("what is done (English)"), blank=True)
    executor = models.ForeignKey(
        PublicBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("executor"),
    )
    co_executors = models.ManyToManyField(
        PublicBody,
        blank=True,
        related_name="supported_measures",
        verbose_name=_("executors who help"),
    )
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    reporting_form_kk = models.CharField(
        _("reporting form (Kazakh)"), max_length=300, blank=True
    )
    reporting_form_ru = models.CharField(
        _("reporting form (Russian)"), max_length=300, blank=True
    )
    reporting_form_en = models.CharField(
        _("reporting form (English)"), max_length=300, blank=True
    )
    indicator_kk = models.CharField(
        _("indicator of success (Kazakh)"), max_length=300, blank=True
    )
    indicator_ru = models.CharField(
        _("indicator of success (Russian)"), max_length=300, blank=True
    )
    indicator_en = models.CharField(
        _("indicator of success (English)"), max_length=300, blank=True
    )
    state = models.CharField(
        _("state"), max_length=15, choices=State, default=State.PLANNED
    )
    # The most overdue first, then what has no deadline, then what is over.
    list_order = models.GeneratedField(
        expression=Case(
            When(state__in=["verified_done", "cancelled"], then=date(9999, 12, 31)),
            default=Coalesce("deadline", date(9999, 1, 1)),
        ),
        output_field=models.DateField(),
        db_persist=True,
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("reported by"),
    )
    reported_on = models.DateField(
        _("reported on"), null=True, blank=True, editable=False
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("verified by"),
    )
    verified_on = models.DateField(
        _("verified on"), null=True, blank=True, editable=False
    )
    state_reason_kk = models.CharField(
        _("reason for the state (Kazakh)"), max_length=500, blank=True
    )
    state_reason_ru = models.CharField(
        _("reason for the state (Russian)"), max_length=500, blank=True
    )
    state_reason_en = models.CharField(
        _("reason for the state (English)"), max_length=500, blank=True
    )
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[MeasureQuerySet] = MeasureQuerySet.as_manager()  # type: ignore[assignment]

    text = Translated("text")
    reporting_form = Translated("reporting_form")
    indicator = Translated("indicator")
    state_reason = Translated("state_reason")

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["deadline", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="verified_done")
                | Q(verified_by__isnull=False, verified_on__isnull=False),
                name="verified_measure_names_its_verifier",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True)
                | Q(reported_by__isnull=True)
                | ~Q(verified_by=F("reported_by")),
                name="nobody_verifies_their_own_report",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled")
                | ~Q(state_reason_kk="", state_reason_ru="", state_reason_en=""),
                name="cancelled_measure_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["list_order", "id"], name="measure_page"),
            models.Index(fields=["executor", "deadline"], name="measure_by_executor"),
            models.Index(
                "deadline",
                "id",
                name="measure_open_by_deadline",
                condition=Q(
                    state__in=["planned", "in_progress", "reported_done", "returned"]
                ),
            ),
        ]
        permissions = [
            ("report_measure", _("Can report a measure as done")),
            ("verify_measure", _("Can verify measures reported as done")),
            ("import_measure", _("Can import measures")),
        ]

    def __str__(self) -> str:
        return self.text or self.public_id

    def get_absolute_url(self) -> str:
        return reverse("corruption_map:measure", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    def days_overdue(self, today: date) -> int:
        """Return by how many days the deadline has passed, 0 where it has not."""
        if self.deadline is None or not self.is_open:
            return 0
        return max(0, (today - self.deadline).days)

    @property
    def was_late(self) -> bool:
        return bool(
            self.deadline and self.verified_on and self.verified_on > self.deadline
        )


class DeadlineChange(models.Model):
    """A deadline that was moved: from when to when, why, by which act."""

    measure = models.ForeignKey(
        Measure,
        models.CASCADE,
        related_name="deadline_changes",
        verbose_name=_("measure"),
    )
    before = models.DateField(_("deadline before"), null=True, blank=True)
    after = models.DateField(_("deadline after"))
    changed_on = models.DateField(_("changed on"))
    reason_kk = models.TextField(_("reason (Kazakh)"), blank=True)
    reason_ru = models.TextField(_("reason (Russian)"), blank=True)
    reason_en = models.TextField(_("reason (English)"), blank=True)
    act = models.CharField(_("order or decision"), max_length=200, blank=True)

    reason = Translated("reason")

    class Meta:
        verbose_name = _("change of deadline")
        verbose_name_plural = _("changes of deadline")
        ordering = ["-changed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason_kk="", reason_ru="", reason_en=""),
                name="change_of_deadline_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Evidence(models.Model):
    """A document that shows a measure was carried out."""

    measure = models.ForeignKey(
        Measure, models.CASCADE, related_name="evidence", verbose_name=_("measure")
    )
    title_kk = models.CharField(_("title (Kazakh)"), max_length=300, blank=True)
    title_ru = models.CharField(_("title (Russian)"), max_length=300, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    file = models.FileField(_("file"), upload_to="evidence/", blank=True)
    sha256 = models.CharField(
        _("SHA-256 of the file"), max_length=64, blank=True, editable=False
    )
    url = models.URLField(_("address"), blank=True)
    added_on = models.DateField(_("added on"))
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    title = Translated("title")

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-added_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(file="", url="") | Q(is_demo=True),
                name="evidence_is_a_file_or_an_address",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.url


class ProgressReport(models.Model):
    """What the executor says of a quarter, and apart from it what was verified."""

    measure = models.ForeignKey(
        Measure, models.CASCADE, related_name="reports", verbose_name=_("measure")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    claimed_state = models.CharField(
        _("state claimed by the executor"), max_length=15, choices=Measure.State
    )
    text_kk = models.TextField(_("what was done (Kazakh)"), blank=True)
    text_ru = models.TextField(_("what was done (Russian)"), blank=True)
    text_en = models.TextField(_("what was done (English)"), blank=True)
    reported_on = models.DateField(_("reported on"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("reported by"),
    )
    verified_state = models.CharField(
        _("state found by the verifier"),
        max_length=15,
        choices=Measure.State,
        blank=True,
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("verified by"),
    )
    finding_kk = models.TextField(_("finding of the verifier (Kazakh)"), blank=True)
    finding_ru = models.TextField(_("finding of the verifier (Russian)"), blank=True)
    finding_en = models.TextField(_("finding of the verifier (English)"), blank=True)

    text = Translated("text")
    finding = Translated("finding")

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year", "quarter"],
                name="one_progress_report_per_quarter",
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)), name="quarter_between_1_and_4"
            ),
            models.CheckConstraint(
                condition=Q(verified_state="") | Q(verified_on__isnull=False),
                name="verified_report_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True)
                | Q(reported_by__isnull=True)
                | ~Q(verified_by=F("reported_by")),
                name="nobody_verifies_their_own_progress",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} Q{self.quarter}"
