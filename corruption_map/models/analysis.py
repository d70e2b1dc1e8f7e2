from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.territory.models import PublicBody


class RiskAnalysisQuerySet(models.QuerySet["RiskAnalysis"]):
    def overdue(self, today: date) -> Self:
        """The last analysis of each body whose next one should be done by now."""
        return self.latest_of_each().filter(next_due_on__lt=today)

    def latest_of_each(self) -> Self:
        rows = self.model.objects.order_by("body_id", "-done_on", "-pk")
        return self.filter(pk__in=rows.distinct("body_id").values("pk"))


class RiskAnalysis(models.Model):
    """An analysis of a body's corruption risks, by others or by itself.

    Internal analysis is recommended at least once in 18 months (methodical
    recommendations of 2022) or once a year (Guidance No. 285), so the next one has
    a date of its own.
    """

    class Kind(models.TextChoices):
        INTERNAL = "internal", _("Internal analysis")
        EXTERNAL = "external", _("External analysis")

    body = models.ForeignKey(
        PublicBody, models.PROTECT, related_name="analyses", verbose_name=_("body")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    act = models.CharField(_("order or decision"), max_length=200, blank=True)
    done_on = models.DateField(_("done on"))
    next_due_on = models.DateField(_("next one due on"))
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[RiskAnalysisQuerySet] = RiskAnalysisQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("risk analysis")
        verbose_name_plural = _("risk analyses")
        ordering = ["-done_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_due_on__gt=F("done_on")),
                name="next_analysis_after_this_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.done_on:%Y-%m-%d}"
