"""What of this room is open data."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from courses.models import Course, CourseVersion, TrainedShare
from foundation.open_data.registry import (
    CC_BY,
    ChangeNote,
    Column,
    Dataset,
    declare,
    translated,
)


def public_versions() -> QuerySet[CourseVersion]:
    return CourseVersion.objects.public().order_by("pk")


def updated() -> datetime | None:
    newest: datetime | None = public_versions().aggregate(at=Max("published_at"))["at"]
    return newest


def changes(most: int) -> Iterable[ChangeNote]:
    rows = CourseVersion.objects.public().select_related("course")
    for version in rows.order_by("-published_at")[:most]:
        assert version.published_at is not None
        yield ChangeNote(
            key=f"courses/{version.course.slug}/{version.number}",
            title=version.title.plain,
            text=version.note.plain or version.summary.plain,
            path=f"/courses/{version.course.slug}/",
            changed_at=version.published_at,
        )


COURSES = declare(
    Dataset(
        slug="courses",
        title=_("Courses"),
        description=_("The published courses: for whom, how long, and the pass mark."),
        source=_("The portal"),
        licence=CC_BY,
        key="course__slug",
        rows=public_versions,
        updated=updated,
        changes=changes,
        columns=[
            Column("slug", _("Address"), source="course__slug"),
            Column(
                "audience",
                _("For whom"),
                source="course__audience",
                choices=tuple(Course.Audience.values),
            ),
            Column("version", _("Version of the course"), "integer", source="number"),
            *translated("title", _("Title")),
            *translated("summary", _("Summary")),
            Column("minutes", _("Time to learn, minutes"), "integer"),
            Column("validity_months", _("Months a certificate is valid"), "integer"),
            Column("content_sha256", _("Content, SHA-256")),
            Column("published_at", _("Published at"), "datetime"),
        ],
    )
)


def shares() -> QuerySet[TrainedShare]:
    return TrainedShare.objects.order_by("pk")


def shares_updated() -> datetime | None:
    newest: datetime | None = shares().aggregate(at=Max("as_of"))["at"]
    return newest


def count_or_none(count: int, is_shown: bool) -> int | None:
    return count if is_shown else None


def percent_or_none(trained: int, staff: int, is_shown: bool) -> Decimal | None:
    """Return the share in per cent, rounded down to a tenth; None of a small body."""
    if not is_shown or not staff:
        return None
    share = Decimal(trained * 100) / Decimal(staff)
    return share.quantize(Decimal("0.1"), rounding=ROUND_DOWN)


TRAINING = declare(
    Dataset(
        slug="training",
        title=_("Staff trained, by body and day"),
        description=_(
            "Persons whose main post was in the body or below it on the day, without"
            " those exempt; trained is who had passed the final test by then with the"
            " pass mark of his course version and whose pass had not run out. A pass of"
            " an older version counts until it runs out, also after a major change of"
            " the course. Figures of bodies with fewer than ten persons are left out, and so"
            " are some others from which those could be found by subtraction."
        ),
        source=_("The portal"),
        licence=CC_BY,
        rows=shares,
        updated=shares_updated,
        columns=[
            Column("public_id", _("Public id")),
            Column("course", _("Course"), source="course__slug"),
            Column("body", _("Body"), source="body__code"),
            *translated("body_name", _("Body"), source="body__name"),
            Column("area", _("Area"), source="body__area__iso"),
            Column("as_of", _("As of"), "date"),
            Column(
                "staff",
                _("Staff"),
                "integer",
                source=("staff", "is_shown"),
                convert=count_or_none,
            ),
            Column(
                "trained",
                _("Trained"),
                "integer",
                source=("trained", "is_shown"),
                convert=count_or_none,
            ),
            Column(
                "percent",
                _("Share trained, per cent"),
                "number",
                source=("trained", "staff", "is_shown"),
                convert=percent_or_none,
            ),
        ],
    )
)
