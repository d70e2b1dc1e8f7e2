from django.db import models
from django.utils.translation import gettext_lazy as _

from corruption_map.models.catalogue import DetectionSource, Sphere
from corruption_map.models.risk import Level, Risk
from foundation.territory.models import Area, BodyKind


class RiskCount(models.Model):
    """One cell of the map's figures: public risks that agree in every column.

    Derived, never edited: `corruption_map.counts` writes the cells of an area and year
    anew in the transaction that changed a risk or measure of theirs. Each grain counts
    all public risks once, by one column more than the plain one.
    """

    class Grain(models.TextChoices):
        PLAIN = "plain", _("Year, area, level and state")
        SPHERE = "sphere", _("and sphere")
        DETECTION = "detection", _("and source of detection")
        KIND = "kind", _("and kind of body")

    grain = models.CharField(max_length=10, choices=Grain)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=Risk.State)
    # Empty for risks that nobody has assessed.
    level = models.CharField(max_length=10, choices=Level, blank=True)
    sphere = models.ForeignKey(
        Sphere, models.CASCADE, null=True, related_name="+", db_index=False
    )
    detection_source = models.ForeignKey(
        DetectionSource, models.CASCADE, null=True, related_name="+", db_index=False
    )
    body_kind = models.ForeignKey(
        BodyKind, models.CASCADE, null=True, related_name="+", db_index=False
    )
    risks = models.PositiveIntegerField()
    score_sum = models.PositiveIntegerField()
    measures = models.PositiveIntegerField()
    measures_overdue = models.PositiveIntegerField()
    is_demo = models.BooleanField()
    counted_on = models.DateField()

    class Meta:
        verbose_name = _("figures of the map")
        verbose_name_plural = _("figures of the map")
        indexes = [
            models.Index(fields=["grain", "area", "year"], name="riskcount_area_year")
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.year}: {self.risks}"
