"""What volunteers and organisers write to each other: by name, never by address."""

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from volunteers.models.initiative import Initiative
from volunteers.models.profile import VolunteerProfile

KEPT_LETTERS = timedelta(days=730)


class LetterQuerySet(models.QuerySet["Letter"]):
    def to_answer(self) -> Self:
        """Letters of volunteers that no organiser has answered yet."""
        return self.filter(is_from_organiser=False, answered_at=None)

    def outdated(self) -> Self:
        return self.filter(written_at__lt=timezone.now() - KEPT_LETTERS)


class Letter(models.Model):
    """One letter between a volunteer and those who run an initiative."""

    initiative = models.ForeignKey(
        Initiative,
        models.PROTECT,
        related_name="letters",
        verbose_name=_("initiative"),
    )
    # Words of a person: they go with him.
    profile = models.ForeignKey(
        VolunteerProfile,
        models.CASCADE,
        related_name="letters",
        verbose_name=_("volunteer"),
    )
    is_from_organiser = models.BooleanField(
        _("from the organiser"), default=False, editable=False
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )
    text = models.TextField(_("text"), max_length=2000)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    answered_at = models.DateTimeField(
        _("answered at"), null=True, blank=True, editable=False
    )

    objects: ClassVar[LetterQuerySet] = LetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters to organisers")
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="letter_has_words"),
        ]
        indexes = [
            models.Index(fields=["initiative", "profile"], name="letters_of_two"),
            models.Index(
                fields=["initiative", "written_at"],
                name="letters_to_answer",
                condition=Q(is_from_organiser=False, answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative} {self.written_at:%Y-%m-%d}"
