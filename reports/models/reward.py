from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.recipient import Recipient
from reports.models.tip import Tip
from reports.rewards import Rates


class Gravity(models.TextChoices):
    ADMINISTRATIVE = "administrative", _("Administrative offence")
    MINOR = "minor", _("Crime of minor gravity")
    MEDIUM = "medium", _("Crime of medium gravity")
    GRAVE = "grave", _("Grave crime")
    ESPECIALLY_GRAVE = "especially_grave", _("Especially grave crime")


class MonthlyIndex(models.Model):
    """The monthly calculation index (MCI) of a year, by which sums of money are set."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    tenge = models.DecimalField(
        _("tenge"),
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("monthly calculation index")
        verbose_name_plural = _("monthly calculation indices")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tenge__gt=0), name="reports_an_index_is_positive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.tenge}"


class RewardRuleQuerySet(models.QuerySet["RewardRule"]):
    def newest(self) -> "RewardRule | None":
        return self.order_by("-valid_from").first()


class RewardRule(models.Model):
    """The rates of rewards from a day on, in MCI; the newest row counts."""

    valid_from = models.DateField(_("valid from"), unique=True)
    administrative = models.PositiveIntegerField(Gravity.ADMINISTRATIVE.label)
    minor = models.PositiveIntegerField(Gravity.MINOR.label)
    medium = models.PositiveIntegerField(Gravity.MEDIUM.label)
    grave = models.PositiveIntegerField(Gravity.GRAVE.label)
    especially_grave = models.PositiveIntegerField(Gravity.ESPECIALLY_GRAVE.label)
    threshold = models.PositiveIntegerField(
        _("bribe or damage in MCI above which a share is given")
    )
    percent = models.PositiveIntegerField(_("the share, per cent"))
    cap = models.PositiveIntegerField(_("the most that is given, in MCI"))
    source = models.CharField(_("source"), max_length=300)

    objects: ClassVar[RewardRuleQuerySet] = RewardRuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("rates of rewards")
        verbose_name_plural = _("rates of rewards")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from}"

    @property
    def rates(self) -> Rates:
        fixed = {gravity.value: getattr(self, gravity.value) for gravity in Gravity}
        return Rates(fixed, self.threshold, self.percent, self.cap)


class Reward(models.Model):
    """A reward for a reporter: proposed by one holder of the case, approved by another.

    Gravity, damage and sum lie under the report's key; to whom it is paid lies under the
    key of the name, which custodians alone hold.
    """

    tip = models.OneToOneField(
        Tip, models.CASCADE, primary_key=True, related_name="reward"
    )
    body = models.BinaryField()
    payee = models.BinaryField(null=True)
    proposed_by = models.ForeignKey(Recipient, models.PROTECT, related_name="+")
    proposed_on = models.DateField(_("proposed on"))
    approved_by = models.ForeignKey(
        Recipient, models.PROTECT, null=True, related_name="+"
    )
    approved_on = models.DateField(_("approved on"), null=True)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="reports_nobody_approves_their_own_reward",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_on=None)
                | Q(approved_by__isnull=False, approved_on__isnull=False),
                name="reports_a_reward_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(payee=None) | Q(approved_by__isnull=False),
                name="reports_only_an_approved_reward_is_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tip_id}"
