"""Certificates of confirmed hours."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from volunteers.models import Certificate, Hours, VolunteerProfile


@transaction.atomic
def issue_certificate(*, profile: VolunteerProfile) -> Certificate:
    """Return a certificate of all hours confirmed so far; the same hours, the same."""
    profile = VolunteerProfile.objects.select_for_update().get(pk=profile.pk)
    confirmed = Hours.objects.confirmed().filter(
        sign_up__profile=profile, confirmed__gt=0
    )
    sums = confirmed.aggregate(
        hours=Sum("confirmed"),
        initiatives=Count("sign_up__initiative", distinct=True),
        first=Min("sign_up__initiative__starts_at"),
        last=Max("sign_up__initiative__ends_at"),
    )
    if not sums["initiatives"]:
        raise ValidationError(_("No hours of yours are confirmed yet"))
    certificate, _is_new = Certificate.objects.get_or_create(
        profile=profile,
        name=profile.name,
        hours=sums["hours"],
        initiatives=sums["initiatives"],
        first_on=timezone.localdate(sums["first"]),
        last_on=timezone.localdate(sums["last"]),
        defaults={"is_demo": profile.is_demo},
    )
    return certificate
