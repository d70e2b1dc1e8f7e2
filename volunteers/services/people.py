"""What a volunteer may ask for: all his data, and their erasure."""

from typing import Any

from django.db import transaction

from foundation.audit.services import record
from volunteers.models import VolunteerProfile
from volunteers.retention import erase

OWN = [
    "public_id",
    "name",
    "email",
    "language",
    "languages",
    "availability",
    "age_band",
    "guardian_name",
    "guardian_email",
    "guardian_confirmed_at",
    "state",
    "state_reason",
    "answer",
    "applied_at",
    "last_active_at",
    "is_public",
    "display_name",
    "hours_total",
]


@transaction.atomic
def erase_person(*, profile: VolunteerProfile) -> None:
    """Erase a person at his own wish; the record says that, not who he was."""
    public_id = profile.public_id
    erase(profile.pk)
    record(action="erase at own wish", kind="volunteer", public_id=public_id, by=None)


def all_of(profile: VolunteerProfile) -> dict[str, Any]:
    """Return everything the portal keeps of a volunteer."""
    sign_ups = profile.sign_ups.values(
        "initiative__public_id",
        "initiative__title_kk",
        "initiative__title_ru",
        "state",
        "turn",
        "signed_up_at",
        "hours__proposed",
        "hours__confirmed",
        "hours__confirmed_on",
    )
    observations = profile.observations.values(
        "public_id",
        "initiative__public_id",
        "reference",
        "area__iso",
        "latitude",
        "longitude",
        "seen_on",
        "answers",
        "note",
        "state",
        "received_at",
    )
    return {
        "profile": {name: getattr(profile, name) for name in OWN},
        "area": profile.area.iso,
        "directions": list(profile.directions.values_list("code", flat=True)),
        "consents": list(
            profile.consents.values(
                "text__purpose", "text__version", "given_at", "withdrawn_at"
            )
        ),
        "sign_ups": list(sign_ups),
        "observations": list(observations),
        "letters": list(
            profile.letters.values(
                "initiative__public_id", "is_from_organiser", "text", "written_at"
            )
        ),
        "certificates": list(
            profile.certificates.values("serial", "hours", "issued_on")
        ),
    }
