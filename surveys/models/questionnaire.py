import json
from functools import lru_cache
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.languages import Translated, languages
from surveys.definition import (
    NAME,
    Definition,
    canonical,
    digest,
    from_body,
)


class SurveyQuerySet(models.QuerySet["Survey"]):
    def public(self) -> Self:
        """Surveys with a wave that was opened, or with reported figures."""
        return self.filter(
            Q(questionnaires__waves__state__in=["open", "closed"])
            | Q(series__isnull=False)
        ).distinct()


class Survey(models.Model):
    """A subject asked about again and again; its wording lives in questionnaires."""

    class Audience(models.TextChoices):
        CITIZENS = "citizens", _("Citizens")
        BUSINESS = "business", _("Businesses")
        VISITORS = "visitors", _("Visitors of the portal")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience)
    title_kk = models.CharField(_("title (Kazakh)"), max_length=200)
    title_ru = models.CharField(_("title (Russian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    summary_kk = models.TextField(_("summary (Kazakh)"), blank=True)
    summary_ru = models.TextField(_("summary (Russian)"), blank=True)
    summary_en = models.TextField(_("summary (English)"), blank=True)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    title = Translated("title")
    summary = Translated("summary")

    objects: ClassVar[SurveyQuerySet] = SurveyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("surveys:survey", args=[self.code])


class Questionnaire(models.Model):
    """One wording; frozen once it is fielded, superseded by the next number."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FROZEN = "frozen", _("Frozen")
        RETIRED = "retired", _("Retired")

    survey = models.ForeignKey(
        Survey,
        models.PROTECT,
        related_name="questionnaires",
        verbose_name=_("survey"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    intro_kk = models.TextField(_("introduction (Kazakh)"), blank=True)
    intro_ru = models.TextField(_("introduction (Russian)"), blank=True)
    intro_en = models.TextField(_("introduction (English)"), blank=True)
    body = models.TextField(_("frozen body"), blank=True, editable=False)
    body_sha256 = models.CharField(
        _("SHA-256 of the body"), max_length=64, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["survey", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "number"], name="one_questionnaire_a_number"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(body_sha256=""),
                name="frozen_questionnaire_has_a_hash",
            ),
        ]
        permissions = [("field_questionnaire", _("Can field and close surveys"))]

    def __str__(self) -> str:
        return f"{self.survey.code} № {self.number}"

    @property
    def definition(self) -> Definition:
        if self.state == self.State.DRAFT:
            return from_body(self.written_body())
        return frozen_definition(self.body_sha256)

    def written_body(self) -> dict[str, Any]:
        """Compose the body from the rows that staff edit."""
        items = self.items.prefetch_related("choices").order_by("position", "pk")
        return {
            "code": self.survey.code,
            "number": self.number,
            "title": _texts(self.survey, "title"),
            "intro": _texts(self, "intro"),
            "items": [item.as_body() for item in items],
        }

    def freeze(self) -> None:
        """Keep the wording as it is now; the caller has checked and saves it."""
        body = self.written_body()
        self.body = canonical(body)
        self.body_sha256 = digest(body)
        self.state = self.State.FROZEN

    def whole_body(self) -> dict[str, Any]:
        """Return everything of the wording as data, frozen or as written so far."""
        if self.state == self.State.DRAFT:
            return self.written_body()
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@lru_cache(maxsize=64)
def frozen_definition(body_sha256: str) -> Definition:
    """Return a frozen questionnaire, read once in a process: its hash is its name."""
    bodies = Questionnaire.objects.filter(body_sha256=body_sha256)
    return from_body(json.loads(bodies.values_list("body", flat=True)[0]))


def _texts(row: models.Model, name: str) -> dict[str, str]:
    found = {code: getattr(row, f"{name}_{code}") for code in languages()}
    return {code: text for code, text in found.items() if text}


def check_name(value: str) -> None:
    if not NAME.match(value):
        raise ValidationError(
            _("Use a Latin letter first, then letters, digits and “_”, 32 at most")
        )


class Item(models.Model):
    """A question or an information, in the place where it is asked."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One answer")
        MULTIPLE = "multiple", _("Several answers")
        SCALE = "scale", _("Scale")
        MATRIX = "matrix", _("Matrix")
        RANKING = "ranking", _("Ranking")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        TEXT = "text", _("Text")
        AREA = "area", _("Area")
        BODY = "body", _("Public body")
        INFO = "info", _("Information")
        DERIVED = "derived", _("Figure made of other answers")

    questionnaire = models.ForeignKey(
        Questionnaire,
        models.CASCADE,
        related_name="items",
        verbose_name=_("questionnaire"),
    )
    code = models.CharField(
        _("name of the variable"), max_length=32, validators=[check_name]
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text_kk = models.TextField(_("text (Kazakh)"))
    text_ru = models.TextField(_("text (Russian)"))
    text_en = models.TextField(_("text (English)"))
    hint_kk = models.TextField(_("hint (Kazakh)"), blank=True)
    hint_ru = models.TextField(_("hint (Russian)"), blank=True)
    hint_en = models.TextField(_("hint (English)"), blank=True)
    short_kk = models.CharField(_("short label (Kazakh)"), max_length=80, blank=True)
    short_ru = models.CharField(_("short label (Russian)"), max_length=80, blank=True)
    short_en = models.CharField(_("short label (English)"), max_length=80, blank=True)
    is_required = models.BooleanField(_("an answer is required"), default=False)
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    is_random = models.BooleanField(_("answers in random order"), default=False)
    base = models.JSONField(_("asked if"), null=True, blank=True)
    limits = models.JSONField(_("limits"), default=dict, blank=True)
    checks = models.JSONField(_("cross-checks"), default=list, blank=True)

    text = Translated("text")

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["questionnaire", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "code"], name="one_item_a_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.code}"

    def as_body(self) -> dict[str, Any]:
        options = sorted(self.choices.all(), key=lambda c: (c.position, c.code))
        return {
            "code": self.code,
            "kind": self.kind,
            "text": _texts(self, "text"),
            "hint": _texts(self, "hint"),
            "short": _texts(self, "short"),
            "required": self.is_required,
            "sensitive": self.is_sensitive,
            "random": self.is_random,
            "base": self.base or None,
            "limits": self.limits or {},
            "checks": self.checks or [],
            "choices": [o.as_body() for o in options if not o.is_row],
            "rows": [o.as_body() for o in options if o.is_row],
        }


class Choice(models.Model):
    """An answer offered, or a row of a matrix; its code is what is stored."""

    class Missing(models.TextChoices):
        DONT_KNOW = "dk", _("Don’t know")
        REFUSED = "refused", _("Refused")
        NOT_APPLICABLE = "na", _("Not applicable")

    item = models.ForeignKey(
        Item, models.CASCADE, related_name="choices", verbose_name=_("question")
    )
    code = models.PositiveSmallIntegerField(_("code"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_row = models.BooleanField(_("row of a matrix"), default=False)
    label_kk = models.CharField(_("label (Kazakh)"), max_length=300)
    label_ru = models.CharField(_("label (Russian)"), max_length=300)
    label_en = models.CharField(_("label (English)"), max_length=300)
    short_kk = models.CharField(_("short label (Kazakh)"), max_length=60, blank=True)
    short_ru = models.CharField(_("short label (Russian)"), max_length=60, blank=True)
    short_en = models.CharField(_("short label (English)"), max_length=60, blank=True)
    missing = models.CharField(
        _("no substantive answer"), max_length=10, choices=Missing, blank=True
    )
    is_exclusive = models.BooleanField(_("stands alone"), default=False)
    is_pinned = models.BooleanField(_("keeps its place"), default=False)
    value = models.FloatField(_("value on the scale"), null=True, blank=True)

    label = Translated("label")

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["item", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "is_row", "code"], name="one_choice_a_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    def as_body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": _texts(self, "label"),
            "short": _texts(self, "short"),
            "missing": self.missing,
            "exclusive": self.is_exclusive,
            "pinned": self.is_pinned,
            "value": self.value,
        }
