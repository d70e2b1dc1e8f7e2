from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated


class Sphere(models.Model):
    """The field of public life a risk lies in: customs, land, procurement."""

    code = models.SlugField(_("code"), unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)

    name = Translated("name")

    class Meta:
        verbose_name = _("sphere")
        verbose_name_plural = _("spheres")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DetectionSource(models.Model):
    """How a risk came to light: external assessment, internal analysis, a survey."""

    code = models.SlugField(_("code"), unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    description_kk = models.TextField(_("description (Kazakh)"), blank=True)
    description_ru = models.TextField(_("description (Russian)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)

    name = Translated("name")
    description = Translated("description")

    class Meta:
        verbose_name = _("source of detection")
        verbose_name_plural = _("sources of detection")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class SourceDocument(models.Model):
    """A document that risks are quoted from."""

    code = models.SlugField(_("code"), unique=True, max_length=80)
    title_kk = models.CharField(_("title (Kazakh)"), max_length=300)
    title_ru = models.CharField(_("title (Russian)"), max_length=300)
    title_en = models.CharField(_("title (English)"), max_length=300)
    publisher_kk = models.CharField(_("publisher (Kazakh)"), max_length=300, blank=True)
    publisher_ru = models.CharField(
        _("publisher (Russian)"), max_length=300, blank=True
    )
    publisher_en = models.CharField(
        _("publisher (English)"), max_length=300, blank=True
    )
    published_on = models.CharField(
        _("published on, as far as known"), max_length=40, blank=True
    )
    url = models.URLField(_("address"), blank=True)

    title = Translated("title")
    publisher = Translated("publisher")

    class Meta:
        verbose_name = _("source document")
        verbose_name_plural = _("source documents")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title
