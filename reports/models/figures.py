from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated
from reports.figures import FEWEST


class FiguresRelease(models.Model):
    """The counts of one quarter, published once and never changed.

    What they were counted from is sealed and is not kept: a figure leads to no report.
    """

    quarter = models.DateField(_("first day of the quarter"), unique=True)
    published_on = models.DateField(_("published on"))

    class Meta:
        verbose_name = _("figures of a quarter")
        verbose_name_plural = _("figures of quarters")
        ordering = ["-quarter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__month__in=[1, 4, 7, 10], quarter__day=1),
                name="reports_a_quarter_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quarter.year}-Q{self.number}"

    @property
    def number(self) -> int:
        return (self.quarter.month + 2) // 3


class FigureQuerySet(models.QuerySet["Figure"]):
    def public(self) -> Self:
        return self.order_by("-release__quarter", "pk")


class Figure(models.Model):
    """One number of a quarter; the database takes none under five."""

    class Table(models.TextChoices):
        ALL = "all", _("All reports")
        AREA = "area", _("Received, by area")
        SUBJECT = "subject", _("Received, by subject")
        OUTCOME = "outcome", _("Closed, by outcome")
        TERM = "term", _("Answered, in time or late")
        DAYS = "days", _("Answered, by days until the answer")

    public_id = models.CharField(max_length=150, unique=True)
    release = models.ForeignKey(
        FiguresRelease, models.PROTECT, related_name="figures", editable=False
    )
    table = models.CharField(_("table"), max_length=10, choices=Table)
    code = models.CharField(_("code"), max_length=100)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=300)
    name_ru = models.CharField(_("name (Russian)"), max_length=300)
    name_en = models.CharField(_("name (English)"), max_length=300)
    count = models.PositiveIntegerField(_("number of reports"))

    name = Translated("name")
    objects: ClassVar[FigureQuerySet] = FigureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["release", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=FEWEST), name="reports_no_figure_under_five"
            ),
            models.UniqueConstraint(
                fields=["release", "table", "code"], name="reports_one_figure_each"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
