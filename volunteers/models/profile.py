from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.public_id import new_public_id
from foundation.territory.models import Area
from volunteers.models.catalogue import ConsentText, Direction

# After so many days without activity a volunteer's data are erased: 24 months.
KEPT_AFTER_ACTIVITY = timedelta(days=730)
KEPT_UNCONFIRMED = timedelta(days=7)
ACTIVE_DAYS = timedelta(days=365)


class ProfileQuerySet(models.QuerySet["VolunteerProfile"]):
    def confirmed(self) -> Self:
        return self.exclude(state=VolunteerProfile.State.UNCONFIRMED)

    def accepted(self) -> Self:
        return self.filter(state=VolunteerProfile.State.ACCEPTED)

    def shown(self) -> Self:
        """Volunteers who chose to be shown and were active in the last 12 months."""
        since = timezone.localdate() - ACTIVE_DAYS
        return self.accepted().filter(is_public=True, last_confirmed_on__gte=since)

    def inactive(self) -> Self:
        return self.filter(last_active_at__lt=timezone.now() - KEPT_AFTER_ACTIVITY)

    def never_confirmed(self) -> Self:
        return self.filter(
            state=VolunteerProfile.State.UNCONFIRMED,
            applied_at__lt=timezone.now() - KEPT_UNCONFIRMED,
        )


class VolunteerProfile(models.Model):
    """A person who applied, and after acceptance a volunteer."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("E-mail not confirmed")
        APPLIED = "applied", _("Waiting for review")
        ASKED = "asked", _("A question was asked")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    class AgeBand(models.TextChoices):
        UNDER_14 = "under_14", _("Under 14")
        FROM_14 = "14_17", _("14 to 17")
        FROM_18 = "18_29", _("18 to 29")
        FROM_30 = "30_59", _("30 to 59")
        FROM_60 = "60", _("60 and older")

    class Availability(models.TextChoices):
        WEEKDAYS = "weekdays", _("Weekdays")
        EVENINGS = "evenings", _("Evenings")
        WEEKENDS = "weekends", _("Weekends")
        ONLINE = "online", _("Online only")

    MINORS = (AgeBand.UNDER_14, AgeBand.FROM_14)

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="volunteer",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    directions = models.ManyToManyField(Direction, verbose_name=_("directions"))
    languages = models.CharField(_("languages"), max_length=20)
    availability = models.CharField(
        _("availability"), max_length=10, choices=Availability
    )
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand)
    guardian_name = models.CharField(
        _("name of a parent or guardian"), max_length=150, blank=True
    )
    guardian_email = models.EmailField(_("e-mail of a parent or guardian"), blank=True)
    guardian_confirmed_at = models.DateTimeField(
        _("guardian confirmed at"), null=True, blank=True, editable=False
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=State,
        default=State.UNCONFIRMED,
        editable=False,
    )
    state_reason = models.TextField(_("question or reason"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    applied_at = models.DateTimeField(_("applied at"), default=timezone.now)
    last_active_at = models.DateTimeField(_("last active at"), default=timezone.now)
    is_public = models.BooleanField(_("shown on the public list"), default=False)
    display_name = models.CharField(_("name to show"), max_length=80, blank=True)
    # Kept by the service that confirms hours: the public list is read from them.
    hours_total = models.DecimalField(
        _("confirmed hours"), max_digits=8, decimal_places=1, default=0, editable=False
    )
    last_confirmed_on = models.DateField(
        _("hours confirmed on"), null=True, blank=True, editable=False
    )
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[ProfileQuerySet] = ProfileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["-applied_at", "-id"]
        permissions = [
            ("review_volunteerprofile", _("Can accept and decline volunteers"))
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="volunteer_applies_once"),
            models.CheckConstraint(
                condition=~Q(state="accepted", age_band__in=["under_14", "14_17"])
                | Q(guardian_confirmed_at__isnull=False),
                name="minor_needs_a_guardian",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | ~Q(display_name=""),
                name="public_volunteer_has_a_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-last_confirmed_on", "-id"],
                name="volunteer_shown",
                condition=Q(is_public=True, state="accepted"),
            ),
            models.Index(fields=["state", "applied_at"], name="volunteer_by_state"),
            models.Index(Lower("name"), "area", name="volunteer_same_name"),
            models.Index(fields=["last_active_at"], name="volunteer_last_active"),
            models.Index(
                fields=["-applied_at", "-id"], name="volunteer_by_application"
            ),
            # The same list for who works for one area alone, and who waits there.
            models.Index(
                fields=["area", "-applied_at", "-id"], name="volunteer_of_area"
            ),
            models.Index(
                fields=["area", "-applied_at", "-id"],
                name="volunteer_applied_in_area",
                condition=Q(state="applied"),
            ),
            # Staff look for a part of a name or an address.
            GinIndex(
                OpClass(Upper("name"), "gin_trgm_ops"),
                OpClass(Upper("email"), "gin_trgm_ops"),
                OpClass(Upper("public_id"), "gin_trgm_ops"),
                name="volunteer_searched",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_accepted(self) -> bool:
        return self.state == self.State.ACCEPTED

    @property
    def is_minor(self) -> bool:
        return self.age_band in self.MINORS


class Consent(models.Model):
    """Who agreed to which words when, and when it was taken back."""

    profile = models.ForeignKey(
        VolunteerProfile,
        models.CASCADE,
        related_name="consents",
        verbose_name=_("volunteer"),
    )
    text = models.ForeignKey(
        ConsentText, models.PROTECT, verbose_name=_("text of a consent")
    )
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at"]

    def __str__(self) -> str:
        return str(self.text)


class Certificate(models.Model):
    """A certificate of confirmed hours; its serial leads to the public check."""

    serial = models.SlugField(
        _("serial number"), max_length=40, unique=True, default=new_public_id
    )
    profile = models.ForeignKey(
        VolunteerProfile,
        models.SET_NULL,
        null=True,
        related_name="certificates",
        verbose_name=_("volunteer"),
    )
    # Emptied by erasure: the check then says that it is no longer valid.
    name = models.CharField(_("name"), max_length=150, blank=True)
    hours = models.DecimalField(_("confirmed hours"), max_digits=8, decimal_places=1)
    initiatives = models.PositiveIntegerField(_("initiatives"))
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"))
    issued_on = models.DateField(_("issued on"), default=timezone.localdate)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    class Meta:
        verbose_name = _("certificate of hours")
        verbose_name_plural = _("certificates of hours")
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return self.serial
