from collections.abc import Collection
from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.channel import Channel


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def working(self, excluded: Collection[UUID] = ()) -> list["Recipient"]:
        """Those to whom a new report is sealed, whatever their part in it."""
        rows = self.filter(is_active=True, user__is_active=True)
        return [row for row in rows if row.public_id not in excluded]

    def custodians(self) -> Self:
        return self.filter(
            kind=Recipient.Kind.CUSTODIAN, is_active=True, user__is_active=True
        )


class Recipient(models.Model):
    """A person's vault: the public key others wrap to, the root only they can open.

    The root is sealed under the passphrase and, apart, under the recovery code;
    neither is stored. Nobody is recipient and custodian at once.
    """

    class Kind(models.TextChoices):
        RECIPIENT = "recipient", _("Reads reports")
        CUSTODIAN = "custodian", _("Guards identities")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("staff member"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", verbose_name=_("channel")
    )
    shown_name = models.CharField(
        _("name and post that reporters see"),
        max_length=200,
        help_text=_("A reporter may say that this person must not see the report."),
    )
    is_active = models.BooleanField(_("receives new reports"), default=True)
    public_key = models.BinaryField(_("public key"))
    verify_key = models.BinaryField(_("key of signatures"))
    salt = models.BinaryField(_("salt"))
    operations = models.PositiveIntegerField(_("operations of Argon2id"))
    memory = models.PositiveBigIntegerField(_("memory of Argon2id"))
    sealed_root = models.BinaryField(_("root under the passphrase"))
    recovery_root = models.BinaryField(_("root under the recovery code"))

    objects: ClassVar[RecipientQuerySet] = RecipientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["shown_name"]

    def __str__(self) -> str:
        return self.shown_name

    def receives(self, channel: Channel) -> bool:
        return self.kind == self.Kind.RECIPIENT and self.channel_id == channel.pk


class SearchShard(models.Model):
    """What some cases of one vault say, sealed under its root: a search opens few rows.

    The database deletes it as soon as one of its cases changes or leaves the vault.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="shards")
    body = models.BinaryField()

    class Meta:
        verbose_name = _("sealed words")
        verbose_name_plural = _("sealed words")

    def __str__(self) -> str:
        return f"{self.id}"


class VaultSession(models.Model):
    """An unlocked vault: the root under a key that only the cookie holds."""

    lookup = models.BinaryField(unique=True)
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="sessions")
    sealed_root = models.BinaryField()
    idle_ends_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("unlocked vault")
        verbose_name_plural = _("unlocked vaults")

    def __str__(self) -> str:
        return f"{self.recipient}"
