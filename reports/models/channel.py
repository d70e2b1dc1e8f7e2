from typing import Any, ClassVar, Self
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.languages import Translated


class Salt(models.Model):
    """What sets this portal's receipts apart from another's; no secret.

    It lies in the database, so that a restored backup opens with receipts alone.
    """

    value = models.BinaryField(_("value"))

    class Meta:
        verbose_name = _("salt")
        verbose_name_plural = _("salts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="reports_there_is_one_salt"
            )
        ]

    def __str__(self) -> str:
        return "salt"


class RecoveryKey(models.Model):
    """A public key to which every report is wrapped, too; its secret is in no one hand.

    The secret lies sealed once for each group of shareholders that is large enough, in
    layers: one for each of the group. The newest key serves new reports.
    """

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    threshold = models.PositiveSmallIntegerField(_("shareholders needed"))
    public_key = models.BinaryField(_("public key"))
    # Hexadecimal: the shareholders' public keys, and the envelope of each group.
    shareholders: models.JSONField[Any, Any] = models.JSONField(_("shareholders"))
    envelopes: models.JSONField[Any, Any] = models.JSONField(_("envelopes"))
    made_on = models.DateField(_("made on"))

    class Meta:
        verbose_name = _("recovery key")
        verbose_name_plural = _("recovery keys")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.public_id}"


class Authority(models.Model):
    """To whom cases are handed: a name and the key that only they can open with."""

    name = models.CharField(
        pgettext_lazy("of a thing", "name"), max_length=200, unique=True
    )
    public_key = models.BinaryField(_("public key"))

    class Meta:
        verbose_name = _("authority that gets cases")
        verbose_name_plural = _("authorities that get cases")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """Who receives: a desk with its recipients and the time it keeps closed cases."""

    code = models.SlugField(_("code"), unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    is_active = models.BooleanField(_("takes reports"), default=True)
    retention_days = models.PositiveIntegerField(
        _("days a closed case is kept"), default=1095
    )

    name = Translated("name")

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def of_staff(self) -> Self:
        """Versions staff wrote; one that was offered to them as a draft is theirs."""
        return self.exclude(shipped__is_offered=False)

    def offered(self) -> Self:
        """Drafts that came with the portal and wait for staff."""
        return self.filter(shipped__is_offered=True, is_published=False)

    def newest(self) -> "Questionnaire | None":
        return self.filter(is_published=True).order_by("-version").first()


class Questionnaire(models.Model):
    """The questions of one version; a published version is never edited."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    schema: models.JSONField[Any, Any] = models.JSONField(_("questions"))
    is_published = models.BooleanField(_("published"), default=False)

    objects: ClassVar[QuestionnaireQuerySet] = QuestionnaireQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.version}"


class ShippedQuestionnaire(models.Model):
    """A questionnaire of the data set that was taken in: once, also if staff remove it.

    It was published, or offered as a draft where staff had versions of their own.
    """

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    questionnaire = models.OneToOneField(
        Questionnaire,
        models.SET_NULL,
        null=True,
        related_name="shipped",
        verbose_name=_("questionnaire"),
    )
    is_offered = models.BooleanField(_("offered as a draft"), default=False)

    class Meta:
        verbose_name = _("shipped questionnaire")
        verbose_name_plural = _("shipped questionnaires")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}"


class AnswerTemplate(models.Model):
    """A text staff often send, in the reporter's language; it names no case."""

    name = models.CharField(
        pgettext_lazy("of a thing", "name"), max_length=200, unique=True
    )
    text_kk = models.TextField(_("text (Kazakh)"))
    text_ru = models.TextField(_("text (Russian)"))
    text_en = models.TextField(_("text (English)"))

    class Meta:
        verbose_name = _("template of an answer")
        verbose_name_plural = _("templates of answers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def text_in(self, language: str) -> str:
        return str(getattr(self, f"text_{language}", self.text_en))
