from datetime import date, timedelta
from typing import ClassVar, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# A server may be down for a day: so many days it must fail before anybody is told.
BROKEN_AFTER = 3
IS_BROKEN = Q(failures__gte=BROKEN_AFTER)
EVERY = timedelta(days=7)


class WebLinkQuerySet(models.QuerySet["WebLink"]):
    def broken(self) -> Self:
        return self.filter(IS_BROKEN)

    def due(self, day: date) -> Self:
        """Return what is visited on a day, longest unvisited first.

        Once a week, and every day while it fails and is not yet called broken.
        """
        is_in_doubt = Q(failures__range=(1, BROKEN_AFTER - 1), checked_on__lt=day)
        due = Q(checked_on=None) | Q(checked_on__lte=day - EVERY) | is_in_doubt
        return self.filter(due).order_by(F("checked_on").asc(nulls_first=True), "pk")


class WebLink(models.Model):
    """An address outside the portal to which a public page leads."""

    class State(models.TextChoices):
        UNCHECKED = "unchecked", _("Not checked yet")
        OK = "ok", _("Opens")
        MOVED = "moved", _("Moved for good")
        GONE = "gone", _("Gone")
        REFUSED = "refused", _("Refuses programs, look yourself")
        SILENT = "silent", _("No answer, or an error of the server")
        BARRED = "barred", _("No public address, not visited")

    FAILED = (State.GONE, State.SILENT, State.BARRED)

    address = models.CharField(_("address"), max_length=1000, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.UNCHECKED
    )
    status = models.PositiveSmallIntegerField(
        _("status code of HTTP"), null=True, blank=True
    )
    moved_to = models.CharField(_("moved to"), max_length=1000, blank=True)
    checked_on = models.DateField(_("checked last on"), null=True, blank=True)
    failures = models.PositiveIntegerField(
        _("failed so many times in a row, on different days"), default=0
    )

    objects: ClassVar[WebLinkQuerySet] = WebLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("web link")
        verbose_name_plural = _("web links")
        ordering = ["-failures", "address"]

    def __str__(self) -> str:
        return self.address


class Place(models.Model):
    """A row of a room whose public page leads to an address."""

    link = models.ForeignKey(WebLink, models.CASCADE, related_name="places")
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveBigIntegerField()

    row = GenericForeignKey()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "content_type", "object_id"], name="place_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id}"
