"""Waves, and what is kept of those who were asked: never beside what they answered.

No row here or in `answers` has a time, an address or a key that leads from an answer to
a person; `docs/adr/0050` says why each table is as it is.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated
from foundation.public_id import new_public_id
from surveys.models.questionnaire import Questionnaire


class WaveQuerySet(models.QuerySet["Wave"]):
    def public(self) -> Self:
        return self.filter(state__in=[Wave.State.OPEN, Wave.State.CLOSED])

    def without_finding(self, closed_before: date) -> Self:
        """Return those that ended before this day, were published, and say nothing."""
        return (
            self.filter(
                state=Wave.State.CLOSED,
                closes_on__lt=closed_before,
                releases__state="published",
            )
            .exclude(findings__is_public=True)
            .distinct()
        )

    def inviting(self) -> Self:
        """Return those for which people can be listed; a trigger refuses the others."""
        return self.exclude(state=Wave.State.CLOSED).exclude(
            sample=Wave.Sample.OPEN_LINK
        )


class Wave(models.Model):
    """One time of asking a questionnaire."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open for answers")
        CLOSED = "closed", _("Closed")

    class Sample(models.TextChoices):
        OPEN_LINK = "open_link", _("Open to everybody")
        INVITED = "invited_probability", _("Random sample by invitation")
        CENSUS = "attempted_census", _("Everybody invited")

    class Anonymity(models.TextChoices):
        ANONYMOUS = "anonymous", _("Anonymous")
        CONFIDENTIAL = "confidential", _("Confidential")

    public_id = models.CharField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    questionnaire = models.ForeignKey(
        Questionnaire,
        models.PROTECT,
        related_name="waves",
        verbose_name=_("questionnaire"),
    )
    label_kk = models.CharField(_("label (Kazakh)"), max_length=120)
    label_ru = models.CharField(_("label (Russian)"), max_length=120)
    label_en = models.CharField(_("label (English)"), max_length=120)
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    population_kk = models.CharField(_("population (Kazakh)"), max_length=300)
    population_ru = models.CharField(_("population (Russian)"), max_length=300)
    population_en = models.CharField(_("population (English)"), max_length=300)
    sample = models.CharField(
        _("sample"), max_length=20, choices=Sample, default=Sample.OPEN_LINK
    )
    anonymity = models.CharField(
        _("anonymity"),
        max_length=12,
        choices=Anonymity,
        default=Anonymity.ANONYMOUS,
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    min_cell = models.PositiveSmallIntegerField(_("smallest group shown"), default=10)
    flush_size = models.PositiveSmallIntegerField(
        _("answers stored together"), default=50
    )
    hide_until_close = models.BooleanField(
        _("hide running totals until close"), default=False
    )
    splits = models.JSONField(_("split by"), default=list, blank=True)
    quotas = models.JSONField(_("quotas"), default=list, blank=True)
    pairs = models.JSONField(
        _("pairs of questions"),
        default=list,
        blank=True,
    )
    strata = models.JSONField(
        _("design weights"),
        default=dict,
        blank=True,
    )
    # How many letters went out: all that stays of those who were asked.
    invited = models.PositiveIntegerField(
        _("people invited"), null=True, blank=True, editable=False
    )
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    label = Translated("label")
    population = Translated("population")

    objects: ClassVar[WaveQuerySet] = WaveQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="wave_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(min_cell__gte=10), name="groups_shown_have_ten"
            ),
            models.CheckConstraint(
                condition=Q(flush_size__gte=50), name="answers_stored_by_fifty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}: {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:results", args=[self.public_id])

    @property
    def needs_code(self) -> bool:
        return self.sample != self.Sample.OPEN_LINK

    @property
    def takes_invitees(self) -> bool:
        return self.needs_code and self.state != self.State.CLOSED

    @property
    def is_probability(self) -> bool:
        """Tell whether a margin of error means anything for this sample."""
        return self.sample == self.Sample.INVITED

    def is_open(self, day: date) -> bool:
        return (
            self.state == self.State.OPEN
            and self.opens_on <= day
            and day <= self.closes_on
        )

    @property
    def shows_totals(self) -> bool:
        return self.state == self.State.CLOSED or not self.hide_until_close


class Invitation(models.Model):
    """Somebody who was asked to answer; what is kept of them ends with the wave.

    The code itself goes into the letter alone. Two hashes of it are made for two uses,
    and neither leads to the other.
    """

    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="invitations", verbose_name=_("wave")
    )
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, default="kk")
    stratum = models.CharField(_("stratum"), max_length=40, blank=True)
    # None until a letter went out: many may have none, no two the same.
    spend_hash = models.CharField(  # noqa: DJ001
        _("hash of the code"), max_length=64, unique=True, null=True, editable=False
    )
    sent_on = models.DateField(_("sent on"), null=True, blank=True, editable=False)
    reminded_on = models.DateField(
        _("reminded on"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["wave", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "email"], name="one_invitation_an_address"
            )
        ]

    def __str__(self) -> str:
        return self.email


class TokenSpend(models.Model):
    """That a code was used, so that nobody is reminded in vain: no time, no answer."""

    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="+", verbose_name=_("wave")
    )
    spend_hash = models.CharField(_("hash of the code"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("used code")
        verbose_name_plural = _("used codes")
        ordering = ["spend_hash"]

    def __str__(self) -> str:
        return self.spend_hash[:8]


class Draft(models.Model):
    """Answers put aside, sealed with a key that only the code gives."""

    resume_hash = models.CharField(
        _("hash of the code"), max_length=64, primary_key=True
    )
    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="+", verbose_name=_("wave")
    )
    blob = models.BinaryField(_("sealed answers"))
    expires_on = models.DateField(_("kept until"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["resume_hash"]

    def __str__(self) -> str:
        return self.resume_hash[:8]
