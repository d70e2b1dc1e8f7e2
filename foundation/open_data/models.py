from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Earlier versions can be had for two years.
KEPT = timedelta(days=2 * 366)


class EditionQuerySet(models.QuerySet["Edition"]):
    def outdated(self) -> Self:
        """Editions past their time that a newer one has replaced."""
        newer = Edition.objects.filter(
            slug=models.OuterRef("slug"), made_on__gt=models.OuterRef("made_on")
        )
        return self.filter(
            models.Exists(newer), made_on__lt=timezone.localdate() - KEPT
        )

    def readable(self) -> Self:
        return self.filter(withdrawn_on=None)


class Edition(models.Model):
    """A dataset as it was on a day, as a compressed CSV file; it is never changed.

    One that told what nobody should have read is withdrawn: its checksum stays, its file
    is deleted.
    """

    slug = models.SlugField(_("dataset"), max_length=80)
    made_on = models.DateField(_("made on"))
    row_count = models.PositiveIntegerField(_("rows"))
    byte_count = models.PositiveBigIntegerField(_("bytes of the CSV"))
    sha256 = models.CharField(_("SHA-256 of the CSV"), max_length=64)
    added = models.PositiveIntegerField(_("rows added"), default=0)
    removed = models.PositiveIntegerField(_("rows removed"), default=0)
    file = models.FileField(_("file"), upload_to="open_data/editions", blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, editable=False)

    objects: ClassVar[EditionQuerySet] = EditionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("edition of a dataset")
        verbose_name_plural = _("editions of datasets")
        ordering = ["slug", "-made_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "made_on"], name="one_edition_of_a_dataset_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.made_on:%Y-%m-%d}"

    @property
    def is_readable(self) -> bool:
        return self.withdrawn_on is None
