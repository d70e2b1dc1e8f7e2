from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# After about five days of trying, a mail waits for a person: see `Message.retry`.
MOST_ATTEMPTS = 25
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)

KEPT_AFTER_SENDING = timedelta(days=30)
KEPT_UNCONFIRMED = timedelta(days=7)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> Self:
        return self.filter(
            sent_at__isnull=True,
            not_before__lte=timezone.now(),
            attempts__lt=MOST_ATTEMPTS,
        )

    def given_up(self) -> Self:
        return self.filter(sent_at__isnull=True, attempts__gte=MOST_ATTEMPTS)

    def outdated(self) -> Self:
        """Mails sent so long ago that nobody needs to know to whom."""
        return self.filter(sent_at__lt=timezone.now() - KEPT_AFTER_SENDING)


class Message(models.Model):
    """A mail that is to go out: the row is the truth, Celery only hurries it.

    It is written in the transaction of the fact it tells of.
    """

    key = models.CharField(
        _("key, so that nothing is sent twice"), max_length=200, unique=True
    )
    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=2)
    template = models.CharField(_("template"), max_length=100)
    context = models.JSONField(_("context"), default=dict)
    # The subscription it is sent for; without it the mail is not sent any more.
    subscription_id = models.BigIntegerField(_("subscription"), null=True, blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # The kind of the error alone: a server's answer repeats the address.
    last_error = models.CharField(_("last error"), max_length=100, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                "not_before", name="message_waiting", condition=Q(sent_at__isnull=True)
            ),
            models.Index(
                fields=["recipient", "created_at"], name="message_by_recipient"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def pause(self) -> timedelta:
        """How long to wait after the failures so far: 1, 2, 4 … minutes, 6 h at most."""
        doublings = min(self.attempts - 1, 12)
        return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_on__isnull=False)

    def never_confirmed(self) -> Self:
        """Requests that nobody answered while their link was valid."""
        return self.filter(
            confirmed_on__isnull=True,
            asked_on__lt=timezone.localdate() - KEPT_UNCONFIRMED,
        )


class Subscription(models.Model):
    """An address that asked to be told of changes to one area, body, risk or topic.

    Its links carry a signed value, so that the table holds no token to steal.
    """

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2)
    topic_kind = models.CharField(_("kind of topic"), max_length=30)
    topic_id = models.CharField(_("public id of the topic"), max_length=80)
    asked_on = models.DateField(_("asked on"), default=timezone.localdate)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-asked_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "topic_kind", "topic_id"], name="subscribed_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["topic_kind", "topic_id"], name="subscription_by_topic"
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic_kind} {self.topic_id}"
