"""Record what was seen, once; verify it; show it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from volunteers.letters import tell_organisers, tell_volunteer
from volunteers.models import Initiative, Observation, Photo, SignUp, VolunteerProfile
from volunteers.photos import CleanPhoto

State = Observation.State
MAY_OBSERVE = (SignUp.State.ACCEPTED, SignUp.State.ATTENDED)


def reference_key(reference: str) -> str:
    """Return the reference without case and spaces: “Km 5” and “km5” are one place."""
    return "".join(reference.casefold().split())[:120]


def record_observation(
    *,
    initiative: Initiative,
    profile: VolunteerProfile,
    client_key: UUID,
    fields: dict[str, Any],
    photos: Iterable[CleanPhoto],
    keeps_place: bool,
) -> Observation:
    """Store an observation; the same key again returns what is stored already."""
    own = Observation.objects.filter(profile=profile, client_key=client_key)
    stored = own.first()
    if stored is not None:
        return stored
    if not may_observe(initiative, profile):
        raise ValidationError(_("Only who has a place in the initiative can observe"))
    found = list(photos)
    if keeps_place and fields.get("latitude") is None:
        point = next((photo.point for photo in found if photo.point), None)
        if point:
            fields = fields | {"latitude": point[0], "longitude": point[1]}
    try:
        return _store(initiative, profile, client_key, fields, found)
    except IntegrityError:
        # The same observation came at the same moment by another connection.
        return own.get()


@transaction.atomic
def _store(
    initiative: Initiative,
    profile: VolunteerProfile,
    client_key: UUID,
    fields: dict[str, Any],
    photos: list[CleanPhoto],
) -> Observation:
    observation = Observation.objects.create(
        initiative=initiative,
        profile=profile,
        client_key=client_key,
        reference_key=reference_key(fields["reference"]),
        **fields,
    )
    for number, photo in enumerate(photos, start=1):
        row = Photo(observation=observation, width=photo.width, height=photo.height)
        name = f"{observation.public_id}-{number}.jpg"
        row.file.save(name, ContentFile(photo.content), save=False)
        row.save()
    VolunteerProfile.objects.filter(pk=profile.pk).update(last_active_at=timezone.now())
    # Once a day, however many come.
    tell_organisers(initiative, "seen", key=f"seen:{timezone.localdate()}")
    return observation


def may_observe(initiative: Initiative, profile: VolunteerProfile) -> bool:
    own = SignUp.objects.filter(initiative=initiative, profile=profile)
    is_public = initiative.state != Initiative.State.CANCELLED and initiative.is_public
    return is_public and own.filter(state__in=MAY_OBSERVE).exists()


@transaction.atomic
def verify_observation(*, observation: Observation, by: User) -> Observation:
    """Show an observation; nobody verifies what he saw himself."""
    observation = _to_decide(observation, by)
    observation.state = State.VERIFIED
    observation.verified_on = timezone.localdate()
    return _decided(observation, by, "observation", observation.reference)


@transaction.atomic
def reject_observation(
    *, observation: Observation, reason: str, by: User
) -> Observation:
    if not reason.strip():
        raise ValidationError(_("Write the reason: the observer will read it"))
    observation = _to_decide(observation, by)
    observation.state = State.REJECTED
    return _decided(observation, by, "refused", reason)


def _to_decide(observation: Observation, by: User) -> Observation:
    rows = Observation.objects.select_for_update(of=("self",))
    observation = rows.get(pk=observation.pk)
    if observation.state != State.RECEIVED:
        raise ValidationError(_("This observation is decided already"))
    if observation.profile and observation.profile.user_id == by.pk:
        raise ValidationError(_("Nobody verifies what he saw himself"))
    return observation


def _decided(observation: Observation, by: User, state: str, note: str) -> Observation:
    observation.verified_by = by
    observation.save(update_fields=["state", "verified_on", "verified_by"])
    own = SignUp.objects.filter(
        initiative=observation.initiative, profile=observation.profile
    )
    sign_up = own.first() if observation.profile else None
    if sign_up is not None:
        tell_volunteer(sign_up, state, key=observation.public_id, note=note)
    renew_pages()
    record(
        action=observation.state,
        kind="observation",
        public_id=observation.public_id,
        by=by,
    )
    return observation
