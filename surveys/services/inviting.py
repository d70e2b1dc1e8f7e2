"""Letters to those asked: the code goes into the letter and is kept nowhere else here."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import send
from surveys.crypto import derived, new_code
from surveys.models import Invitation, TokenSpend, Wave


@transaction.atomic
def invite(*, invitation: Invitation, by: User | None) -> None:
    _write(invitation, template="survey_invitation", by=by, sent=True)


@transaction.atomic
def remind(*, invitation: Invitation, by: User | None) -> None:
    """Send a new code to who has not used the first; the first ends with it."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.spend_hash is None:
        raise ValidationError(_("No letter was sent yet"))
    if TokenSpend.objects.filter(spend_hash=row.spend_hash).exists():
        raise ValidationError(_("This code was used: there is nothing to remind of"))
    if row.reminded_on is not None:
        raise ValidationError(_("Nobody is reminded twice"))
    _write(row, template="survey_reminder", by=by, sent=False)


def _check_stratum(wave: Wave, stratum: str) -> None:
    """Refuse a stratum without a weight, and one so small that it would name somebody."""
    if stratum not in wave.strata:
        raise ValidationError(
            _("The stratum “%(name)s” has no design weight") % {"name": stratum}
        )
    if wave.invitations.filter(stratum=stratum).count() < wave.flush_size:
        raise ValidationError(
            _("Fewer than %(n)s people are listed for the stratum “%(name)s”")
            % {"n": wave.flush_size, "name": stratum}
        )


def _write(
    invitation: Invitation, *, template: str, by: User | None, sent: bool
) -> None:
    wave = Wave.objects.select_related("questionnaire__survey").get(
        pk=invitation.wave_id
    )
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not wave.needs_code or wave.state != Wave.State.OPEN:
        raise ValidationError(_("Letters go out for an open wave by invitation only"))
    if wave.strata:
        _check_stratum(wave, row.stratum)
    if sent and row.spend_hash is not None:
        raise ValidationError(_("The letter was sent already"))
    code, today = new_code(), timezone.localdate()
    row.spend_hash = derived("spend", code, wave.public_id)
    if sent:
        row.sent_on = today
    else:
        row.reminded_on = today
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
    record(action="invite", kind="survey wave", public_id=wave.public_id, by=by)
