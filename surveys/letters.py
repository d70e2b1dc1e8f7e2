"""Letters to those asked: the code goes into the letter and is kept nowhere else here."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.notifications.services import send
from surveys.crypto import derived, new_code
from surveys.models import Invitation, TokenSpend, Wave

FIRST = "survey_invitation"
REMINDER = "survey_reminder"


def check_letters(wave: Wave, strata: Iterable[str]) -> None:
    """Refuse letters for another kind of wave, and for a stratum that would name somebody."""
    if not wave.needs_code or wave.state != Wave.State.OPEN:
        raise ValidationError(_("Letters go out for an open wave by invitation only"))
    for stratum in sorted(set(strata)) if wave.strata else ():
        if stratum not in wave.strata:
            raise ValidationError(
                _("The stratum “%(name)s” has no design weight") % {"name": stratum}
            )
        if wave.invitations.filter(stratum=stratum).count() < wave.flush_size:
            raise ValidationError(
                _("Fewer than %(n)s people are listed for the stratum “%(name)s”")
                % {"n": wave.flush_size, "name": stratum}
            )


@transaction.atomic
def write_letter(wave: Wave, invitation: Invitation, template: str) -> None:
    """Put the first letter, or the one reminder, into the outbox with a new code."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    today = timezone.localdate()
    if template == FIRST:
        if row.spend_hash is not None:
            raise ValidationError(_("The letter was sent already"))
        row.sent_on = today
    else:
        _check_reminder(row)
        row.reminded_on = today
    code = new_code()
    row.spend_hash = derived("spend", code, wave.public_id)
    row.save(update_fields=["spend_hash", "sent_on", "reminded_on"])
    survey = wave.questionnaire.survey
    send(
        key=f"{template}:{row.pk}",
        recipient=row.email,
        language=row.language,
        template=template,
        context={
            "title": {
                "kk": survey.title_kk,
                "ru": survey.title_ru,
                "en": survey.title_en,
            },
            "path": f"/surveys/answer/{wave.public_id}/#t={code}",
            "code": code,
            "until": wave.closes_on.isoformat(),
        },
    )


def _check_reminder(row: Invitation) -> None:
    if row.spend_hash is None:
        raise ValidationError(_("No letter was sent yet"))
    if TokenSpend.objects.filter(spend_hash=row.spend_hash).exists():
        raise ValidationError(_("This code was used: there is nothing to remind of"))
    if row.reminded_on is not None:
        raise ValidationError(_("Nobody is reminded twice"))


def write_letters(wave: Wave, template: str) -> int:
    """Write to everybody listed who is to get this letter; return how many got it.

    Each letter is a transaction of its own: what broke off goes on where it stopped.
    """
    rows = wave.invitations.filter(reminded_on=None)
    if template == FIRST:
        rows = rows.filter(spend_hash=None)
    else:
        used = TokenSpend.objects.filter(wave=wave).values("spend_hash")
        rows = rows.exclude(spend_hash=None).exclude(spend_hash__in=used)
    written = 0
    for row in rows.order_by("pk").iterator(chunk_size=500):
        try:
            write_letter(wave, row, template)
        except (ValidationError, Invitation.DoesNotExist):
            # Another worker was first, or an answer or the close came in between.
            continue
        written += 1
    return written
