"""The numbers of the room's first page, and those of an organisation."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from foundation.publication import renew_pages
from volunteers.models import (
    Count,
    Hours,
    Initiative,
    Observation,
    Organisation,
    VolunteerProfile,
)


@transaction.atomic
def recount() -> dict[str, Decimal]:
    """Count real rows, none of a demonstration, and tell pages of a change."""
    real = {"is_demo": False}
    hours = Hours.objects.confirmed().filter(sign_up__initiative__is_demo=False)
    numbers = {
        "volunteers": VolunteerProfile.objects.accepted().filter(**real).count(),
        "organisations": Organisation.objects.approved().filter(**real).count(),
        "initiatives": Initiative.objects.public().filter(**real).count(),
        "observations": Observation.objects.verified().filter(**real).count(),
        "hours": hours.aggregate(sum=Sum("confirmed"))["sum"] or 0,
    }
    counted = {code: Decimal(value) for code, value in numbers.items()}
    before = dict(Count.objects.values_list("code", "value"))
    for code, value in counted.items():
        Count.objects.update_or_create(code=code, defaults={"value": value})
    if before != counted:
        renew_pages()
    return counted


def achieved_by(organisation: Organisation) -> dict[str, Decimal | int]:
    """Count what an organisation has done, as confirmed, reported or verified."""
    own = Initiative.objects.filter(organisation=organisation)
    hours = Hours.objects.confirmed().filter(sign_up__initiative__in=own)
    seen = Observation.objects.verified().filter(initiative__in=own)
    return {
        "reports": own.filter(state=Initiative.State.REPORTED).count(),
        "hours": hours.aggregate(sum=Sum("confirmed"))["sum"] or 0,
        "observations": seen.count(),
    }
