"""A questionnaire's life: a draft is changed, published for good, followed by another."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.editing import Change, ChangedError, EditError, print_of
from reports.models import Questionnaire, ShippedQuestionnaire
from reports.questionnaire_faults import faults
from reports.questionnaires import Form, read_schema, written

KIND = "report questionnaire"


@transaction.atomic
def change_draft(
    *, questionnaire: Questionnaire, change: Change, action: str, detail: str, by: User
) -> Questionnaire:
    """Apply a change to the draft as it is now, so that two editors lose nothing.

    `detail` is the id of what was changed, never its text. Raise EditError where the
    version is published or the change is refused.
    """
    row = _draft(questionnaire)
    row.schema = written(change(read_schema(row.schema)))
    row.save(update_fields=["schema"])
    record(action=action, kind=KIND, public_id=str(row.version), by=by, detail=detail)
    return row


@transaction.atomic
def publish_questionnaire(
    *, questionnaire: Questionnaire, seen: str, by: User
) -> Questionnaire:
    """Let reporters be asked by this version from now on, and freeze it.

    `seen` is the print of what was read before: nothing else is published.
    """
    row = _draft(questionnaire)
    form = read_schema(row.schema)
    if print_of(form) != seen:
        raise ChangedError
    if any(faults(form)):
        raise EditError(_("It cannot be published yet: mend what is listed here first"))
    newest = Questionnaire.objects.newest()
    if newest and newest.version > row.version:
        text = _("Version %(number)s is published already: make a new version instead")
        raise EditError(text % {"number": newest.version})
    row.is_published = True
    row.save(update_fields=["is_published"])
    record(action="publish", kind=KIND, public_id=str(row.version), by=by)
    return row


@transaction.atomic
def new_draft(*, form: Form, by: User | None, detail: str) -> Questionnaire:
    """Make a draft under the next number; `detail` says what it was made from."""
    # Whoever else makes a draft waits here, and then sees the number taken.
    Questionnaire.objects.select_for_update().order_by("version").first()
    newest = Questionnaire.objects.aggregate(number=Max("version"))["number"] or 0
    row = Questionnaire.objects.create(version=newest + 1, schema=written(form))
    record(action="add", kind=KIND, public_id=str(row.version), by=by, detail=detail)
    return row


@transaction.atomic
def take_questionnaire(*, number: int, schema: Any) -> int:
    """Take in a questionnaire of the data set, once; return how many versions it made.

    It is published, unless staff have a version of their own: they get it as a draft
    under the next number, and nothing of theirs is overtaken.
    """
    shipped, is_new = ShippedQuestionnaire.objects.get_or_create(number=number)
    if not is_new:
        return 0
    rows = Questionnaire.objects.all()
    # Portals had it before they kept what was taken in.
    known = rows.filter(version=number, schema=schema, is_published=True, shipped=None)
    row = known.first()
    made = 0 if row else 1
    if row is None and rows.of_staff().exists():
        form, detail = read_schema(schema), f"shipped {number}"
        row, shipped.is_offered = new_draft(form=form, by=None, detail=detail), True
    elif row is None:
        row = rows.create(version=number, schema=schema, is_published=True)
    shipped.questionnaire = row
    shipped.save(update_fields=["questionnaire", "is_offered"])
    return made


@transaction.atomic
def remove_draft(*, questionnaire: Questionnaire, by: User) -> None:
    row = _draft(questionnaire)
    number = str(row.version)
    row.delete()
    record(action="remove", kind=KIND, public_id=number, by=by)


def _draft(questionnaire: Questionnaire) -> Questionnaire:
    row = Questionnaire.objects.select_for_update().filter(pk=questionnaire.pk).first()
    if row is None:
        raise EditError(_("This version is gone; somebody removed it"))
    if row.is_published:
        raise EditError(
            _("This version is published and stays as it is; make a new version of it")
        )
    return row
