"""What volunteers do in an area."""

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.templatetags.portal_text import number
from foundation.territory.known import Fact, Known, declare
from foundation.territory.models import Area
from volunteers.models import Initiative, Observation, Organisation


def of_area(area: Area) -> Known:
    initiatives = Initiative.objects.filter(area=area)
    listed = f"{reverse('volunteers:initiatives')}?area={area.iso}"
    organisations = Organisation.objects.filter(area=area).approved()
    observations = Observation.objects.filter(area=area).verified()
    counts = [
        (_("Initiatives open for sign-up"), initiatives.open(), listed),
        (_("Initiatives so far"), initiatives.public(), listed),
        (
            _("Organisations of volunteers"),
            organisations,
            reverse("volunteers:organisations"),
        ),
        (
            _("Verified observations"),
            observations,
            reverse("volunteers:observations"),
        ),
    ]
    facts = [
        Fact(label, number(count), url)
        for label, rows, url in counts
        if (count := rows.count())
    ]
    has_demo = initiatives.public().filter(is_demo=True).exists()
    return Known(_("Volunteers"), facts, is_demo=has_demo)


declare(of_area=of_area)
