from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated
from foundation.templatetags.portal_text import day, number
from foundation.territory.models import Area, AreaPopulation, PublicBody
from indicators.periods import period_label


class Unit(models.Model):
    """What a figure counts: crimes, tenge, points of an index."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=100)
    name_ru = models.CharField(_("name (Russian)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)

    name = Translated("name")

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Where figures were read: a report, a slide deck, a cited page."""

    code = models.CharField(
        _("name as cited in the data file"), max_length=200, unique=True
    )
    name_kk = models.CharField(_("name (Kazakh)"), max_length=300)
    name_ru = models.CharField(_("name (Russian)"), max_length=300)
    name_en = models.CharField(_("name (English)"), max_length=300)
    licence_kk = models.CharField(_("licence (Kazakh)"), max_length=300, blank=True)
    licence_ru = models.CharField(_("licence (Russian)"), max_length=300, blank=True)
    licence_en = models.CharField(_("licence (English)"), max_length=300, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)

    name = Translated("name")
    licence = Translated("licence")

    class Meta:
        verbose_name = _("source of figures")
        verbose_name_plural = _("sources of figures")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Breakdown(models.Model):
    """How one figure is set apart from others of its indicator.

    Only a `scope` or a `part` makes a series of its own; a `qualifier` says how exact
    a figure is, and a `whole` is the undivided figure under a name.
    """

    class Role(models.TextChoices):
        SCOPE = "scope", _("Scope: whose figures are counted")
        PART = "part", _("Part of the whole")
        QUALIFIER = "qualifier", _("Remark on the figure")
        WHOLE = "whole", _("The whole")

    kind = models.CharField(_("breakdown"), max_length=100, blank=True)
    value = models.CharField(_("value"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    body = models.ForeignKey(
        PublicBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="breakdowns",
        verbose_name=_("public body"),
        help_text=_("The one body whose figures these are, if it is just one"),
    )

    name = Translated("name")

    class Meta:
        verbose_name = _("breakdown")
        verbose_name_plural = _("breakdowns")
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="breakdown_once")
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """One thing that is measured, with what a reader must know to use it."""

    class Theme(models.TextChoices):
        INDICES = "indices", _("Indices and ratings")
        CRIMES = "crimes", _("Crimes and courts")
        MONEY = "money", _("Damage and money returned")
        REPORTING = "reporting", _("Reporting and rewards")
        RISKS = "risks", _("Risk analysis, monitoring and drafts of acts")
        REGIONS = "regions", _("What was found in the regions")
        SERVICES = "services", _("Public services and digitalisation")
        SURVEYS = "surveys", _("Surveys")
        CULTURE = "culture", _("Education, awareness and the public")
        AGENCY = "agency", _("The anti-corruption service itself")
        POLICY = "policy", _("Policy and law")

    class Stage(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        SUSPECTS = "suspects", _("Suspects")
        TO_COURT = "to_court", _("Sent to court")
        CONVICTED = "convicted", _("Convicted")
        DAMAGE = "damage", _("Damage")
        RECOVERED = "recovered", _("Recovered")
        PERCEPTION = "perception", _("Perception")
        OTHER = "other", _("Outside the stages of justice")

    class Direction(models.TextChoices):
        UP_GOOD = "up_good", _("Higher is better")
        DOWN_GOOD = "down_good", _("Lower is better")
        NEUTRAL = "neutral", _("Neither higher nor lower is better as such")

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    definition_kk = models.TextField(_("definition (Kazakh)"), blank=True)
    definition_ru = models.TextField(_("definition (Russian)"), blank=True)
    definition_en = models.TextField(_("definition (English)"), blank=True)
    theme = models.CharField(_("theme"), max_length=10, choices=Theme)
    stage = models.CharField(_("stage of justice"), max_length=10, choices=Stage)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    next_release_on = models.DateField(_("next release on"), null=True, blank=True)
    # Places on the dashboard are counted from 1; 0 is not on it.
    dashboard_place = models.PositiveSmallIntegerField(
        _("place on the dashboard"), default=0
    )

    name = Translated("name")
    definition = Translated("definition")

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["theme", "code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("indicators:indicator", args=[self.code])


class ReleaseQuerySet(models.QuerySet["Release"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def current(self) -> Self:
        """Published and not superseded by a published one."""
        newer = Release.objects.published().filter(supersedes=models.OuterRef("pk"))
        return self.published().filter(~models.Exists(newer))


class Release(models.Model):
    """The figures of one indicator as one source gave them in one edition.

    Once published the database refuses any change of it and of its observations; a
    correction is a new release that supersedes it.
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="releases", verbose_name=_("indicator")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="releases", verbose_name=_("source")
    )
    edition = models.CharField(_("edition"), max_length=100)
    retrieved_on = models.DateField(_("taken from the source on"))
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False
    )

    objects: ClassVar[ReleaseQuerySet] = ReleaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "source", "edition"], name="release_once"
            )
        ]
        permissions = [("publish_release", _("Can publish releases"))]

    def __str__(self) -> str:
        return f"{self.indicator.code}: {self.source.name_en}, {self.edition}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class ObservationQuerySet(models.QuerySet["Observation"]):
    def current(self) -> Self:
        newer = Release.objects.published().filter(
            supersedes=models.OuterRef("release_id")
        )
        return self.filter(~models.Exists(newer), release__published_at__isnull=False)

    def with_names(self) -> Self:
        return self.select_related(
            "release__source", "release__indicator", "unit", "breakdown", "area"
        ).prefetch_related("derived__population")


class Observation(models.Model):
    """One figure of a release."""

    class Status(models.TextChoices):
        FINAL = "A", _("Final")
        PRELIMINARY = "P", _("Preliminary")
        REVISED = "R", _("Revised")

    class Confidence(models.TextChoices):
        PRIMARY = "primary", _("Read in the primary source")
        OFFICIAL = "official-page", _("Read on an official page")
        SECONDARY = "secondary", _("Read in a secondary source")
        LOW = "low", _("Little reliable")

    release = models.ForeignKey(
        Release, models.PROTECT, related_name="observations", verbose_name=_("release")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="observations", verbose_name=_("unit")
    )
    period = models.CharField(_("period, as printed"), max_length=60)
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"), null=True, blank=True)
    value = models.DecimalField(_("value"), max_digits=22, decimal_places=4)
    lower = models.DecimalField(
        _("lower bound"), max_digits=22, decimal_places=4, null=True, blank=True
    )
    upper = models.DecimalField(
        _("upper bound"), max_digits=22, decimal_places=4, null=True, blank=True
    )
    rank_of = models.PositiveSmallIntegerField(_("rank out of"), null=True, blank=True)
    breakdown = models.ForeignKey(
        Breakdown,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observations",
        verbose_name=_("breakdown"),
    )
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observations",
        verbose_name=_("area"),
    )
    status = models.CharField(
        _("status"), max_length=1, choices=Status, default=Status.FINAL
    )
    confidence = models.CharField(
        _("confidence"), max_length=15, choices=Confidence, default=Confidence.PRIMARY
    )
    section = models.CharField(_("section of the source"), max_length=200, blank=True)
    source_url = models.CharField(
        _("addresses of the source"), max_length=700, blank=True
    )
    row_number = models.PositiveIntegerField(_("row of the file"))

    objects: ClassVar[ObservationQuerySet] = ObservationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["row_number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "unit", "period", "breakdown", "area"],
                nulls_distinct=False,
                name="observation_once_a_release",
            ),
            models.UniqueConstraint(
                fields=["release", "row_number"], name="one_observation_a_row"
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True)
                | Q(upper__isnull=True)
                | Q(lower__lte=models.F("upper")),
                name="bounds_in_order",
            ),
        ]
        indexes = [models.Index(fields=["area", "period"], name="observation_by_area")]

    def __str__(self) -> str:
        return (
            f"{self.release.indicator.code} {self.period}: {self.value.normalize():f}"
        )

    @property
    def period_label(self) -> str:
        return period_label(self.period)

    @property
    def urls(self) -> list[str]:
        """The addresses to read it at; a source may name several."""
        parts = self.source_url.replace(";", " ").split()
        return [part for part in parts if part.startswith(("https://", "http://"))]


class DerivedFigure(models.Model):
    """What follows from a figure by arithmetic; Celery counts it anew, nobody edits it.

    A rate is per 100,000 residents, a share in per cent of the undivided figure of the
    same release, a rank among the areas the release names, 1 for the largest.
    """

    class Kind(models.TextChoices):
        RATE = "rate", _("Per 100,000 residents")
        SHARE = "share", _("Share of the whole, per cent")
        RANK = "rank", _("Rank among the areas named, the largest first")

    observation = models.ForeignKey(
        Observation,
        models.CASCADE,
        related_name="derived",
        verbose_name=_("observation"),
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2)
    out_of = models.PositiveSmallIntegerField(_("rank out of"), null=True)
    population = models.ForeignKey(
        AreaPopulation, models.CASCADE, null=True, verbose_name=_("population")
    )

    class Meta:
        verbose_name = _("derived figure")
        verbose_name_plural = _("derived figures")
        ordering = ["observation", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["observation", "kind"], name="derived_figure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.observation} {self.kind}"

    @property
    def text(self) -> str:
        """The figure in words, with what else it was counted from."""
        if self.kind == self.Kind.RANK:
            return _("place %(rank)s of the %(of)s areas named") % {
                "rank": number(self.value),
                "of": self.out_of,
            }
        if self.kind == self.Kind.SHARE:
            return _("%(share)s %% of the whole") % {"share": number(self.value)}
        assert self.population is not None
        return _("%(rate)s per 100,000 residents (population on %(day)s)") % {
            "rate": number(self.value),
            "day": day(self.population.date),
        }


class Remark(models.Model):
    """What a reader must know beside the figures: a break, a contradiction."""

    class Kind(models.TextChoices):
        BREAK = "break", _("Break in the series")
        CONTRADICTION = "contradiction", _("The sources contradict each other")
        NOTE = "note", _("Note")

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="remarks", verbose_name=_("indicator")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    period = models.CharField(_("from this period on"), max_length=60, blank=True)
    only_areas = models.BooleanField(_("of the areas' figures only"), default=False)
    text_kk = models.TextField(_("text (Kazakh)"))
    text_ru = models.TextField(_("text (Russian)"))
    text_en = models.TextField(_("text (English)"))

    text = Translated("text")

    class Meta:
        verbose_name = _("remark on a series")
        verbose_name_plural = _("remarks on series")
        ordering = ["indicator", "period", "pk"]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.period}"
