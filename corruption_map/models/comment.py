from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from corruption_map.models.measure import Measure
from corruption_map.models.risk import Risk
from foundation.languages import Translated
from foundation.public_id import new_public_id


class PublicCommentQuerySet(models.QuerySet["PublicComment"]):
    def published(self) -> Self:
        return self.filter(state=PublicComment.State.PUBLISHED)

    def waiting(self) -> Self:
        return self.filter(state=PublicComment.State.PENDING)


class PublicComment(models.Model):
    """What a reader says of a risk or a measure, and the body's reply.

    Nothing about the reader is kept, neither address nor exact time.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for moderation")
        PUBLISHED = "published", _("Published")
        REJECTED = "rejected", _("Rejected")

    public_id = models.CharField(
        _("public id"), max_length=20, unique=True, default=new_public_id
    )
    risk = models.ForeignKey(
        Risk, models.CASCADE, related_name="comments", verbose_name=_("risk")
    )
    measure = models.ForeignKey(
        Measure,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("measure"),
    )
    text = models.TextField(_("comment"), max_length=2000)
    language = models.CharField(_("language"), max_length=2)
    received_on = models.DateField(_("received on"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING
    )
    personal_data = models.JSONField(
        _("personal data found"), default=list, editable=False
    )
    rejection_reason = models.CharField(
        _("reason for rejection"), max_length=300, blank=True
    )
    reply_kk = models.TextField(_("reply of the body (Kazakh)"), blank=True)
    reply_ru = models.TextField(_("reply of the body (Russian)"), blank=True)
    reply_en = models.TextField(_("reply of the body (English)"), blank=True)
    replied_on = models.DateField(_("replied on"), null=True, blank=True)
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    is_demo = models.BooleanField(_("made up for a demonstration"), default=False)

    objects: ClassVar[PublicCommentQuerySet] = PublicCommentQuerySet.as_manager()  # type: ignore[assignment]

    reply = Translated("reply")

    class Meta:
        verbose_name = _("public comment")
        verbose_name_plural = _("public comments")
        ordering = ["-received_on", "-pk"]
        permissions = [
            ("moderate_publiccomment", _("Can moderate comments")),
            ("reply_publiccomment", _("Can reply to comments for a body")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(rejection_reason=""),
                name="rejected_comment_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(rating_sum__gte=models.F("rating_count"))
                & Q(rating_sum__lte=5 * models.F("rating_count")),
                name="ratings_between_1_and_5",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def mean_rating(self) -> float | None:
        return self.rating_sum / self.rating_count if self.rating_count else None
