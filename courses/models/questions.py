"""Banks, questions with frozen versions, and the tests drawn from them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models.content import CourseVersion
from foundation.languages import Text, Translated, pick


class QuestionBank(models.Model):
    slug = models.SlugField(_("code"), unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)

    class Meta:
        verbose_name = _("bank of questions")
        verbose_name_plural = _("banks of questions")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    bank = models.ForeignKey(QuestionBank, models.PROTECT, related_name="questions")
    key = models.SlugField(_("code"), max_length=80, unique=True)
    is_active = models.BooleanField(_("may be drawn"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class QuestionVersion(models.Model):
    """A question as it was asked; `body` holds texts and keys in all languages."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One answer")
        MULTIPLE = "multiple", _("Several answers")
        TRUE_FALSE = "true_false", _("True or false")
        SHORT = "short", _("Short text")
        NUMERIC = "numeric", _("Number")
        MATCHING = "matching", _("Matching")
        ORDERING = "ordering", _("Ordering")
        CLOZE = "cloze", _("Gaps in a text")
        DILEMMA = "dilemma", _("Dilemma")

    class Scoring(models.TextChoices):
        ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")
        PARTIAL = "partial", _("A share for each right answer")
        PENALTY = "penalty", _("Wrong answers cost")

    question = models.ForeignKey(Question, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    scoring = models.CharField(
        _("scoring"), max_length=15, choices=Scoring, default=Scoring.ALL_OR_NOTHING
    )
    body = models.JSONField(_("content"))
    tags = ArrayField(models.SlugField(max_length=50), default=list, blank=True)

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="one_number_a_question_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} ({self.number})"

    def read(self, part: str) -> Text:
        texts: dict[str, Any] = self.body.get(part) or {}
        return pick(texts)


class Quiz(models.Model):
    class Role(models.TextChoices):
        PRACTICE = "practice", _("Practice")
        PRE = "pre", _("Before learning")
        FINAL = "final", _("Final test")

    class GradeRule(models.TextChoices):
        BEST = "best", _("Best attempt")
        LAST = "last", _("Last attempt")
        FIRST = "first", _("First attempt")

    class Review(models.TextChoices):
        NEVER = "never", _("Only the result")
        AFTER_PASS = "after_pass", _("Answers after passing")
        ALWAYS = "always", _("Answers after each attempt")

    version = models.ForeignKey(CourseVersion, models.CASCADE, related_name="quizzes")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    title_kk = models.CharField(_("title (Kazakh)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    pass_num = models.PositiveSmallIntegerField(_("pass mark"), default=60)
    pass_den = models.PositiveSmallIntegerField(_("pass mark, out of"), default=100)
    time_limit_s = models.PositiveIntegerField(
        _("time limit, seconds"), null=True, blank=True
    )
    max_attempts = models.PositiveSmallIntegerField(
        _("attempts allowed"), null=True, blank=True
    )
    cooldown_s = models.PositiveIntegerField(
        _("seconds to wait between attempts"), default=0
    )
    grade_rule = models.CharField(
        _("which attempt counts"),
        max_length=5,
        choices=GradeRule,
        default=GradeRule.BEST,
    )
    review = models.CharField(
        _("what is shown afterwards"),
        max_length=10,
        choices=Review,
        default=Review.AFTER_PASS,
    )
    shuffle_questions = models.BooleanField(_("shuffle questions"), default=True)
    shuffle_options = models.BooleanField(_("shuffle options"), default=True)

    title = Translated("title")

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_den__gt=0, pass_num__lte=models.F("pass_den")),
                name="quiz_pass_mark_within_range",
            )
        ]

    def __str__(self) -> str:
        return self.title


class QuizSlot(models.Model):
    """A fixed question, or so many drawn from a bank by a tag."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(_("position"))
    mark = models.DecimalField(_("mark"), max_digits=7, decimal_places=3, default=1)
    question = models.ForeignKey(
        QuestionVersion, models.PROTECT, null=True, blank=True, related_name="slots"
    )
    bank = models.ForeignKey(QuestionBank, models.PROTECT, null=True, blank=True)
    tag = models.SlugField(_("topic"), blank=True)
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        verbose_name = _("place in a test")
        verbose_name_plural = _("places in a test")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "position"],
                name="one_slot_a_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(question__isnull=False, bank__isnull=True)
                | Q(question__isnull=True, bank__isnull=False),
                name="slot_is_fixed_or_drawn",
            ),
            models.CheckConstraint(
                condition=Q(mark__gt=0, count__gt=0), name="slot_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} {self.position}"


class SlotQuestion(models.Model):
    """What a slot may draw from, written down when its version is published."""

    slot = models.ForeignKey(QuizSlot, models.CASCADE, related_name="pool")
    question = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="pools")

    class Meta:
        verbose_name = _("question of a place")
        verbose_name_plural = _("questions of a place")
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "question"], name="one_question_in_a_pool"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot} {self.question}"
