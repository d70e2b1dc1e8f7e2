"""Load a body's staff from a table: seen first, written second, all or nothing."""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from courses.models import Employment
from foundation.accounts.models import User
from foundation.territory.models import PublicBody

COLUMNS = ["email", "name", "body", "position_group", "from", "until"]
MOST_ROWS = 50_000


@dataclass
class Outcome:
    """What a table would do, and every row that stands in the way."""

    added: int = 0
    moved: int = 0
    ended: int = 0
    unchanged: int = 0
    people: int = 0
    faults: list[str] = field(default_factory=list)


def load_staff(text: str, *, allowed: set[int] | None, dry_run: bool) -> Outcome:
    """Read a table of employments; with one fault nothing is written.

    `allowed` are the bodies that the staff member works on; None is all of them.
    """
    outcome = Outcome()
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    if reader.fieldnames != COLUMNS:
        outcome.faults.append(
            _("The first line must be: %(columns)s") % {"columns": ",".join(COLUMNS)}
        )
        return outcome
    bodies = {body.code: body for body in PublicBody.objects.all()}
    with transaction.atomic():
        for number, row in enumerate(reader, start=2):
            if number > MOST_ROWS:
                outcome.faults.append(_("The table has too many rows"))
                break
            try:
                with transaction.atomic():
                    _load(row, bodies, allowed, outcome)
            except ValidationError as error:
                outcome.faults.append(
                    _("Row %(number)s: %(fault)s")
                    % {"number": number, "fault": " ".join(error.messages)}
                )
        if dry_run or outcome.faults:
            transaction.set_rollback(True)
    return outcome


def _load(
    row: dict[str, str],
    bodies: dict[str, PublicBody],
    allowed: set[int] | None,
    outcome: Outcome,
) -> None:
    if None in row or None in row.values():
        raise ValidationError(_("a row has as many cells as the first line"))
    email = row["email"].strip().lower()
    validate_email(email)
    body = bodies.get(row["body"].strip())
    if body is None or (allowed is not None and body.pk not in allowed):
        raise ValidationError(
            _("Unknown body %(code)s") % {"code": row["body"].strip()[:80]}
        )
    first, last = _day(row["from"]), _day(row["until"])
    if first is None or (last is not None and last < first):
        raise ValidationError(_("Write the days as 2026-01-31, the first one first"))
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=row["name"].strip()[:150])
        outcome.people += 1
    _employ(user, body, row["position_group"].strip()[:50], first, last, outcome)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValidationError(
            _("Unexpected day %(day)s, write it as 2026-01-31") % {"day": text[:20]}
        ) from error


def _employ(
    user: User,
    body: PublicBody,
    group: str,
    first: date,
    last: date | None,
    outcome: Outcome,
) -> None:
    until = last + timedelta(days=1) if last else None
    period = DateRange(first, until)
    posts = Employment.objects.filter(user=user, is_primary=True)
    same = posts.filter(body=body, period__startswith=first).first()
    if same:
        if same.period == period and same.position_group == group:
            outcome.unchanged += 1
            return
        same.period, same.position_group = period, group
        same.save(update_fields=["period", "position_group"])
        outcome.ended += 1
        return
    before = posts.filter(period__contains=first).first()
    if before:
        # A move: the old post ends the day before the new one begins.
        before.period = DateRange(before.period.lower, first)
        before.save(update_fields=["period"])
        outcome.moved += 1
    else:
        outcome.added += 1
    if posts.filter(period__overlap=period).exists():
        raise ValidationError(_("This person has another main post in that time"))
    Employment.objects.create(
        user=user, body=body, position_group=group, period=period, is_primary=True
    )
