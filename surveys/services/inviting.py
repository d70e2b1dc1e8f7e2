"""List those to be asked, write to them, and remind who has not answered."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from surveys.invitees import Listed, read_invitees
from surveys.letters import FIRST, REMINDER, check_letters, write_letter
from surveys.models import Invitation, Wave
from surveys.tasks import send_letters

BATCH = 1_000


@transaction.atomic
def invite(*, invitation: Invitation, by: User | None) -> None:
    _write(invitation, FIRST, by)


@transaction.atomic
def remind(*, invitation: Invitation, by: User | None) -> None:
    """Send a new code to who has not used the first; the first ends with it."""
    _write(invitation, REMINDER, by)


def _write(invitation: Invitation, template: str, by: User | None) -> None:
    wave = Wave.objects.select_related("questionnaire__survey").get(
        pk=invitation.wave_id
    )
    check_letters(wave, [invitation.stratum])
    write_letter(wave, invitation, template)
    record(action="invite", kind="survey wave", public_id=wave.public_id, by=by)


@transaction.atomic
def write_to_all(*, wave: Wave, is_reminder: bool, by: User | None) -> None:
    """Have letters written to everybody listed who is to get one."""
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    strata = wave.invitations.values_list("stratum", flat=True).distinct()
    check_letters(wave, list(strata))
    template = REMINDER if is_reminder else FIRST
    record(action="invite all", kind="survey wave", public_id=wave.public_id, by=by)
    transaction.on_commit(partial(send_letters.delay, wave.pk, template))


@dataclass
class Invited:
    """What a file would do, and what of it stands in the way."""

    added: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@transaction.atomic
def list_invitees(
    *, wave: Wave, content: bytes, dry_run: bool, by: User | None
) -> Invited:
    """Add the people of a file to a wave, all or none; who is listed stays as they are."""
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    if not wave.takes_invitees:
        raise ValidationError(
            _("People are listed for a wave by invitation, until it is closed")
        )
    listed = read_invitees(content, wave.strata)
    known = {
        row.email.lower(): row
        for row in wave.invitations.only("email", "language", "stratum")
    }
    new = [person for person in listed.people if person.email not in known]
    _refuse_changes(listed, known)
    found = Invited(len(new), len(listed.people) - len(new), listed.told)
    sizes = Counter(row.stratum for row in known.values())
    sizes += Counter(person.stratum for person in new)
    found.remarks = [
        _("Fewer than %(n)s people are listed for the stratum “%(name)s”")
        % {"n": wave.flush_size, "name": stratum}
        for stratum in wave.strata
        if sizes[stratum] < wave.flush_size
    ]
    if found.faults or dry_run:
        return found
    Invitation.objects.bulk_create(
        (
            Invitation(
                wave=wave,
                email=person.email,
                language=person.language,
                stratum=person.stratum,
            )
            for person in new
        ),
        batch_size=BATCH,
    )
    record(action="list", kind="survey wave", public_id=wave.public_id, by=by)
    return found


def _refuse_changes(listed: Listed, known: dict[str, Invitation]) -> None:
    """Refuse to say anything else of somebody who is listed already."""
    for person in listed.people:
        row = known.get(person.email)
        if row and (row.language, row.stratum) != (person.language, person.stratum):
            listed.refuse(
                person.row,
                _(
                    "%(email)s is listed already with another language or stratum:"
                    " change it there"
                )
                % {"email": person.email},
            )
