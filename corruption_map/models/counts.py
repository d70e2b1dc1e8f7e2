from django.db import models
from django.utils.translation import gettext_lazy as _

from corruption_map.models.catalogue import DetectionSource, Sphere
from corruption_map.models.risk import Risk
from foundation.territory.models import Area, BodyKind


class RiskCount(models.Model):
    """One cell of the map's figures: public risks that agree in every column.

    Derived, never edited: `services.recount` writes the cells of an area and year
    anew in the transaction that changed a risk or measure of theirs.
    """

    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, models.CASCADE, related_name="+", db_index=False)
    sphere = models.ForeignKey(Sphere, models.CASCADE, related_name="+", db_index=False)
    detection_source = models.ForeignKey(
        DetectionSource, models.CASCADE, related_name="+", db_index=False
    )
    body_kind = models.ForeignKey(
        BodyKind, models.CASCADE, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=Risk.State)
    # 0 stands for a risk that nobody has assessed.
    score = models.PositiveSmallIntegerField()
    risks = models.PositiveIntegerField()
    measures = models.PositiveIntegerField()
    measures_overdue = models.PositiveIntegerField()
    is_demo = models.BooleanField()
    counted_on = models.DateField()

    class Meta:
        verbose_name = _("figures of the map")
        verbose_name_plural = _("figures of the map")
        indexes = [models.Index(fields=["area", "year"], name="riskcount_area_year")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.year}: {self.risks}"
