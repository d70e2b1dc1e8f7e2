"""Volunteers and organisers write to each other; neither sees an address."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import send
from volunteers.letters import tell_of_letter, texts
from volunteers.models import Initiative, Letter, VolunteerProfile

# Enough for a conversation, too little to flood an organiser.
LETTERS_PER_DAY = 5


@transaction.atomic
def write_to_organiser(
    *, initiative: Initiative, profile: VolunteerProfile, text: str
) -> Letter:
    """Keep a volunteer's letter and tell those who run the initiative of it."""
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    if profile.state != VolunteerProfile.State.ACCEPTED:
        raise ValidationError(_("Only accepted volunteers can write to an organiser"))
    if not text.strip():
        raise ValidationError(_("The message is empty"))
    own = Letter.objects.filter(initiative=initiative, profile=profile)
    since = timezone.now() - timedelta(days=1)
    sent = own.filter(is_from_organiser=False, written_at__gt=since).count()
    if sent >= LETTERS_PER_DAY:
        raise ValidationError(
            _("You have written %(number)s times today. Write again tomorrow")
            % {"number": sent}
        )
    letter = Letter.objects.create(
        initiative=initiative,
        profile=profile,
        text=text.strip(),
        written_by=profile.user,
    )
    profile.last_active_at = timezone.now()
    profile.save(update_fields=["last_active_at"])
    tell_of_letter(letter)
    return letter


@transaction.atomic
def answer_letter(*, letter: Letter, text: str, by: User) -> Letter:
    """Answer a volunteer; what he has written until now counts as answered."""
    rows = Letter.objects.select_for_update(of=("self",))
    letter = rows.select_related("initiative", "profile").get(pk=letter.pk)
    if letter.is_from_organiser:
        raise ValidationError(_("Only a volunteer's letter can be answered"))
    if not text.strip():
        raise ValidationError(_("The message is empty"))
    if letter.profile.user_id == by.pk:
        raise ValidationError(_("Nobody answers himself"))
    initiative, profile = letter.initiative, letter.profile
    answer = Letter.objects.create(
        initiative=initiative,
        profile=profile,
        text=text.strip(),
        is_from_organiser=True,
        written_by=by,
    )
    waiting = Letter.objects.to_answer().filter(initiative=initiative, profile=profile)
    waiting.update(answered_at=timezone.now())
    if not profile.is_demo:
        _tell_of_answer(answer)
    record(
        action="answer a volunteer",
        kind="initiative",
        public_id=initiative.public_id,
        by=by,
    )
    return answer


def _tell_of_answer(answer: Letter) -> None:
    initiative, profile = answer.initiative, answer.profile
    send(
        key=f"volunteers:answer:{answer.pk}",
        recipient=profile.email,
        language=profile.language,
        template="volunteer_sign_up",
        context={
            "state": "answer",
            "title": texts(initiative, "title"),
            "path": f"/initiatives/{initiative.public_id}/contact/",
            "note": answer.text,
        },
    )
