from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated
from foundation.public_id import new_public_id
from foundation.territory.models import Area
from volunteers.models.catalogue import Direction


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def approved(self) -> Self:
        return self.filter(state=Organisation.State.APPROVED)


class Organisation(models.Model):
    """An organisation that runs initiatives of its own once staff approved it."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        SUSPENDED = "suspended", _("Suspended")

    class JoinMode(models.TextChoices):
        OPEN = "open", _("Anybody at once")
        APPROVAL = "approval", _("Whom an administrator approves")
        INVITATION = "invitation", _("Only by invitation")

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    text_kk = models.TextField(_("text (Kazakh)"), blank=True)
    text_ru = models.TextField(_("text (Russian)"), blank=True)
    text_en = models.TextField(_("text (English)"), blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    directions = models.ManyToManyField(Direction, verbose_name=_("directions"))
    website = models.URLField(_("website"), blank=True)
    join_mode = models.CharField(
        _("who may become a member"),
        max_length=10,
        choices=JoinMode,
        default=JoinMode.APPROVAL,
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        default=State.PENDING,
        editable=False,
    )
    state_reason = models.TextField(_("question or reason"), blank=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    name = Translated("name")
    text = Translated("text")

    objects: ClassVar[OrganisationQuerySet] = OrganisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_kk", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("volunteers:organisation", args=[self.public_id])

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED


class MembershipQuerySet(models.QuerySet["Membership"]):
    def running(self) -> Self:
        """Those who may organise: managers and administrators of approved ones."""
        return self.filter(
            state=Membership.State.APPROVED,
            role__in=[Membership.Role.MANAGER, Membership.Role.ADMINISTRATOR],
            organisation__state=Organisation.State.APPROVED,
        )


class Membership(models.Model):
    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        MANAGER = "manager", _("Manager")
        ADMINISTRATOR = "administrator", _("Administrator of the organisation")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Declined")
        LEFT = "left", _("Left")

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("organisation"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="volunteer_memberships",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=15, choices=Role, default=Role.MEMBER)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING
    )

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], name="one_membership_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_role_display()}"
