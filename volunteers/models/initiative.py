from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import Area
from volunteers.models.catalogue import Direction
from volunteers.models.organisation import Organisation
from volunteers.models.profile import VolunteerProfile


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    def public(self) -> Self:
        return self.filter(state__in=Initiative.PUBLIC_STATES)

    def coming(self) -> Self:
        """Return those that are announced and not over."""
        announced = (Initiative.State.OPEN, Initiative.State.CLOSED)
        return self.filter(state__in=announced, ends_at__gt=timezone.now())

    def open(self) -> Self:
        return self.filter(state=Initiative.State.OPEN, signup_until__gt=timezone.now())


class Initiative(models.Model):
    """Something to join, at a place or online, with so many places."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        OPEN = "open", _("Takes sign-ups")
        CLOSED = "closed", _("Sign-up closed")
        REPORTED = "reported", _("Report published")
        CANCELLED = "cancelled", pgettext_lazy("initiative", "Cancelled")

    PUBLIC_STATES = (State.OPEN, State.CLOSED, State.REPORTED, State.CANCELLED)

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name=_("organisation"),
        help_text=_("Empty: the authority itself"),
    )
    direction = models.ForeignKey(
        Direction, models.PROTECT, verbose_name=_("direction")
    )
    title_kk = models.CharField(_("title (Kazakh)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    text_kk = models.TextField(_("text (Kazakh)"))
    text_ru = models.TextField(_("text (Russian)"))
    text_en = models.TextField(_("text (English)"), blank=True)
    tasks_kk = models.TextField(_("tasks, one a line (Kazakh)"), blank=True)
    tasks_ru = models.TextField(_("tasks, one a line (Russian)"), blank=True)
    tasks_en = models.TextField(_("tasks, one a line (English)"), blank=True)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("area"),
        help_text=_("Empty: online"),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
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
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    signup_until = models.DateTimeField(_("sign-up until"))
    slots = models.PositiveIntegerField(_("places"), validators=[MinValueValidator(1)])
    # Kept under the row's lock by the services; the constraint is the last word.
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    next_turn = models.PositiveIntegerField(default=1, editable=False)
    is_for_minors = models.BooleanField(
        _("open to people under 18"),
        default=False,
        help_text=_("Never where they could meet offences or convicted people"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    report_kk = models.TextField(_("report (Kazakh)"), blank=True)
    report_ru = models.TextField(_("report (Russian)"), blank=True)
    report_en = models.TextField(_("report (English)"), blank=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    title = Translated("title")
    text = Translated("text")
    tasks = Translated("tasks")
    report = Translated("report")

    objects: ClassVar[InitiativeQuerySet] = InitiativeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = ["-starts_at", "-pk"]
        permissions = [("run_initiative", _("Can open and run initiatives"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__lte=F("slots")), name="no_more_than_the_places"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="initiative_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(signup_until__lte=F("ends_at")), name="sign_up_before_end"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="initiative_point_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="initiative_by_start"),
            models.Index(
                fields=["-starts_at", "-id"],
                name="initiative_listed",
                condition=Q(state__in=["open", "closed", "reported", "cancelled"]),
            ),
            models.Index(fields=["-starts_at", "-id"], name="initiative_of_staff"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("volunteers:initiative", args=[self.public_id])

    @property
    def is_public(self) -> bool:
        return self.state in self.PUBLIC_STATES

    @property
    def free(self) -> int:
        return self.slots - self.taken

    def takes_sign_ups(self, at: datetime) -> bool:
        return self.state == self.State.OPEN and at < self.signup_until


class Result(models.Model):
    """A number of an initiative's report."""

    initiative = models.ForeignKey(
        Initiative,
        models.CASCADE,
        related_name="results",
        verbose_name=_("initiative"),
    )
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=2)

    name = Translated("name")

    class Meta:
        verbose_name = _("result in numbers")
        verbose_name_plural = _("results in numbers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def holding(self) -> Self:
        """Those who have a place."""
        return self.filter(state=SignUp.State.ACCEPTED)

    def waiting(self) -> Self:
        return self.filter(state=SignUp.State.WAITING).order_by("turn")

    def live(self) -> Self:
        return self.filter(state__in=SignUp.LIVE)

    def overlapping(self, initiative: Initiative) -> Self:
        return self.live().filter(
            initiative__starts_at__lt=initiative.ends_at,
            initiative__ends_at__gt=initiative.starts_at,
        )


class SignUp(models.Model):
    """A volunteer's place in an initiative, or his turn on its waiting list."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("Has a place")
        WAITING = "waiting", _("On the waiting list")
        WITHDRAWN = "withdrawn", _("Gave the place back")
        ATTENDED = "attended", _("Took part")
        NO_SHOW = "no_show", _("Did not come")

    LIVE = (State.ACCEPTED, State.WAITING)

    initiative = models.ForeignKey(
        Initiative,
        models.PROTECT,
        related_name="sign_ups",
        verbose_name=_("initiative"),
    )
    # Empty after erasure: counts stay, people do not.
    profile = models.ForeignKey(
        VolunteerProfile,
        models.SET_NULL,
        null=True,
        related_name="sign_ups",
        verbose_name=_("volunteer"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, editable=False)
    turn = models.PositiveIntegerField(_("turn"), editable=False)
    signed_up_at = models.DateTimeField(_("signed up at"), default=timezone.now)
    reminded_at = models.DateTimeField(
        _("reminded at"), null=True, blank=True, editable=False
    )

    objects: ClassVar[SignUpQuerySet] = SignUpQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["initiative", "turn"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "profile"], name="signed_up_once"
            ),
            models.UniqueConstraint(
                fields=["initiative", "turn"], name="one_turn_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.turn}"


class HoursQuerySet(models.QuerySet["Hours"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_on__isnull=False)

    def to_confirm(self) -> Self:
        return self.filter(confirmed_on__isnull=True)


class Hours(models.Model):
    """Hours of one sign-up: proposed by the volunteer, confirmed by the organiser."""

    sign_up = models.OneToOneField(
        SignUp, models.CASCADE, related_name="hours", verbose_name=_("sign-up")
    )
    proposed = models.DecimalField(_("proposed hours"), max_digits=5, decimal_places=1)
    proposed_on = models.DateField(_("proposed on"), default=timezone.localdate)
    confirmed = models.DecimalField(
        _("confirmed hours"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    confirmed_on = models.DateField(
        _("hours confirmed on"), null=True, blank=True, editable=False
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )

    objects: ClassVar[HoursQuerySet] = HoursQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("hours")
        verbose_name_plural = _("hours")
        ordering = ["proposed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed__gt=0, proposed__lte=500),
                name="proposed_hours_in_range",
            ),
            models.CheckConstraint(
                condition=Q(confirmed__isnull=True, confirmed_on__isnull=True)
                | Q(
                    confirmed__gte=0,
                    confirmed__lte=500,
                    confirmed_on__isnull=False,
                ),
                name="confirmed_hours_have_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposed}"
