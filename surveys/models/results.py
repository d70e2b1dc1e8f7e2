import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import PublicBody
from surveys.models.fieldwork import Wave
from surveys.models.questionnaire import Survey


class WeightScheme(models.Model):
    """How a wave is brought to known margins; a failed one is never published."""

    class Kind(models.TextChoices):
        NONE = "none", _("Unweighted")
        POSTSTRATIFY = "poststratify", _("Post-stratified")
        RAKE = "rake", _("Raked")

    class State(models.TextChoices):
        NEW = "new", _("Not computed")
        READY = "ready", _("Computed")
        FAILED = "failed", _("Failed")

    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="schemes", verbose_name=_("wave")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    margins = models.JSONField(
        _("margins"),
        default=list,
        blank=True,
    )
    trim_low = models.FloatField(_("least weight"), null=True, blank=True)
    trim_high = models.FloatField(_("greatest weight"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.NEW, editable=False
    )
    failure = models.CharField(_("failure"), max_length=300, blank=True, editable=False)
    weights = models.JSONField(_("weights"), default=dict, editable=False)
    diagnostics = models.JSONField(_("diagnostics"), default=dict, editable=False)

    class Meta:
        verbose_name = _("weighting")
        verbose_name_plural = _("weightings")
        ordering = ["wave", "pk"]

    def __str__(self) -> str:
        return f"{self.wave} ({self.get_kind_display()})"


class ReleaseQuerySet(models.QuerySet["Release"]):
    def published(self) -> Self:
        return self.filter(state=Release.State.PUBLISHED)

    def readable(self) -> Self:
        """Return those whose figures anybody may read: the superseded ones too."""
        return self.filter(state__in=Release.READABLE)

    def withdrawal_of(self, wave: Wave) -> "Release | None":
        """Return the wave's newest release if withdrawn: then it shows no figures."""
        shown = self.filter(wave=wave).exclude(state=Release.State.DRAFT)
        newest = shown.order_by("-number").first()
        return newest if newest and newest.is_withdrawn else None


class Release(models.Model):
    """Results as they were published: frozen, hashed, superseded and never edited."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    READABLE = (State.PUBLISHED, State.SUPERSEDED)

    wave = models.ForeignKey(
        Wave, models.PROTECT, related_name="releases", verbose_name=_("wave")
    )
    scheme = models.ForeignKey(
        WeightScheme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="releases",
        verbose_name=_("weighting"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    published_on = models.DateField(_("published on"), null=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    methodology = models.JSONField(_("methodology"), default=dict, blank=True)
    reason_kk = models.CharField(_("reason (Kazakh)"), max_length=300, blank=True)
    reason_ru = models.CharField(_("reason (Russian)"), max_length=300, blank=True)
    reason_en = models.CharField(_("reason (English)"), max_length=300, blank=True)
    body = models.TextField(_("frozen body"), blank=True, editable=False)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, editable=False)
    withdrawal_kk = models.CharField(
        _("reason of the withdrawal (Kazakh)"),
        max_length=300,
        blank=True,
        editable=False,
    )
    withdrawal_ru = models.CharField(
        _("reason of the withdrawal (Russian)"),
        max_length=300,
        blank=True,
        editable=False,
    )
    withdrawal_en = models.CharField(
        _("reason of the withdrawal (English)"),
        max_length=300,
        blank=True,
        editable=False,
    )

    reason = Translated("reason")
    withdrawal = Translated("withdrawal")

    objects: ClassVar[ReleaseQuerySet] = ReleaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("release of results")
        verbose_name_plural = _("releases of results")
        ordering = ["wave", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "number"], name="one_release_a_number"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(sha256=""),
                name="published_release_has_a_hash",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(withdrawal_kk="") & ~Q(withdrawal_ru=""),
                    state="withdrawn",
                    withdrawn_on__isnull=False,
                )
                | Q(
                    ~Q(state="withdrawn"),
                    withdrawn_on__isnull=True,
                    withdrawal_kk="",
                    withdrawal_ru="",
                    withdrawal_en="",
                ),
                name="only_a_withdrawal_has_day_and_reason",
            ),
        ]
        permissions = [("publish_release", _("Can publish results of surveys"))]

    def __str__(self) -> str:
        return f"{self.wave}, № {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:release", args=[self.wave.public_id, self.number])

    @property
    def is_readable(self) -> bool:
        return self.state in self.READABLE

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether its figures are shown nowhere any more."""
        return self.state == self.State.WITHDRAWN


class Estimate(models.Model):
    """One published figure with its precision; a suppressed one has no figure."""

    class Flag(models.TextChoices):
        OK = "ok", _("Reliable")
        LOW = "low_precision", _("Low precision")
        SUPPRESSED = "suppressed", _("Not shown: the group is too small")

    key = models.UUIDField(
        _("public id"), unique=True, default=uuid.uuid4, editable=False
    )
    release = models.ForeignKey(
        Release,
        models.CASCADE,
        related_name="estimates",
        verbose_name=_("release of results"),
    )
    position = models.PositiveIntegerField(_("position"))
    question = models.CharField(_("question"), max_length=40)
    code = models.CharField(_("code"), max_length=40)
    split = models.CharField(_("split by"), max_length=32, blank=True)
    level = models.CharField(_("group"), max_length=40, blank=True)
    n = models.PositiveIntegerField(_("number"), null=True)
    base = models.PositiveIntegerField(_("base"), null=True)
    p = models.FloatField(_("share"), null=True)
    se = models.FloatField(_("standard error"), null=True)
    low = models.FloatField(_("lower bound"), null=True)
    high = models.FloatField(_("upper bound"), null=True)
    deff = models.FloatField(_("design effect"), null=True)
    n_eff = models.FloatField(_("effective number"), null=True)
    flag = models.CharField(_("flag"), max_length=14, choices=Flag)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        ordering = ["release", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "question", "code", "split", "level"],
                name="one_estimate_a_cell",
            ),
            models.CheckConstraint(
                condition=~Q(flag="suppressed")
                | Q(n__isnull=True, p__isnull=True, se__isnull=True, low__isnull=True),
                name="suppressed_estimate_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True)
                | Q(low__gte=0, high__lte=1, low__lte=F("high")),
                name="bounds_of_an_estimate_stay_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}={self.code} {self.split}={self.level}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def public(self) -> Self:
        return self.filter(is_public=True)

    def undecided(self, closed_before: date) -> Self:
        """Return public ones of waves that ended before this day, with no decision.

        Who only reviews, and has set no day to end the review, has decided nothing.
        """
        waiting = Q(decision="under_review", due_on=None)
        decided = PolicyAction.objects.exclude(waiting).filter(finding=OuterRef("pk"))
        return self.public().filter(
            ~Exists(decided), wave__state="closed", wave__closes_on__lt=closed_before
        )


class Finding(models.Model):
    """What the answers show, in words."""

    public_id = models.CharField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    wave = models.ForeignKey(
        Wave, models.PROTECT, related_name="findings", verbose_name=_("wave")
    )
    text_kk = models.TextField(_("what was found (Kazakh)"))
    text_ru = models.TextField(_("what was found (Russian)"))
    text_en = models.TextField(_("what was found (English)"), blank=True)
    is_public = models.BooleanField(_("public"), default=False)

    text = Translated("text")

    objects: ClassVar[FindingQuerySet] = FindingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["wave", "pk"]

    def __str__(self) -> str:
        return self.text.plain[:80]


class PolicyActionQuerySet(models.QuerySet["PolicyAction"]):
    def public(self) -> Self:
        return self.filter(finding__is_public=True)

    def overdue(self, day: date) -> Self:
        """Return those whose day has passed without a decision or without the deed."""
        is_waiting = Q(decision="under_review") | (
            ~Q(decision="rejected") & ~Q(status="done")
        )
        return self.filter(is_waiting, due_on__lt=day)


class PolicyAction(models.Model):
    """What is done about a finding, by whom and until when, or why it is not."""

    class Decision(models.TextChoices):
        UNDER_REVIEW = "under_review", _("Under review")
        ACCEPTED = "accepted", _("Accepted")
        PARTLY = "partly", _("Accepted in part")
        REJECTED = "rejected", _("Rejected")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")

    public_id = models.CharField(
        _("public id"),
        max_length=40,
        unique=True,
        default=new_public_id,
        editable=False,
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="actions", verbose_name=_("finding")
    )
    decision = models.CharField(
        _("decision"), max_length=12, choices=Decision, default=Decision.UNDER_REVIEW
    )
    action_kk = models.TextField(_("what is done (Kazakh)"), blank=True)
    action_ru = models.TextField(_("what is done (Russian)"), blank=True)
    action_en = models.TextField(_("what is done (English)"), blank=True)
    reason_kk = models.TextField(_("reason (Kazakh)"), blank=True)
    reason_ru = models.TextField(_("reason (Russian)"), blank=True)
    reason_en = models.TextField(_("reason (English)"), blank=True)
    owner = models.ForeignKey(
        PublicBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible body"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.PLANNED
    )
    evidence_url = models.URLField(_("evidence"), blank=True)
    # The public id of a measure of the map: rooms share no rows.
    measure = models.CharField(_("measure"), max_length=40, blank=True)
    target_question = models.CharField(
        _("question of the target"), max_length=32, blank=True
    )
    target_code = models.CharField(_("answer of the target"), max_length=40, blank=True)
    target_from = models.FloatField(_("share now, %"), null=True, blank=True)
    target_to = models.FloatField(_("share aimed at, %"), null=True, blank=True)

    action = Translated("action")
    reason = Translated("reason")

    objects: ClassVar[PolicyActionQuerySet] = PolicyActionQuerySet.as_manager()  # type: ignore[assignment]

    # What the next wave says of the target, where `judging` was asked.
    judgement: Any = None

    class Meta:
        verbose_name = _("policy action")
        verbose_name_plural = _("policy actions")
        ordering = ["finding", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision__in=["rejected", "partly"])
                | (~Q(reason_kk="") & ~Q(reason_ru="")),
                name="rejection_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["accepted", "partly"])
                | Q(owner__isnull=False, due_on__isnull=False),
                name="accepted_action_has_owner_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.get_decision_display()}"

    @property
    def has_target(self) -> bool:
        return self.target_to is not None and bool(self.target_question)


class ActionChange(models.Model):
    """What a policy action said at each change; appended, never edited."""

    action = models.ForeignKey(
        PolicyAction,
        models.PROTECT,
        related_name="changes",
        verbose_name=_("policy action"),
    )
    changed_on = models.DateField(_("changed on"))
    decision = models.CharField(
        _("decision"), max_length=12, choices=PolicyAction.Decision
    )
    status = models.CharField(_("status"), max_length=12, choices=PolicyAction.Status)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a policy action")
        verbose_name_plural = _("changes of policy actions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.changed_on:%Y-%m-%d} {self.get_decision_display()}"


class ReportedFigure(models.Model):
    """A figure of somebody else's study, cited as reported: not data of this portal."""

    survey = models.ForeignKey(
        Survey, models.CASCADE, related_name="series", verbose_name=_("survey")
    )
    code = models.SlugField(_("code"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("position"))
    year = models.PositiveSmallIntegerField(_("year"))
    label_kk = models.CharField(_("label (Kazakh)"), max_length=300)
    label_ru = models.CharField(_("label (Russian)"), max_length=300)
    label_en = models.CharField(_("label (English)"), max_length=300)
    study_kk = models.CharField(_("study (Kazakh)"), max_length=300)
    study_ru = models.CharField(_("study (Russian)"), max_length=300)
    study_en = models.CharField(_("study (English)"), max_length=300)
    percent = models.FloatField(_("per cent"))
    asked = models.CharField(_("number of respondents"), max_length=80, blank=True)
    source_kk = models.CharField(_("source (Kazakh)"), max_length=300)
    source_ru = models.CharField(_("source (Russian)"), max_length=300)
    source_en = models.CharField(_("source (English)"), max_length=300)
    is_secondary = models.BooleanField(_("from press reports"), default=False)

    label = Translated("label")
    study = Translated("study")
    source = Translated("source")

    class Meta:
        verbose_name = _("reported figure")
        verbose_name_plural = _("reported figures")
        ordering = ["survey", "position"]

    def __str__(self) -> str:
        return self.code
