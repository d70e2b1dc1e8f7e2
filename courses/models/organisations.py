"""Who must learn what until when, and how many have: by body, as of any day."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.content import Course
from courses.models.learning import Certificate
from courses.models.questions import QuestionVersion, Quiz
from foundation.public_id import new_public_id
from foundation.territory.models import PublicBody


class Employment(models.Model):
    """Where a person works and when: a move ends one row and begins another."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="employments"
    )
    body = models.ForeignKey(PublicBody, models.PROTECT, related_name="employments")
    position_group = models.SlugField(_("group of positions"), blank=True)
    period = DateRangeField(_("from and until"))
    is_primary = models.BooleanField(_("main post"), default=True)

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints = [
            ExclusionConstraint(
                name="one_main_post_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_primary=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.body}"


class Requirement(models.Model):
    """What a body's staff must learn; with `is_subtree`, the bodies below it too."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="requirements")
    body = models.ForeignKey(PublicBody, models.PROTECT, related_name="+")
    is_subtree = models.BooleanField(_("with the bodies below it"), default=True)
    position_group = models.SlugField(_("group of positions"), blank=True)
    starts_on = models.DateField(_("in force from"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(
        _("days after the start"), null=True, blank=True
    )
    repeat_months = models.PositiveSmallIntegerField(
        _("repeat after months"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=False, due_days__isnull=True)
                | Q(due_on__isnull=True, due_days__isnull=False),
                name="requirement_is_due_on_a_day_or_after_days",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.body}"


class Obligation(models.Model):
    requirement = models.ForeignKey(
        Requirement, models.CASCADE, related_name="obligations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="obligations"
    )
    opened_on = models.DateField(_("opened on"))
    due_on = models.DateField(_("due on"))
    met_on = models.DateField(_("met on"), null=True, blank=True)
    met_by = models.ForeignKey(Certificate, models.SET_NULL, null=True, blank=True)
    exempt_reason = models.CharField(_("exempt because"), max_length=300, blank=True)
    exempt_period = DateRangeField(_("exempt from and until"), null=True, blank=True)

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "user", "opened_on"], name="one_obligation"
            ),
            models.CheckConstraint(
                condition=Q(exempt_reason="", exempt_period__isnull=True)
                | (~Q(exempt_reason="") & Q(exempt_period__isnull=False)),
                name="exemption_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.due_on}"


class Reminder(models.Model):
    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=10)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "kind"], name="one_reminder_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.kind}"


class TrainedShare(models.Model):
    """What was published of a body on a day; never counted anew."""

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    course = models.ForeignKey(Course, models.PROTECT)
    body = models.ForeignKey(PublicBody, models.PROTECT)
    as_of = models.DateField(_("as of"))
    staff = models.PositiveIntegerField(_("staff"))
    trained = models.PositiveIntegerField(_("trained"))
    # Decided with all bodies of the day in sight: see suppression.py.
    is_shown = models.BooleanField(_("shown to everybody"), default=False)

    class Meta:
        verbose_name = _("share of staff trained")
        verbose_name_plural = _("shares of staff trained")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "as_of", "body"], name="one_share_a_day"
            ),
            models.CheckConstraint(
                condition=Q(trained__lte=models.F("staff")), name="trained_within_staff"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.as_of}: {self.trained}/{self.staff}"


class QuizStatistic(models.Model):
    quiz = models.OneToOneField(Quiz, models.CASCADE, related_name="statistic")
    attempts = models.PositiveIntegerField(_("attempts"))
    alpha = models.FloatField(_("Cronbach's alpha"), null=True)
    standard_error = models.FloatField(_("standard error"), null=True)
    counted_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("statistics of a test")
        verbose_name_plural = _("statistics of tests")

    def __str__(self) -> str:
        return f"{self.quiz}: {self.attempts}"


class ItemStatistic(models.Model):
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="item_statistics")
    question = models.ForeignKey(
        QuestionVersion, models.CASCADE, related_name="statistics"
    )
    attempts = models.PositiveIntegerField(_("attempts"))
    facility = models.FloatField(_("facility"), null=True)
    deviation = models.FloatField(_("standard deviation"), null=True)
    discrimination = models.FloatField(_("discrimination"), null=True)
    efficiency = models.FloatField(_("discriminative efficiency"), null=True)
    weight = models.FloatField(_("effective weight"), null=True)
    counted_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("statistics of a question")
        verbose_name_plural = _("statistics of questions")
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "question"], name="one_statistic_a_question"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.attempts}"
