from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SearchDocument(models.Model):
    """What can be found of one public object in one language."""

    room = models.CharField(_("room"), max_length=30)
    kind = models.CharField(_("kind"), max_length=30)
    public_id = models.CharField(_("public id"), max_length=80)
    language = models.CharField(_("language"), max_length=2)
    title = models.CharField(_("title"), max_length=300)
    body = models.TextField(_("text"))
    path = models.CharField(_("path without language"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    area = models.CharField(_("area"), max_length=10, blank=True)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    # Of acts and guidance only: other things are neither in force nor not.
    has_force = models.BooleanField(_("can be in force"), default=False)
    in_force_from = models.DateField(_("in force from"), null=True)
    in_force_to = models.DateField(_("in force until"), null=True)
    added_at = models.DateTimeField(_("found first at"), default=timezone.now)
    tsv = SearchVectorField()

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "public_id", "language"], name="found_once_a_language"
            )
        ]
        indexes = [
            # Of one language and year, no row of another is touched.
            GinIndex(fields=["tsv", "language", "year"], name="search_words"),
            GinIndex(
                fields=["title"], opclasses=["gin_trgm_ops"], name="search_title_like"
            ),
            models.Index(fields=["added_at"], name="search_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id} {self.language}"
