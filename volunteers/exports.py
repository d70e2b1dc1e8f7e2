"""Tables for staff: the ministry's register, and the people of an initiative."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from volunteers.models import Hours, Initiative, SignUp

# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(header: list[str], rows: Iterable[list[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_safe(value) for value in row] for row in rows)
    # Excel knows UTF-8 by the mark at the beginning.
    return "\ufeff" + out.getvalue()


def ministry_register(initiatives: QuerySet[Initiative]) -> str:
    """Return types of activity, numbers of participants and projects as CSV.

    Only what an organiser confirmed counts: initiatives with confirmed hours, and of
    them the people whose hours are confirmed.
    """
    confirmed = (
        Hours.objects.confirmed()
        .filter(sign_up__initiative__in=initiatives, confirmed__gt=0)
        .filter(sign_up__initiative__is_demo=False)
    )
    numbers = confirmed.order_by().values("sign_up__initiative")
    counted = {
        row["sign_up__initiative"]: (row["people"], row["hours"])
        for row in numbers.annotate(people=Count("pk"), hours=Sum("confirmed"))
    }
    rows = Initiative.objects.filter(pk__in=counted).select_related(
        "direction", "area", "organisation"
    )
    header = [
        "public_id",
        "type_of_activity_kk",
        "type_of_activity_ru",
        "project_kk",
        "project_ru",
        "description_kk",
        "description_ru",
        "organisation_kk",
        "organisation_ru",
        "area",
        "starts_on",
        "ends_on",
        "participants",
        "hours",
    ]
    return _csv(header, _register_rows(rows.order_by("starts_at", "pk"), counted))


def _register_rows(
    rows: QuerySet[Initiative], counted: dict[int, tuple[int, object]]
) -> Iterator[list[object]]:
    for row in rows:
        organisation = row.organisation
        yield [
            row.public_id,
            row.direction.name_kk,
            row.direction.name_ru,
            row.title_kk,
            row.title_ru,
            row.report_kk or row.text_kk,
            row.report_ru or row.text_ru,
            organisation.name_kk if organisation else "",
            organisation.name_ru if organisation else "",
            row.area.iso if row.area else "online",
            timezone.localdate(row.starts_at),
            timezone.localdate(row.ends_at),
            *counted[row.pk],
        ]


def people_of(initiative: Initiative, *, with_addresses: bool) -> str:
    """Return who signed up; addresses only for a purpose that the caller records."""
    rows = SignUp.objects.filter(initiative=initiative).exclude(profile=None)
    header = ["turn", "name", "state", "hours_confirmed"]
    header += ["email"] if with_addresses else []
    return _csv(
        header,
        (
            [
                row.turn,
                row.profile.name if row.profile else "",
                row.state,
                row.hours.confirmed if hasattr(row, "hours") else "",
                *([row.profile.email] if with_addresses and row.profile else []),
            ]
            for row in rows.select_related("profile", "hours").order_by("turn")
        ),
    )
