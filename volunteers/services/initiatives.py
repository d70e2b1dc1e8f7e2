"""What opens, closes, reports and cancels initiatives."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import announce
from foundation.publication import renew_pages
from foundation.search.services import index
from volunteers.letters import tell_organisers, tell_volunteer, texts
from volunteers.models import Initiative, SignUp
from volunteers.places import promote

State = Initiative.State


def _locked(initiative: Initiative) -> Initiative:
    return Initiative.objects.select_for_update().get(pk=initiative.pk)


def _move(initiative: Initiative, state: str, by: User) -> None:
    initiative.state = state
    initiative.save(update_fields=["state", "updated_at"])
    index("initiative", initiative.public_id)
    renew_pages()
    record(action=state, kind="initiative", public_id=initiative.public_id, by=by)


@transaction.atomic
def submit_initiative(*, initiative: Initiative, by: User) -> Initiative:
    initiative = _locked(initiative)
    if initiative.state != State.DRAFT:
        raise ValidationError(_("Only a draft can be sent to review"))
    _move(initiative, State.IN_REVIEW, by)
    return initiative


@transaction.atomic
def open_initiative(*, initiative: Initiative, by: User) -> Initiative:
    """Show an initiative and take sign-ups."""
    initiative = _locked(initiative)
    if initiative.state not in (State.DRAFT, State.IN_REVIEW):
        raise ValidationError(_("Only a draft can be opened"))
    if initiative.ends_at <= timezone.now():
        raise ValidationError(_("The initiative would be over before it is shown"))
    organisation = initiative.organisation
    if organisation and organisation.state != organisation.State.APPROVED:
        raise ValidationError(_("The organisation is not approved"))
    _move(initiative, State.OPEN, by)
    tell_organisers(initiative, "open", key="open")
    _announce(initiative)
    return initiative


def _announce(initiative: Initiative) -> None:
    topics = [("volunteer-direction", initiative.direction.code)]
    if initiative.area:
        topics.append(("area", initiative.area.iso))
    announce(
        key=f"initiative:{initiative.public_id}:{initiative.state}",
        topics=[("initiative", initiative.public_id), *topics],
        template="page_changed",
        context={
            "title": texts(initiative, "title"),
            "path": f"/initiatives/{initiative.public_id}/",
        },
    )


@transaction.atomic
def return_to_draft(*, initiative: Initiative, reason: str, by: User) -> Initiative:
    initiative = _locked(initiative)
    if initiative.state != State.IN_REVIEW:
        raise ValidationError(_("Only what is in review can be returned"))
    _move(initiative, State.DRAFT, by)
    tell_organisers(
        initiative, "returned", key=f"returned:{timezone.now():%H%M%S%f}", note=reason
    )
    return initiative


@transaction.atomic
def change_slots(*, initiative: Initiative, slots: int, by: User) -> Initiative:
    """Change the number of places; those who wait move up, nobody loses his place."""
    initiative = _locked(initiative)
    if slots < initiative.taken:
        raise ValidationError(_("More people than that have a place already"))
    initiative.slots = slots
    initiative.save(update_fields=["slots", "updated_at"])
    promote(initiative)
    renew_pages()
    record(
        action="change places",
        kind="initiative",
        public_id=initiative.public_id,
        by=by,
    )
    return initiative


@transaction.atomic
def publish_report(*, initiative: Initiative, by: User) -> Initiative:
    """Show the report with its numbers and ask everybody's hours to be confirmed."""
    initiative = _locked(initiative)
    if initiative.state not in (State.OPEN, State.CLOSED):
        raise ValidationError(_("Only a public initiative can be reported on"))
    if initiative.ends_at > timezone.now():
        raise ValidationError(_("The initiative is not over yet"))
    if not (initiative.report_kk.strip() and initiative.report_ru.strip()):
        raise ValidationError(_("Write the report in Kazakh and Russian first"))
    if not initiative.results.exists():
        raise ValidationError(_("Give at least one result in numbers"))
    _move(initiative, State.REPORTED, by)
    came = [SignUp.State.ACCEPTED, SignUp.State.ATTENDED]
    people = initiative.sign_ups.filter(state__in=came)
    for sign_up in people.select_related("profile", "initiative"):
        tell_volunteer(sign_up, "reported")
    _announce(initiative)
    return initiative


@transaction.atomic
def cancel_initiative(*, initiative: Initiative, reason: str, by: User) -> Initiative:
    initiative = _locked(initiative)
    if initiative.state not in (State.OPEN, State.CLOSED):
        raise ValidationError(_("Only a public initiative can be cancelled"))
    if not reason.strip():
        raise ValidationError(_("Write the reason: those signed up will read it"))
    _move(initiative, State.CANCELLED, by)
    people = initiative.sign_ups.live().select_related("profile", "initiative")
    for sign_up in people:
        tell_volunteer(sign_up, "cancelled", note=reason)
    tell_organisers(initiative, "cancelled", key="cancelled", note=reason)
    return initiative


@transaction.atomic
def close_initiative(*, initiative: Initiative, by: User) -> Initiative:
    initiative = _locked(initiative)
    if initiative.state != State.OPEN:
        raise ValidationError(_("Only an open initiative can be closed"))
    _move(initiative, State.CLOSED, by)
    tell_organisers(initiative, "closed", key="closed")
    return initiative


@transaction.atomic
def write_to_people(*, initiative: Initiative, text: str, by: User) -> int:
    """Mail everybody who has a place or waits, each alone: nobody sees an address."""
    if not text.strip():
        raise ValidationError(_("The message is empty"))
    people = initiative.sign_ups.live().select_related("profile", "initiative")
    key = f"{timezone.now():%Y%m%d%H%M%S%f}"
    for sign_up in people:
        tell_volunteer(sign_up, "message", key=key, note=text)
    record(
        action="write to people",
        kind="initiative",
        public_id=initiative.public_id,
        by=by,
    )
    return len(people)
