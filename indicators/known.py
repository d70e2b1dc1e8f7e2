"""What the statistics say of an area or a public body."""

from django.utils.translation import gettext as _

from foundation.languages import alphabetical
from foundation.territory.known import Fact, Known, declare
from foundation.territory.models import Area, PublicBody
from indicators.models import Observation, ObservationQuerySet
from indicators.panels import value_text


def of_area(area: Area) -> Known:
    if area.kind == Area.Kind.COUNTRY:
        return _known(Observation.objects.none())
    return _known(Observation.objects.filter(area=area))


def of_body(body: PublicBody) -> Known:
    return _known(Observation.objects.filter(breakdown__body=body))


def _known(rows: ObservationQuerySet) -> Known:
    """Return the newest figure of each indicator, scope and unit."""
    newest: dict[tuple[int, int, int | None], Observation] = {}
    for row in rows.current().with_names():
        key = row.release.indicator_id, row.unit_id, row.breakdown_id
        if key not in newest or newest[key].period < row.period:
            newest[key] = row
    facts = [_fact(row) for row in newest.values()]
    return Known(_("Statistics"), sorted(facts, key=lambda f: alphabetical(f.label)))


def _fact(row: Observation) -> Fact:
    indicator = row.release.indicator
    derived = [figure.text for figure in row.derived.all()]
    parts = [*derived, row.period_label, row.release.source.name.plain]
    if row.breakdown and not row.breakdown.body_id:
        parts.insert(0, row.breakdown.name.plain)
    return Fact(
        label=indicator.name.plain,
        value=value_text(row),
        url=indicator.get_absolute_url(),
        note=", ".join(parts),
    )


declare(of_area=of_area, of_body=of_body)
