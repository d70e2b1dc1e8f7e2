import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.models.fieldwork import Wave
from surveys.personal import ANY


class Inbox(models.Model):
    """Answers on their way: emptied in shuffled batches, kept out of the write-ahead log."""

    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="+", verbose_name=_("wave")
    )
    receipt = models.CharField(_("receipt"), max_length=64, unique=True)
    payload = models.JSONField(_("answers"))

    class Meta:
        verbose_name = _("waiting answer")
        verbose_name_plural = _("waiting answers")
        ordering = ["receipt"]

    def __str__(self) -> str:
        return self.receipt[:8]


class Receipt(models.Model):
    """That an answer with this receipt is stored already: it is not stored twice.

    A receipt is a hash of the code or of the form's random number; it is written for a
    whole batch at once and names no response.
    """

    receipt = models.CharField(_("receipt"), max_length=64, primary_key=True)
    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="+", verbose_name=_("wave")
    )

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["receipt"]

    def __str__(self) -> str:
        return self.receipt[:8]


class Response(models.Model):
    """One person's answers as codes; nothing says who, when or from where."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(
        Wave,
        models.PROTECT,
        related_name="responses",
        # The index below begins with it.
        db_index=False,
        verbose_name=_("wave"),
    )
    language = models.CharField(_("language"), max_length=2)
    # Which of a few random orders the form had.
    seed = models.PositiveSmallIntegerField(_("order of the answers"))
    cell = models.CharField(_("cell"), max_length=120, blank=True)
    answers = models.JSONField(_("answers"))

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["id"]
        # An export reads a wave in this order, so that nothing is sorted first.
        indexes = [models.Index(fields=["wave", "id"], name="response_of_wave")]

    def __str__(self) -> str:
        return str(self.id)


class OpenText(models.Model):
    """What somebody wrote, apart from all else they answered."""

    class Review(models.TextChoices):
        HIDDEN = "hidden", _("Hidden")
        PUBLIC = "public", _("Public")
        EDITED = "edited", _("Public, edited")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(
        Wave, models.PROTECT, related_name="texts", verbose_name=_("wave")
    )
    question = models.CharField(_("question"), max_length=32)
    language = models.CharField(_("language"), max_length=2)
    text = models.TextField(_("text"))
    edited_text = models.TextField(_("text as published"), blank=True)
    review = models.CharField(
        _("review"), max_length=10, choices=Review, default=Review.HIDDEN
    )

    class Meta:
        verbose_name = _("open answer")
        verbose_name_plural = _("open answers")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(review="edited") | ~Q(edited_text=""),
                name="edited_text_is_there",
            ),
            models.CheckConstraint(
                condition=Q(review="hidden")
                | (Q(edited_text="") & ~Q(text__regex=ANY))
                | (~Q(edited_text="") & ~Q(edited_text__regex=ANY)),
                name="public_text_names_nobody",
                violation_error_message=_(
                    "An e-mail address, a phone number or an IIN stands in it:"
                    " write it without in “text as published”"
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def shown(self) -> str:
        return self.edited_text or self.text


class Count(models.Model):
    """How many in a cell gave a code to a question; kept at flush, never scanned.

    The codes of the form `base` and `answered` count who was asked and who answered; the
    question “” counts responses.
    """

    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="counts", verbose_name=_("wave")
    )
    question = models.CharField(_("question"), max_length=40, blank=True)
    cell = models.CharField(_("cell"), max_length=120, blank=True)
    code = models.CharField(_("code"), max_length=80)
    n = models.BigIntegerField(_("number"))

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        ordering = ["wave", "question", "cell", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "question", "cell", "code"], name="one_count_a_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.cell} {self.code}: {self.n}"


class QuotaCount(models.Model):
    """How many of a quota have answered, in all languages together."""

    wave = models.ForeignKey(
        Wave, models.CASCADE, related_name="quota_counts", verbose_name=_("wave")
    )
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    most = models.PositiveIntegerField(_("at most"))
    n = models.PositiveIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["wave", "name"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "name"], name="one_quota_a_name"),
            models.CheckConstraint(
                condition=Q(n__lte=models.F("most")), name="quota_is_kept"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeptResults(models.Model):
    """The tables of a wave as they may be shown, made when its counts changed.

    What is hidden is not in it, so a page made of it can show nothing more.
    """

    wave = models.OneToOneField(
        Wave,
        models.CASCADE,
        primary_key=True,
        related_name="kept_results",
        verbose_name=_("wave"),
    )
    is_final = models.BooleanField(_("made after the close"), default=False)
    body = models.JSONField(_("tables"))

    class Meta:
        verbose_name = _("kept tables")
        verbose_name_plural = _("kept tables")

    def __str__(self) -> str:
        return str(self.wave)
