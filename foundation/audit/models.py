from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """Who did what, when, to which public id; never what was in it.

    A database trigger numbers the rows without gaps, chains each to the hash of the
    one before, and refuses every update, delete and truncate.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    action = models.CharField(_("what"), max_length=60)
    target_kind = models.CharField(_("kind of target"), max_length=60)
    target_id = models.CharField(_("public id of target"), max_length=80)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.target_kind} {self.target_id}"
