"""What staff keep as data: directions, rules and rights, texts of consents."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated


class Direction(models.Model):
    """A kind of work volunteers do: public control, road quality and so on."""

    code = models.SlugField(_("code"), unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    text_kk = models.TextField(_("text (Kazakh)"), blank=True)
    text_ru = models.TextField(_("text (Russian)"), blank=True)
    text_en = models.TextField(_("text (English)"), blank=True)
    list_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    name = Translated("name")
    text = Translated("text")

    class Meta:
        verbose_name = _("direction")
        verbose_name_plural = _("directions")
        ordering = ["list_order", "code"]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """What a volunteer may or must do, with its source."""

    class Kind(models.TextChoices):
        RIGHT = "right", _("Right")
        DUTY = "duty", _("Rule")
        MINORS = "minors", _("Under 18")

    code = models.SlugField(_("code"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text_kk = models.TextField(_("text (Kazakh)"))
    text_ru = models.TextField(_("text (Russian)"))
    text_en = models.TextField(_("text (English)"))
    source_kk = models.CharField(_("source (Kazakh)"), max_length=500)
    source_ru = models.CharField(_("source (Russian)"), max_length=500)
    source_en = models.CharField(_("source (English)"), max_length=500)
    source_url = models.URLField(_("address of the source"), blank=True)
    is_unconfirmed = models.BooleanField(
        _("not confirmed by the official text"), default=False
    )
    list_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    text = Translated("text")
    source = Translated("source")

    class Meta:
        verbose_name = _("rule or right")
        verbose_name_plural = _("rules and rights")
        ordering = ["kind", "list_order", "code"]

    def __str__(self) -> str:
        return self.code


class ConsentText(models.Model):
    """The words somebody agreed to; a new wording is a new version, never an edit."""

    class Purpose(models.TextChoices):
        DATA = "data", _("Handling of personal data")
        RULES = "rules", _("Rules for volunteers")
        PUBLIC = "public", _("Name on the public list")
        GUARDIAN = "guardian", _("Confirmation by a parent or guardian")

    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    version = models.CharField(_("version"), max_length=20)
    valid_from = models.DateField(_("in use from"))
    text_kk = models.TextField(_("text (Kazakh)"))
    text_ru = models.TextField(_("text (Russian)"))
    text_en = models.TextField(_("text (English)"))

    text = Translated("text")

    class Meta:
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        ordering = ["purpose", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "version"], name="one_consent_text_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.version}"
