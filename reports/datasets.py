"""What of this room is open data: counts of quarters, none of them under five."""

from datetime import date

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.open_data.registry import Column, Dataset, declare, translated
from reports.models import Figure, FiguresRelease


def public_figures() -> QuerySet[Figure]:
    return Figure.objects.public()


def updated() -> date | None:
    newest: date | None = FiguresRelease.objects.aggregate(on=Max("published_on"))["on"]
    return newest


FIGURES = declare(
    Dataset(
        slug="report-figures",
        title=_("Reports of corruption in figures"),
        description=_(
            "How many reports were received, by area and subject, answered, in time or"
            " late, and closed, by outcome: one row for each number of a quarter. Groups"
            " under five are put together with others, so that no number leads to a"
            " person. A quarter is counted once and not changed afterwards."
        ),
        source=_("The authority's own count of sealed reports"),
        rows=public_figures,
        updated=updated,
        update_days=92,
        columns=[
            Column("public_id", _("Public id")),
            Column(
                "quarter",
                _("First day of the quarter"),
                type="date",
                source="release__quarter",
            ),
            Column("table", _("Table"), choices=tuple(Figure.Table.values)),
            Column("code", _("Code")),
            *translated("name", _("Name")),
            Column("count", _("Number of reports"), type="integer"),
            Column(
                "published_on",
                _("Published on"),
                type="date",
                source="release__published_on",
            ),
        ],
    )
)
