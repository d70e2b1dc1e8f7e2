"""Load a body's staff from a table: seen first, written second, all or nothing."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Employment
from foundation.accounts.models import User
from foundation.tables.columns import CodedColumns
from foundation.tables.mistakes import FileRefusedError, Mistake, told
from foundation.tables.reading import read_table
from foundation.tables.table import Table
from foundation.territory.models import PublicBody

STAFF = CodedColumns(
    title=gettext_lazy("Staff of bodies"),
    required=("email", "name", "body", "position_group", "from"),
    optional=("until",),
    most_rows=50_000,
)


@dataclass
class Outcome:
    """What a table would do, and every row that stands in the way."""

    added: int = 0
    moved: int = 0
    ended: int = 0
    unchanged: int = 0
    people: int = 0
    faults: list[Mistake] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        return told(self.faults)


def load_staff(content: bytes, *, allowed: set[int] | None, dry_run: bool) -> Outcome:
    """Read a table of employments; with one fault nothing is written.

    `allowed` are the bodies that the staff member works on; None is all of them.
    """
    outcome = Outcome()
    try:
        table = read_table(STAFF, content)
    except FileRefusedError as error:
        outcome.faults = error.mistakes
        return outcome
    outcome.faults = table.mistakes
    with transaction.atomic():
        _load_all(table, allowed, outcome)
        if dry_run or outcome.faults:
            transaction.set_rollback(True)
    return outcome


def _load_all(table: Table, allowed: set[int] | None, outcome: Outcome) -> None:
    bodies = {body.code: body for body in PublicBody.objects.all()}
    for row in table.rows:
        try:
            with transaction.atomic():
                _load(row.cells, bodies, allowed, outcome)
        except ValidationError as error:
            outcome.faults.append(Mistake(" ".join(error.messages), row.number))


def _load(
    row: dict[str, str],
    bodies: dict[str, PublicBody],
    allowed: set[int] | None,
    outcome: Outcome,
) -> None:
    email = row["email"].lower()
    validate_email(email)
    body = bodies.get(row["body"])
    if body is None or (allowed is not None and body.pk not in allowed):
        raise ValidationError(_("Unknown body %(code)s") % {"code": row["body"][:80]})
    first, last = _day(row["from"]), _day(row.get("until", ""))
    if first is None or (last is not None and last < first):
        raise ValidationError(_("Write the days as 2026-01-31, the first one first"))
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=row["name"][:150])
        outcome.people += 1
    _employ(user, body, row["position_group"][:50], first, last, outcome)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
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
