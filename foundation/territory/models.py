from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated


class AreaQuerySet(models.QuerySet["Area"]):
    def mapped(self) -> Self:
        """The areas the map draws: regions and cities that exist today."""
        return self.filter(
            kind__in=[Area.Kind.REGION, Area.Kind.CITY], valid_to__isnull=True
        )


class Area(models.Model):
    """A country, region, city or district as it stood between two dates.

    A reform ends rows and adds others; it never edits one.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country", _("Country")
        REGION = "region", _("Region")
        CITY = "city", _("City of republican significance")
        DISTRICT = "district", _("District")

    iso = models.CharField(_("ISO 3166-2 code"), max_length=10, unique=True)
    kato = models.CharField(_("KATO code"), max_length=9, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    centre_kk = models.CharField(_("centre (Kazakh)"), max_length=100, blank=True)
    centre_ru = models.CharField(_("centre (Russian)"), max_length=100, blank=True)
    centre_en = models.CharField(_("centre (English)"), max_length=100, blank=True)
    note_kk = models.TextField(_("note (Kazakh)"), blank=True)
    note_ru = models.TextField(_("note (Russian)"), blank=True)
    note_en = models.TextField(_("note (English)"), blank=True)
    label_latitude = models.FloatField(
        _("latitude of the label"), null=True, blank=True
    )
    label_longitude = models.FloatField(
        _("longitude of the label"), null=True, blank=True
    )
    surface_km2 = models.PositiveIntegerField(_("surface, km²"), null=True, blank=True)
    valid_from = models.DateField(_("exists from"), null=True, blank=True)
    valid_to = models.DateField(_("existed until"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("created out of"),
    )
    territory_changed_on = models.DateField(
        _("borders changed on"), null=True, blank=True
    )

    objects: ClassVar[models.Manager["Area"]] = AreaQuerySet.as_manager()

    name = Translated("name")
    centre = Translated("centre")
    note = Translated("note")

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["iso"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="area_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("area", args=[self.iso])


class AreaPopulation(models.Model):
    """How many people lived in an area on a day, and who says so."""

    area = models.ForeignKey(
        Area, models.CASCADE, related_name="populations", verbose_name=_("area")
    )
    date = models.DateField(_("as of"))
    value = models.PositiveIntegerField(_("residents"))
    source = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), blank=True)

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("populations")
        ordering = ["area", "date"]
        constraints = [
            models.UniqueConstraint(fields=["area", "date"], name="population_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.area.iso} {self.date:%Y-%m-%d}"


class BodyKind(models.Model):
    """Ministry, akimat, quasi-public organisation and so on."""

    code = models.SlugField(_("code"), unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)

    name = Translated("name")

    class Meta:
        verbose_name = _("kind of body")
        verbose_name_plural = _("kinds of body")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PublicBody(models.Model):
    """A state body or an organisation whose risks, positions and plans are shown."""

    code = models.SlugField(_("code"), unique=True, max_length=80)
    abbreviation = models.CharField(_("abbreviation"), max_length=30, blank=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=300)
    name_ru = models.CharField(_("name (Russian)"), max_length=300)
    name_en = models.CharField(_("name (English)"), max_length=300)
    kind = models.ForeignKey(
        BodyKind, models.PROTECT, related_name="bodies", verbose_name=_("kind")
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="bodies", verbose_name=_("area")
    )
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("succeeded by"),
    )
    valid_from = models.DateField(_("exists from"), null=True, blank=True)
    valid_to = models.DateField(_("existed until"), null=True, blank=True)
    ended_in = models.PositiveSmallIntegerField(
        _("year it ended, where no day is known"), null=True, blank=True
    )
    note_kk = models.TextField(_("note (Kazakh)"), blank=True)
    note_ru = models.TextField(_("note (Russian)"), blank=True)
    note_en = models.TextField(_("note (English)"), blank=True)
    names_confirmed = models.BooleanField(_("names confirmed"), default=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    name = Translated("name")
    note = Translated("note")

    class Meta:
        verbose_name = _("public body")
        verbose_name_plural = _("public bodies")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="body_is_not_its_own_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("body", args=[self.code])


class ScopeQuerySet(models.QuerySet["Scope"]):
    def of_agency(self) -> Self:
        return self.filter(kind=Scope.Kind.AGENCY)


class Scope(models.Model):
    """What of the portal a staff member works on; without one, nothing."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("The whole agency")
        BODY = "body", _("One public body and what is under it")
        AREA = "area", _("One area")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="scope",
        verbose_name=_("staff member"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    body = models.ForeignKey(
        PublicBody, models.PROTECT, null=True, blank=True, verbose_name=_("body")
    )
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, verbose_name=_("area")
    )

    objects: ClassVar[models.Manager["Scope"]] = ScopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="agency", body__isnull=True, area__isnull=True)
                | Q(kind="body", body__isnull=False, area__isnull=True)
                | Q(kind="area", body__isnull=True, area__isnull=False),
                name="scope_names_what_its_kind_says",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.body or self.area or self.get_kind_display()}"
