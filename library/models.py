from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.languages import Translated, current_language
from foundation.public_id import new_public_id
from library.cleaning import CleanHTMLField

LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]


class Topic(models.Model):
    code = models.SlugField(_("code"), unique=True)
    name_kk = models.CharField(_("name (Kazakh)"), max_length=200)
    name_ru = models.CharField(_("name (Russian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)

    name = Translated("name")

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ItemQuerySet(models.QuerySet["Item"]):
    def public(self) -> Self:
        return self.filter(state=Item.State.PUBLISHED)

    def not_ended(self, day: date) -> Self:
        """Acts and guidance of which no end is known before a day."""
        rules = self.filter(kind__in=[Item.Kind.ACT, Item.Kind.GUIDANCE])
        return rules.exclude(in_force_to__lte=day).exclude(in_force_from__gt=day)

    def no_longer_in_force(self, day: date) -> Self:
        return self.filter(in_force_to__lte=day)


class Item(models.Model):
    """Something to read or watch, in one edition for each language."""

    class Kind(models.TextChoices):
        ACT = "act", _("Normative act")
        GUIDANCE = "guidance", _("Guidance")
        ANALYSIS = "analysis", _("Analysis")
        REPORT = "report", pgettext_lazy("document", "Report")
        VIDEO = "video", _("Video")
        NEWS = "news", _("News")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.SlugField(
        _("public id"), max_length=40, unique=True, default=new_public_id
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    title_kk = models.CharField(_("title (Kazakh)"), max_length=300)
    title_ru = models.CharField(_("title (Russian)"), max_length=300)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    summary_kk = models.TextField(_("summary (Kazakh)"), blank=True)
    summary_ru = models.TextField(_("summary (Russian)"), blank=True)
    summary_en = models.TextField(_("summary (English)"), blank=True)
    number = models.CharField(_("number of the act"), max_length=40, blank=True)
    act_date = models.DateField(_("date of the act or document"), null=True, blank=True)
    issuer_kk = models.CharField(_("issuer (Kazakh)"), max_length=300, blank=True)
    issuer_ru = models.CharField(_("issuer (Russian)"), max_length=300, blank=True)
    issuer_en = models.CharField(_("issuer (English)"), max_length=300, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_to = models.DateField(_("in force until"), null=True, blank=True)
    amends = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="amended_by",
        verbose_name=_("amends"),
    )
    repeals = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="repealed_by",
        verbose_name=_("repeals"),
    )
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="items", verbose_name=_("topics")
    )
    legal_url = models.URLField(_("address in the legal database"), blank=True)
    source_kk = models.CharField(_("source (Kazakh)"), max_length=500, blank=True)
    source_ru = models.CharField(_("source (Russian)"), max_length=500, blank=True)
    source_en = models.CharField(_("source (English)"), max_length=500, blank=True)
    is_unconfirmed = models.BooleanField(
        _("not confirmed by the official text"), default=False
    )
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    title = Translated("title")
    summary = Translated("summary")
    issuer = Translated("issuer")
    source = Translated("source")

    objects: ClassVar[ItemQuerySet] = ItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("library item")
        verbose_name_plural = _("library items")
        ordering = ["-act_date", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="published_item_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(in_force_to__isnull=True)
                | Q(in_force_from__isnull=True)
                | Q(in_force_to__gt=F("in_force_from")),
                name="in_force_dates_in_order",
            ),
        ]
        permissions = [("publish_item", _("Can publish library items"))]

    def __str__(self) -> str:
        return self.title or self.public_id

    def get_absolute_url(self) -> str:
        return reverse("library:item", args=[self.public_id])

    def is_in_force(self, day: date) -> bool | None:
        """Tell whether it applies on a day; None where that is not known."""
        if self.in_force_to and self.in_force_to <= day:
            return False
        return self.in_force_from <= day if self.in_force_from else None


class Edition(models.Model):
    """An item in one language: the official text or a translation, or a file of it."""

    class TextState(models.TextChoices):
        NONE = "none", _("No file")
        WAITING = "waiting", _("Waiting to be read")
        READ = "read", _("Read")
        SCAN = "scan", _("A scan without text")
        ENCRYPTED = "encrypted", _("Encrypted")
        UNREADABLE = "unreadable", _("Cannot be read")

    item = models.ForeignKey(
        Item, models.CASCADE, related_name="editions", verbose_name=_("item")
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    is_official = models.BooleanField(_("official text"), default=False)
    html = CleanHTMLField(_("text"), blank=True)
    file = models.FileField(_("file"), upload_to="library/", blank=True)
    text = models.TextField(_("text of the file"), blank=True, editable=False)
    text_state = models.CharField(
        _("text of the file"),
        max_length=10,
        choices=TextState,
        default=TextState.NONE,
        editable=False,
    )
    captions = models.FileField(
        _("captions (WebVTT)"), upload_to="library/", blank=True
    )
    poster = models.FileField(_("poster image"), upload_to="library/", blank=True)
    transcript = models.TextField(_("transcript"), blank=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["item", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "language"], name="one_edition_a_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item.public_id} {self.language}"

    @property
    def safe_html(self) -> SafeString:
        return CleanHTMLField.safe_html(self.html)

    @property
    def is_fallback(self) -> bool:
        return self.language != current_language()


class Helpfulness(models.Model):
    """How many readers of a month found an item helpful, and how many did not.

    Only counted: who answered is not stored, so nobody can be kept from answering twice.
    """

    item = models.ForeignKey(
        Item, models.CASCADE, related_name="helpfulness", verbose_name=_("item")
    )
    month = models.DateField(_("month"), help_text=_("Its first day"))
    yes = models.PositiveIntegerField(_("helpful"), default=0)
    no = models.PositiveIntegerField(_("not helpful"), default=0)

    class Meta:
        verbose_name = _("helpfulness")
        verbose_name_plural = _("helpfulness")
        ordering = ["item", "-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "month"], name="helpfulness_once_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item.public_id} {self.month:%Y-%m}: {self.yes}/{self.no}"


class ItemChange(models.Model):
    """What changed on a published item, in the words of who changed it."""

    item = models.ForeignKey(
        Item, models.CASCADE, related_name="changes", verbose_name=_("item")
    )
    changed_at = models.DateTimeField(_("changed at"))
    text_kk = models.CharField(_("what changed (Kazakh)"), max_length=500)
    text_ru = models.CharField(_("what changed (Russian)"), max_length=500)
    text_en = models.CharField(_("what changed (English)"), max_length=500, blank=True)

    text = Translated("text")

    class Meta:
        verbose_name = _("change of an item")
        verbose_name_plural = _("changes of items")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return self.text
