import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import Area
from volunteers.models.initiative import Initiative
from volunteers.models.profile import VolunteerProfile


class ChecklistItem(models.Model):
    """A question an observer answers with yes, no or not known."""

    initiative = models.ForeignKey(
        Initiative,
        models.CASCADE,
        related_name="checklist",
        verbose_name=_("initiative"),
    )
    text_kk = models.CharField(_("text (Kazakh)"), max_length=300)
    text_ru = models.CharField(_("text (Russian)"), max_length=300)
    text_en = models.CharField(_("text (English)"), max_length=300, blank=True)
    list_order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    text = Translated("text")

    class Meta:
        verbose_name = _("question of the checklist")
        verbose_name_plural = _("checklist")
        ordering = ["list_order", "pk"]

    def __str__(self) -> str:
        return self.text


class SightingQuerySet(models.QuerySet["Observation"]):
    def verified(self) -> Self:
        return self.filter(state=Observation.State.VERIFIED)


class Observation(models.Model):
    """What a volunteer saw: a road section, a repair, a tender."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Waiting to be verified")
        VERIFIED = "verified", _("Verified")
        REJECTED = "rejected", _("Not accepted")

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    # Made by the browser before sending: what comes twice is stored once.
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    initiative = models.ForeignKey(
        Initiative,
        models.PROTECT,
        related_name="observations",
        verbose_name=_("initiative"),
    )
    profile = models.ForeignKey(
        VolunteerProfile,
        models.SET_NULL,
        null=True,
        related_name="observations",
        verbose_name=_("volunteer"),
    )
    reference = models.CharField(_("what was observed"), max_length=120)
    # The reference without case and spaces: observers of one place meet here.
    reference_key = models.CharField(max_length=120, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    seen_on = models.DateField(_("seen on"))
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    note_language = models.CharField(_("language"), max_length=2)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        default=State.RECEIVED,
        editable=False,
    )
    verified_on = models.DateField(_("verified on"), null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("verified by"),
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[SightingQuerySet] = SightingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        # Indicators have observations too, and in Kazakh and Russian another word.
        verbose_name = pgettext_lazy("volunteers", "observation")
        verbose_name_plural = pgettext_lazy("volunteers", "observations")
        ordering = ["-seen_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "client_key"], name="observation_stored_once"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="observation_point_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_on__isnull=False),
                name="verified_observation_has_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["initiative", "reference_key"], name="observation_of_a_place"
            ),
            models.Index(fields=["state", "-seen_on", "-id"], name="observation_shown"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("volunteers:observation", args=[self.public_id])


class Photo(models.Model):
    """A photo as others see it: drawn anew, without place, time and camera."""

    observation = models.ForeignKey(
        Observation,
        models.CASCADE,
        related_name="photos",
        verbose_name=pgettext_lazy("volunteers", "observation"),
    )
    file = models.FileField(_("file"), upload_to="volunteers/photos/")
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.observation_id}"
