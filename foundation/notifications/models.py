from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> Self:
        return self.filter(sent_at__isnull=True, not_before__lte=timezone.now())


class Message(models.Model):
    """A mail that is to go out: the row is the truth, Celery only hurries it.

    It is written in the transaction of the fact it tells of.
    """

    key = models.CharField(_("key, so that nothing is sent twice"), max_length=200, unique=True)
    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=2)
    template = models.CharField(_("template"), max_length=100)
    context = models.JSONField(_("context"), default=dict)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                "not_before", name="message_waiting", condition=Q(sent_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.key


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_on__isnull=False)


class Subscription(models.Model):
    """An address that asked to be told of changes to one area, body, risk or topic."""

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2)
    topic_kind = models.CharField(_("kind of topic"), max_length=30)
    topic_id = models.CharField(_("public id of the topic"), max_length=80)
    token = models.CharField(_("token of its links"), max_length=64, unique=True)
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
            models.Index(fields=["topic_kind", "topic_id"], name="subscription_by_topic")
        ]

    def __str__(self) -> str:
        return f"{self.topic_kind} {self.topic_id}"
