from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated


class Authority(models.Model):
    """The agency that runs this portal: its names and contacts, edited by staff.

    There is one row. Nothing of it stands in code, for agencies are renamed and
    dissolved, and any country's may run the portal.
    """

    name_kk = models.CharField(_("name (Kazakh)"), max_length=300, blank=True)
    name_ru = models.CharField(_("name (Russian)"), max_length=300, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=300, blank=True)
    portal_name_kk = models.CharField(_("portal's name (Kazakh)"), max_length=120)
    portal_name_ru = models.CharField(_("portal's name (Russian)"), max_length=120)
    portal_name_en = models.CharField(_("portal's name (English)"), max_length=120)
    country_kk = models.CharField(_("country (Kazakh)"), max_length=100)
    country_ru = models.CharField(_("country (Russian)"), max_length=100)
    country_en = models.CharField(_("country (English)"), max_length=100)
    hotline = models.CharField(_("hotline"), max_length=40, blank=True)
    hotline_note_kk = models.CharField(
        _("note on the hotline (Kazakh)"), max_length=200, blank=True
    )
    hotline_note_ru = models.CharField(
        _("note on the hotline (Russian)"), max_length=200, blank=True
    )
    hotline_note_en = models.CharField(
        _("note on the hotline (English)"), max_length=200, blank=True
    )
    email = models.EmailField(_("e-mail"), blank=True)
    security_contact = models.CharField(
        _("contact for security reports"), max_length=200, blank=True
    )

    name = Translated("name")
    portal_name = Translated("portal_name")
    country = Translated("country")
    hotline_note = Translated("hotline_note")

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authority")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="there_is_one_authority"
            )
        ]

    def __str__(self) -> str:
        return self.portal_name

    @classmethod
    def current(cls) -> Self:
        """Return the one row, or an unsaved one with the portal's plain name."""
        return cls.objects.filter(pk=1).first() or cls(
            portal_name_kk="Сыбайлас жемқорлыққа қарсы портал",
            portal_name_ru="Антикоррупционный портал",
            portal_name_en="Anti-Corruption Portal",
        )
