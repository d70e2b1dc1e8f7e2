from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corruption_map.models.analysis import RiskAnalysis
from corruption_map.models.catalogue import DetectionSource, SourceDocument, Sphere
from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import Area, PublicBody


class Level(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")

    @classmethod
    def of(cls, score: int) -> "Level | None":
        """Return the level of likelihood × impact, or None for 0: not assessed."""
        if not score:
            return None
        return next(
            level
            for level in reversed(list(cls))
            if score >= settings.RISK_LEVELS[level]
        )

    @property
    def scores(self) -> tuple[int, int]:
        """The lowest and the highest score of this level, both included."""
        starts = [*sorted(settings.RISK_LEVELS.values()), 26]
        start = settings.RISK_LEVELS[self.value]
        return start, starts[starts.index(start) + 1] - 1


class RiskQuerySet(models.QuerySet["Risk"]):
    def public(self) -> Self:
        return self.filter(state__in=Risk.PUBLIC_STATES)

    def of_level(self, level: str) -> Self:
        """Risks whose current score lies in the level; `none` asks for unassessed."""
        if level == "none":
            return self.filter(current_score=0)
        return self.filter(current_score__range=Level(level).scores)

    def with_names(self) -> Self:
        return self.select_related("area", "body", "sphere", "detection_source")


# What the map counts live is read from these indexes alone.
COUNTED = ("area", "state", "current_score", "year")


class Risk(models.Model):
    """A corruption risk: what can go wrong, where, and how that is known."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Open")
        CLOSED = "closed", _("Eliminated")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLIC_STATES = (State.PUBLISHED, State.CLOSED)
    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.IN_REVIEW, State.WITHDRAWN},
        State.IN_REVIEW: {State.DRAFT, State.PUBLISHED, State.WITHDRAWN},
        State.PUBLISHED: {State.CLOSED, State.WITHDRAWN},
        State.CLOSED: {State.PUBLISHED, State.WITHDRAWN},
        State.WITHDRAWN: set(),
    }

    public_id = models.CharField(
        _("public id"), max_length=20, unique=True, default=new_public_id
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1991), MaxValueValidator(2100)]
    )
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="risks", verbose_name=_("area")
    )
    body = models.ForeignKey(
        PublicBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="risks",
        verbose_name=_("body"),
    )
    body_note_kk = models.CharField(
        _("body, where it is not in the list (Kazakh)"), max_length=300, blank=True
    )
    body_note_ru = models.CharField(
        _("body, where it is not in the list (Russian)"), max_length=300, blank=True
    )
    body_note_en = models.CharField(
        _("body, where it is not in the list (English)"), max_length=300, blank=True
    )
    sphere = models.ForeignKey(
        Sphere, models.PROTECT, related_name="risks", verbose_name=_("sphere")
    )
    detection_source = models.ForeignKey(
        DetectionSource,
        models.PROTECT,
        related_name="risks",
        verbose_name=_("source of detection"),
    )
    analysis = models.ForeignKey(
        RiskAnalysis,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="risks",
        verbose_name=_("analysis"),
    )
    process_kk = models.CharField(_("process (Kazakh)"), max_length=300, blank=True)
    process_ru = models.CharField(_("process (Russian)"), max_length=300, blank=True)
    process_en = models.CharField(_("process (English)"), max_length=300, blank=True)
    title_kk = models.CharField(_("title (Kazakh)"), max_length=300, blank=True)
    title_ru = models.CharField(_("title (Russian)"), max_length=300, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    description_kk = models.TextField(_("description (Kazakh)"), blank=True)
    description_ru = models.TextField(_("description (Russian)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    response_kk = models.TextField(
        _("what the source says was done (Kazakh)"), blank=True
    )
    response_ru = models.TextField(
        _("what the source says was done (Russian)"), blank=True
    )
    response_en = models.TextField(
        _("what the source says was done (English)"), blank=True
    )
    original_language = models.CharField(
        _("language it was written in; the others are translations"),
        max_length=2,
        choices=[("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")],
        default="kk",
    )
    amount_kzt = models.DecimalField(
        _("amount, KZT"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    amount_note_kk = models.CharField(
        _("what the amount is (Kazakh)"), max_length=300, blank=True
    )
    amount_note_ru = models.CharField(
        _("what the amount is (Russian)"), max_length=300, blank=True
    )
    amount_note_en = models.CharField(
        _("what the amount is (English)"), max_length=300, blank=True
    )
    source = models.ForeignKey(
        SourceDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="risks",
        verbose_name=_("source document"),
    )
    source_section = models.CharField(
        _("section of the source"), max_length=200, blank=True
    )
    quote = models.TextField(_("quotation"), blank=True)
    quote_language = models.CharField(
        _("language of the quotation"), max_length=2, blank=True
    )
    # 0 stands for a risk that nobody has assessed.
    current_score = models.PositiveSmallIntegerField(
        _("current score"), default=0, editable=False
    )
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False
    )
    closed_on = models.DateField(
        _("eliminated on"), null=True, blank=True, editable=False
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
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[RiskQuerySet] = RiskQuerySet.as_manager()  # type: ignore[assignment]

    title = Translated("title")
    description = Translated("description")
    response = Translated("response")
    process = Translated("process")
    body_note = Translated("body_note")
    amount_note = Translated("amount_note")
    state_reason = Translated("state_reason")

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["published", "closed"])
                | (~Q(title_kk="") & ~Q(title_ru="") & Q(published_at__isnull=False)),
                name="public_risk_has_titles_and_a_date",
            ),
            models.CheckConstraint(
                condition=Q(current_score__lte=25), name="score_at_most_25"
            ),
            models.CheckConstraint(
                condition=Q(quote="") | Q(source__isnull=False),
                name="quotation_names_its_source",
            ),
        ]
        indexes = [
            models.Index(fields=["-year", "-id"], name="risk_page"),
            models.Index(fields=["area", "year", "id"], name="risk_by_area"),
            models.Index(fields=["body", "year", "id"], name="risk_by_body"),
            models.Index(fields=["sphere", "year", "id"], name="risk_by_sphere"),
            models.Index(
                fields=["detection_source", "year", "id"], name="risk_by_detection"
            ),
            models.Index(fields=["state", "year", "id"], name="risk_by_state"),
            models.Index(
                fields=["sphere", "detection_source"],
                include=COUNTED,
                name="risk_by_sphere_and_source",
            ),
            models.Index(
                fields=["sphere", "body"],
                include=COUNTED,
                name="risk_by_sphere_and_body",
            ),
            models.Index(
                fields=["detection_source", "body"],
                include=COUNTED,
                name="risk_by_source_and_body",
            ),
            models.Index(fields=["-current_score", "-id"], name="risk_by_score"),
        ]
        permissions = [
            ("review_risk", _("Can review and publish risks")),
            ("import_risk", _("Can import risks")),
        ]

    def __str__(self) -> str:
        return self.title or self.public_id

    def get_absolute_url(self) -> str:
        return reverse("corruption_map:risk", args=[self.public_id])

    @property
    def is_public(self) -> bool:
        return self.state in self.PUBLIC_STATES

    @property
    def is_translation(self) -> bool:
        """Tell whether readers of Kazakh and Russian read translations by the portal."""
        return self.original_language == "en"

    @property
    def level(self) -> Level | None:
        return Level.of(self.current_score)


class RiskAssessment(models.Model):
    """Likelihood × impact of a risk as judged on one day.

    The database refuses a residual assessment while no measure of the risk is
    verified and evidenced.
    """

    class Kind(models.TextChoices):
        CURRENT = "current", _("Current")
        RESIDUAL = "residual", _("Residual")
        TARGET = "target", _("Target")

    risk = models.ForeignKey(
        Risk, models.CASCADE, related_name="assessments", verbose_name=_("risk")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood, 1 to 5"),
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    impact = models.PositiveSmallIntegerField(
        _("impact, 1 to 5"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    score = models.GeneratedField(
        expression=F("likelihood") * F("impact"),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    assessed_on = models.DateField(_("assessed on"))
    rationale_kk = models.TextField(_("rationale (Kazakh)"), blank=True)
    rationale_ru = models.TextField(_("rationale (Russian)"), blank=True)
    rationale_en = models.TextField(_("rationale (English)"), blank=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    rationale = Translated("rationale")

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-assessed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(likelihood__range=(1, 5), impact__range=(1, 5)),
                name="assessment_between_1_and_5",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.likelihood} × {self.impact}"

    @property
    def level(self) -> Level | None:
        return Level.of(self.likelihood * self.impact)
