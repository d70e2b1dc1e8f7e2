from django.db import models
from django.utils.translation import gettext_lazy as _

from corruption_map.models.risk import Level, Risk
from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import PublicBody


class VulnerablePosition(models.Model):
    """A post exposed to corruption risks; never the person who holds it."""

    public_id = models.CharField(
        _("public id"), max_length=20, unique=True, default=new_public_id
    )
    body = models.ForeignKey(
        PublicBody, models.PROTECT, related_name="positions", verbose_name=_("body")
    )
    title_kk = models.CharField(_("post (Kazakh)"), max_length=300, blank=True)
    title_ru = models.CharField(_("post (Russian)"), max_length=300, blank=True)
    title_en = models.CharField(_("post (English)"), max_length=300, blank=True)
    functions_kk = models.TextField(_("functions (Kazakh)"), blank=True)
    functions_ru = models.TextField(_("functions (Russian)"), blank=True)
    functions_en = models.TextField(_("functions (English)"), blank=True)
    reason_kk = models.TextField(_("why it is exposed (Kazakh)"), blank=True)
    reason_ru = models.TextField(_("why it is exposed (Russian)"), blank=True)
    reason_en = models.TextField(_("why it is exposed (English)"), blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    risks = models.ManyToManyField(
        Risk, blank=True, related_name="positions", verbose_name=_("risks")
    )
    act = models.CharField(_("act that lists it"), max_length=200, blank=True)
    valid_from = models.DateField(_("listed from"), null=True, blank=True)
    valid_to = models.DateField(_("listed until"), null=True, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    title = Translated("title")
    functions = Translated("functions")
    reason = Translated("reason")

    class Meta:
        verbose_name = _("exposed position")
        verbose_name_plural = _("exposed positions")
        ordering = ["body", "pk"]
        permissions = [("import_vulnerableposition", _("Can import positions"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_published=False)
                | (~models.Q(title_kk="") & ~models.Q(title_ru="")),
                name="public_position_has_titles",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.public_id
