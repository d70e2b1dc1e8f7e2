"""A course and its frozen versions: module, lesson, block."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from courses.cleaning import CleanHTMLField
from foundation.languages import Translated, current_language, languages

LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]


class Course(models.Model):
    class Audience(models.TextChoices):
        CITIZEN = "citizen", _("Citizens")
        CIVIL_SERVANT = "civil_servant", _("Civil servants")
        BUSINESS = "business", _("Quasi-public sector and business")
        YOUTH = "youth", _("Youth")

    slug = models.SlugField(_("address"), unique=True)
    audience = models.CharField(_("audience"), max_length=15, choices=Audience)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("courses:course", args=[self.slug])


class VersionQuerySet(models.QuerySet["CourseVersion"]):
    def public(self) -> Self:
        return self.filter(state=CourseVersion.State.PUBLISHED)


class CourseVersion(models.Model):
    """What a learner begins and finishes; the database refuses to change it later."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Superseded")

    class Change(models.TextChoices):
        MINOR = "minor", _("Minor: whoever has passed need not learn again")
        MAJOR = "major", _("Major: whoever has passed must learn again")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="versions", verbose_name=_("course")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    title_kk = models.CharField(_("title (Kazakh)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    summary_kk = models.TextField(_("summary (Kazakh)"))
    summary_ru = models.TextField(_("summary (Russian)"))
    summary_en = models.TextField(_("summary (English)"))
    change = models.CharField(
        _("size of the change"), max_length=5, choices=Change, default=Change.MAJOR
    )
    note_kk = models.TextField(_("what changed (Kazakh)"), blank=True)
    note_ru = models.TextField(_("what changed (Russian)"), blank=True)
    note_en = models.TextField(_("what changed (English)"), blank=True)
    pass_num = models.PositiveSmallIntegerField(_("pass mark"), default=60)
    pass_den = models.PositiveSmallIntegerField(_("pass mark, out of"), default=100)
    validity_months = models.PositiveSmallIntegerField(
        _("months a certificate is valid"), null=True, blank=True
    )
    minutes = models.PositiveSmallIntegerField(_("minutes to learn"), default=60)
    content_sha256 = models.CharField(
        _("SHA-256 of the content"), max_length=64, blank=True, editable=False
    )
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False
    )

    title = Translated("title")
    summary = Translated("summary")
    note = Translated("note")

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("version of a course")
        verbose_name_plural = _("versions of courses")
        ordering = ["course", "-number"]
        permissions = [("publish_courseversion", _("Can publish courses"))]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"], name="one_number_a_course_version"
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(state="published"),
                name="one_published_version_a_course",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="published_version_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(pass_den__gt=0, pass_num__lte=models.F("pass_den")),
                name="pass_mark_within_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Module(models.Model):
    version = models.ForeignKey(CourseVersion, models.CASCADE, related_name="modules")
    position = models.PositiveSmallIntegerField(_("position"))
    title_kk = models.CharField(_("title (Kazakh)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)

    title = Translated("title")

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"],
                name="one_module_a_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    module = models.ForeignKey(Module, models.CASCADE, related_name="lessons")
    position = models.PositiveSmallIntegerField(_("position"))
    title_kk = models.CharField(_("title (Kazakh)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)

    title = Translated("title")

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["module", "position"],
                name="one_lesson_a_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.title


class Media(models.Model):
    """One recording; its captions belong to it and to no other.

    A published version freezes both; other captions need a copy, of the same bytes.
    """

    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    file = models.FileField(_("file"), upload_to="courses/")
    language = models.CharField(_("spoken language"), max_length=2, choices=LANGUAGES)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.pk})"

    def is_published(self) -> bool:
        drafts = Q(lesson__module__version__state=CourseVersion.State.DRAFT)
        return self.block_set.exclude(drafts).exists()


class TextTrack(models.Model):
    media = models.ForeignKey(Media, models.CASCADE, related_name="tracks")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    vtt = models.TextField(_("captions (WebVTT)"))

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        constraints = [
            models.UniqueConstraint(
                fields=["media", "language"], name="one_track_a_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.media} {self.language}"


class Block(models.Model):
    """The smallest part of a lesson; required ones make up the progress."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        CHECKLIST = "checklist", _("Checklist")
        VIDEO = "video", _("Video")
        FILE = "file", _("File")
        SCENARIO = "scenario", _("Scenario")
        QUIZ = "quiz", _("Test")

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="blocks")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    is_required = models.BooleanField(_("required"), default=True)
    # Of the blocks of one lesson that share a group, one is enough.
    group = models.CharField(_("one is enough of group"), max_length=20, blank=True)
    # A scenario: {"start": key, "steps": {key: {"text": {}, "choices": [...]}}}
    data = models.JSONField(_("scenario"), default=dict, blank=True)
    media = models.ForeignKey(Media, models.PROTECT, null=True, blank=True)
    quiz = models.ForeignKey(
        "courses.Quiz", models.PROTECT, null=True, blank=True, related_name="blocks"
    )

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "position"],
                name="one_block_a_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(kind="quiz", quiz__isnull=False)
                | (~Q(kind="quiz") & Q(quiz__isnull=True)),
                name="quiz_block_has_a_quiz",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.position}"

    @property
    def text(self) -> "BlockText | None":
        """Return the text in the reader's language, else in the first that has one."""
        texts = {text.language: text for text in self.texts.all()}
        wanted = [current_language(), *languages()]
        return next((texts[code] for code in wanted if code in texts), None)


class BlockText(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Being translated")
        READY = "ready", _("Ready")

    block = models.ForeignKey(Block, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=200, blank=True)
    html = CleanHTMLField(_("text"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )

    class Meta:
        verbose_name = _("text of a block")
        verbose_name_plural = _("texts of blocks")
        constraints = [
            models.UniqueConstraint(
                fields=["block", "language"], name="one_block_text_a_language"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.language

    @property
    def safe_html(self) -> SafeString:
        return CleanHTMLField.safe_html(self.html)
