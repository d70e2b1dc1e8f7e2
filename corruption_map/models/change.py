from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from corruption_map.models.measure import Measure
from corruption_map.models.risk import Risk

# Changes that are rows of their own: assessments, evidence and progress reports.
OF_OTHER_ROWS = {
    "current_assessment": _("current assessment"),
    "residual_assessment": _("residual assessment"),
    "target_assessment": _("target assessment"),
    "evidence": _("evidence"),
    "claimed_state": _("state claimed by the executor"),
    "verified_state": _("state found by the verifier"),
}


class Change(models.Model):
    """One change of a published risk or of its measures, for everybody to see."""

    risk = models.ForeignKey(
        Risk, models.CASCADE, related_name="changes", verbose_name=_("risk")
    )
    measure = models.ForeignKey(
        Measure,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("measure"),
    )
    field = models.CharField(_("field"), max_length=60)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"

    @property
    def field_label(self) -> str:
        """The column's name as people read it."""
        if self.field in OF_OTHER_ROWS:
            return str(OF_OTHER_ROWS[self.field])
        return str(getattr(self._column(), "verbose_name", self.field))

    @property
    def before_label(self) -> str:
        return self._label(self.before)

    @property
    def after_label(self) -> str:
        return self._label(self.after)

    def _label(self, value: str) -> str:
        if self.field in OF_OTHER_ROWS:
            choices: dict[str, Any] = dict(Measure.State.choices)
        else:
            choices = dict(getattr(self._column(), "flatchoices", ()))
        return str(choices.get(value, value))

    def _column(self) -> Any:
        return (Measure if self.measure_id else Risk)._meta.get_field(self.field)
