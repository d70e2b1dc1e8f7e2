from django.db import models
from django.utils.translation import gettext_lazy as _


class Count(models.Model):
    """A number of the room's first page, counted by Celery, never by a reader."""

    code = models.SlugField(_("code"), unique=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=1)
    counted_at = models.DateTimeField(_("counted at"), auto_now=True)

    class Meta:
        verbose_name = _("count of volunteers")
        verbose_name_plural = _("counts of volunteers")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.value}"
